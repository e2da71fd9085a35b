// A shortest path between two parties; of several, that of the lowest ids, then of the first relations by name.
MATCH (live:Live {name: $graph})
UNWIND range(0, size($firsts) - 1) AS place
MATCH (start:Party {generation: live.generation, id: $firsts[place]})
MATCH (goal:Party {generation: live.generation, id: $lasts[place]})
WHERE MEETS(start) AND MEETS(goal)
MATCH path = allShortestPaths((start)-[links:CHILD_OF|MEMBER_OF|REFERRED_BY|SERVES|SUBSIDIARY_OF*..6]-(goal))
WHERE all(link IN links WHERE HOLDS(link)) AND all(node IN nodes(path) WHERE MEETS(node))
WITH place, nodes(path) AS parties, links
WITH place, parties, [party IN parties | party.id] AS ids,
  [step IN range(0, size(links) - 1) | HOP(links[step], parties[step])] AS via
ORDER BY ids, via
WITH place, head(collect([ids, [party IN parties | KIND(party)], via])) AS found
RETURN $firsts[place] AS first, $lasts[place] AS last, found[0] AS ids, found[1] AS kinds, found[2] AS via
