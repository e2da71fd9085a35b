// All members of the staff of a generation.
MATCH (party:Party:Staff {generation: $generation})
RETURN [party.id, party.number, party.name, party.status, party.leftOn, party.skills, party.languages] AS record
