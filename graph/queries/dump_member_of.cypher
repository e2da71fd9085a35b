// All places of people of a generation.
MATCH (person:Party:Staff {generation: $generation})-[link:MEMBER_OF]->(department)
RETURN [link.id, person.id, department.id, link.role, link.since, link.until] AS record
