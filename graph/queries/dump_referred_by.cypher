// All relations of a generation: REFERRED_BY.
MATCH (one:Party:Customer {generation: $generation})-[link:REFERRED_BY]->(other)
RETURN [link.id, one.id, other.id, link.since, link.until] AS record
