// Places of people in departments.
UNWIND $rows AS row
MATCH (person:Party {generation: $generation, id: row.staffId})
MATCH (department:Party {generation: $generation, id: row.departmentId})
MERGE (person)-[link:MEMBER_OF {id: row.id}]->(department)
SET link.role = row.role, link.since = row.since, link.until = row.until
