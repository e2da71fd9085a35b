// Who serves each customer.
MATCH (live:Live {name: $graph})
UNWIND $keys AS key
MATCH (customer:Party:Customer {generation: live.generation, id: key})<-[link:SERVES]-(person:Staff)
WHERE HOLDS(link) AND REACH(customer)
WITH key, person.id AS staff, customer.id AS customer, link.role AS role, link.since AS since, link
ORDER BY role, staff, since, link.id
RETURN collect([key, staff, customer, role, since, link.until]) AS rows
