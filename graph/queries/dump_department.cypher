// All departments of a generation.
MATCH (party:Party:Department {generation: $generation})
RETURN [party.id, party.number, party.name] AS record
