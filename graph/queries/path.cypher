// A shortest path between two parties; of several, that of the lowest ids, then of the first relations by name.
// No kinds of relations are named: all that parties have are meant, and to tell them apart takes longer.
MATCH (live:Live {name: $graph})
UNWIND range(0, size($firsts) - 1) AS place
MATCH (start:Party {generation: live.generation, id: $firsts[place]})
MATCH (goal:Party {generation: live.generation, id: $lasts[place]})
WHERE MEETS(start) AND MEETS(goal)
MATCH path = allShortestPaths((start)-[links*..6]-(goal))
WHERE all(link IN links WHERE HOLDS(link)) AND MEETS_ALL(path)
WITH place, nodes(path) AS parties, links
WITH place, parties, [party IN parties | party.id] AS ids,
  [step IN range(0, size(links) - 1) | HOP(links[step], parties[step])] AS via
ORDER BY ids, via
WITH place, head(collect([ids, [party IN parties | KIND(party)], via])) AS found
RETURN collect([$firsts[place], $lasts[place], found[0], found[1], found[2]]) AS rows
