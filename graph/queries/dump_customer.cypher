// All customers of a generation.
MATCH (party:Party:Customer {generation: $generation})
RETURN [party.id, party.code, party.name, party.departmentId, party.referralCount, party.currency, party.owedMinor]
  AS record
