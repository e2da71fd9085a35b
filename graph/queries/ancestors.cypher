// All departments above each, nearest first.
MATCH (live:Live {name: $graph})
UNWIND $keys AS key
MATCH (below:Party:Department {generation: live.generation, id: key})
MATCH path = (below)-[:CHILD_OF*1..64]->(above:Department)
WITH key, above.id AS id, length(path) AS depth
ORDER BY depth, id
RETURN collect([key, id, depth]) AS rows
