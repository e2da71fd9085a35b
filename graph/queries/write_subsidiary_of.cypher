// Relations between customers: SUBSIDIARY_OF.
UNWIND $rows AS row
MATCH (one:Party {generation: $generation, id: row.fromId})
MATCH (other:Party {generation: $generation, id: row.toId})
MERGE (one)-[link:SUBSIDIARY_OF {id: row.id}]->(other)
SET link.since = row.since, link.until = row.until
