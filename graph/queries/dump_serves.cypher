// All assignments of a generation.
MATCH (person:Party:Staff {generation: $generation})-[link:SERVES]->(customer)
RETURN [link.id, person.id, customer.id, link.role, link.since, link.until] AS record
