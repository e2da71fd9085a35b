// Members of the staff as they are now.
UNWIND $rows AS row
MERGE (party:Party {generation: $generation, id: row.id})
SET party:Staff, party.number = row.number, party.name = row.name, party.status = row.status,
  party.leftOn = row.leftOn, party.skills = row.skills, party.languages = row.languages
