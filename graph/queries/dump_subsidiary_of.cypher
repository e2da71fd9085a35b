// All relations of a generation: SUBSIDIARY_OF.
MATCH (one:Party:Customer {generation: $generation})-[link:SUBSIDIARY_OF]->(other)
RETURN [link.id, one.id, other.id, link.since, link.until] AS record
