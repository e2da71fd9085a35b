// The relations SUBSIDIARY_OF of so many customers of a generation after an id, all in one record.
MATCH (one:Party {generation: $generation})
WHERE one.id > $after AND one:Customer
WITH one
ORDER BY one.id
LIMIT $first
OPTIONAL MATCH (one)-[link:SUBSIDIARY_OF]->(other)
WITH one.id AS id, CASE WHEN link IS NOT NULL THEN
  [link.id, one.id, other.id, link.since, link.until] END AS record
RETURN max(id) AS last, collect(record) AS records
