// Who is at most two relations away: each once, by its first path; nearest first, so many for each customer.
MATCH (live:Live {name: $graph})
UNWIND $keys AS key
MATCH (customer:Party:Customer {generation: live.generation, id: key})
WHERE REACH(customer)
CALL (customer) {
  MATCH (customer)-[first:REFERRED_BY|SERVES|SUBSIDIARY_OF]-(near:Party)
  WHERE HOLDS(first) AND MEETS(near) AND near <> customer
  WITH near AS party, 1 AS depth, HOP(first, customer) AS via
  RETURN party, depth, via
  UNION
  MATCH (customer)-[first:REFERRED_BY|SERVES|SUBSIDIARY_OF]-(near:Party)
  WHERE HOLDS(first) AND MEETS(near) AND near <> customer
  MATCH (near)-[second:REFERRED_BY|SERVES|SUBSIDIARY_OF]-(far:Party)
  WHERE HOLDS(second) AND MEETS(far) AND far <> customer
  WITH far AS party, 2 AS depth, HOP(first, customer) + ' ' + HOP(second, near) AS via
  RETURN party, depth, via
}
WITH key, party, min(toString(depth) + ' ' + via) AS nearest
ORDER BY nearest, party.id
WITH key, collect([KIND(party), party.id, nearest])[..$most] AS told
RETURN collect([key, told]) AS rows
