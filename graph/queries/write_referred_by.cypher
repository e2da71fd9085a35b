// Relations between customers: REFERRED_BY.
UNWIND $rows AS row
MATCH (one:Party {generation: $generation, id: row.fromId})
MATCH (other:Party {generation: $generation, id: row.toId})
MERGE (one)-[link:REFERRED_BY {id: row.id}]->(other)
SET link.since = row.since, link.until = row.until
