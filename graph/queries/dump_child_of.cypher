// The places in the tree of so many departments of a generation after an id, all in one record.
MATCH (child:Party {generation: $generation})
WHERE child.id > $after AND child:Department
WITH child
ORDER BY child.id
LIMIT $first
OPTIONAL MATCH (child)-[link:CHILD_OF]->(parent)
WITH child.id AS id, CASE WHEN link IS NOT NULL THEN
  [child.id, parent.id] END AS record
RETURN max(id) AS last, collect(record) AS records
