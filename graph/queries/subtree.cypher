// Each department itself and all below it, nearest first.
MATCH (live:Live {name: $graph})
UNWIND $keys AS key
MATCH (top:Party:Department {generation: live.generation, id: key})
MATCH path = (top)<-[:CHILD_OF*0..64]-(below:Department)
WITH key, below.id AS id, length(path) AS depth
ORDER BY depth, id
RETURN collect([key, id, depth]) AS rows
