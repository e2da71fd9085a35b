// The members of the staff, so many of a generation after an id, all in one record.
MATCH (party:Party {generation: $generation})
WHERE party.id > $after AND party:Staff
WITH party
ORDER BY party.id
LIMIT $first
WITH party.id AS id,
  [party.id, party.number, party.name, party.status, party.leftOn, party.skills, party.languages] AS record
RETURN max(id) AS last, collect(record) AS records
