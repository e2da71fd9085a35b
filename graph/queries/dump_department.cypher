// The departments, so many of a generation after an id, all in one record.
MATCH (party:Party {generation: $generation})
WHERE party.id > $after AND party:Department
WITH party
ORDER BY party.id
LIMIT $first
WITH party.id AS id, [party.id, party.number, party.name] AS record
RETURN max(id) AS last, collect(record) AS records
