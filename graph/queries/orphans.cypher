// The customers whom nobody else who works here serves.
MATCH (live:Live {name: $graph})
UNWIND $keys AS key
MATCH (self:Party:Staff {generation: live.generation, id: key})-[mine:SERVES]->(customer:Customer)
WHERE HOLDS(mine) AND REACH(customer) AND NOT EXISTS {
  MATCH (customer)<-[other:SERVES]-(colleague:Staff)
  WHERE colleague <> self AND HOLDS(other) AND WORKS(colleague)
}
WITH DISTINCT key, customer.id AS id
ORDER BY id
RETURN collect([key, id]) AS rows
