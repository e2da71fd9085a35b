// Departments as they are now.
UNWIND $rows AS row
MERGE (party:Party {generation: $generation, id: row.id})
SET party:Department, party.number = row.number, party.name = row.name
