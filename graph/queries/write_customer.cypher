// Customers as they are now.
UNWIND $rows AS row
MERGE (party:Party {generation: $generation, id: row.id})
SET party:Customer, party.code = row.code, party.name = row.name, party.departmentId = row.departmentId,
  party.referralCount = row.referralCount, party.currency = row.currency, party.owedMinor = row.owedMinor
