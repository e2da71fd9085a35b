// Those parties that there are, and that may be met.
MATCH (live:Live {name: $graph})
UNWIND $keys AS key
MATCH (party:Party {generation: live.generation, id: key})
WHERE MEETS(party)
RETURN collect([key, KIND(party)]) AS rows
