// How many others each customer has referred: itself, and over at most six referrals.
MATCH (live:Live {name: $graph})
UNWIND $keys AS key
MATCH (customer:Party:Customer {generation: live.generation, id: key})
WHERE REACH(customer)
MATCH path = (customer)<-[links:REFERRED_BY*1..6]-(other:Customer)
WHERE all(link IN links WHERE HOLDS(link)) AND REACH_ALL(path) AND other <> customer
WITH key, other, min(length(path)) AS depth
RETURN collect([key, other.id, depth]) AS rows
