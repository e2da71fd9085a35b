// The members below each top of each customer's group, and what they owe.
MATCH (live:Live {name: $graph})
UNWIND $keys AS key
MATCH (customer:Party:Customer {generation: live.generation, id: key})
WHERE REACH(customer)
MATCH up = (customer)-[above:SUBSIDIARY_OF*0..64]->(top:Customer)
WHERE all(link IN above WHERE HOLDS(link)) AND REACH_ALL(up) AND NOT EXISTS {
  MATCH (top)-[higher:SUBSIDIARY_OF]->(parent:Customer) WHERE HOLDS(higher) AND REACH(parent)
}
WITH DISTINCT key, top
MATCH down = (top)<-[below:SUBSIDIARY_OF*0..64]-(member:Customer)
WHERE all(link IN below WHERE HOLDS(link)) AND REACH_ALL(down)
WITH DISTINCT key, top, member
WITH key, top.id AS root, member.id AS id, member
ORDER BY root, id
RETURN collect([key, root, id, member.currency, member.owedMinor]) AS rows
