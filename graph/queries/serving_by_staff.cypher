// Whom each person serves.
MATCH (live:Live {name: $graph})
UNWIND $keys AS key
MATCH (person:Party:Staff {generation: live.generation, id: key})-[link:SERVES]->(customer:Customer)
WHERE HOLDS(link) AND REACH(customer)
WITH key, person.id AS staff, customer.id AS customer, link.role AS role, link.since AS since, link
ORDER BY customer, role, since, link.id
RETURN collect([key, staff, customer, role, since, link.until]) AS rows
