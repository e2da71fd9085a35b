// Who serves whom.
UNWIND $rows AS row
MATCH (person:Party {generation: $generation, id: row.staffId})
MATCH (customer:Party {generation: $generation, id: row.customerId})
MERGE (person)-[link:SERVES {id: row.id}]->(customer)
SET link.role = row.role, link.since = row.since, link.until = row.until
