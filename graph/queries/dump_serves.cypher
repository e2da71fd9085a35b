// The assignments of so many people of a generation after an id, all in one record.
MATCH (person:Party {generation: $generation})
WHERE person.id > $after AND person:Staff
WITH person
ORDER BY person.id
LIMIT $first
OPTIONAL MATCH (person)-[link:SERVES]->(customer)
WITH person.id AS id, CASE WHEN link IS NOT NULL THEN
  [link.id, person.id, customer.id, link.role, link.since, link.until] END AS record
RETURN max(id) AS last, collect(record) AS records
