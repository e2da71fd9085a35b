// The places of departments in the tree. They have no dates: the tree is told as it is now.
UNWIND $rows AS row
MATCH (child:Party {generation: $generation, id: row.id})
MATCH (parent:Party {generation: $generation, id: row.parentId})
MERGE (child)-[link:CHILD_OF]->(parent)
SET link.since = 10101, link.until = 99991231
