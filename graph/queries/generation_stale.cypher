// Generations that do not answer, and that nobody has written to for a while.
MATCH (live:Live {name: $graph})
MATCH (generation:Generation {graph: $graph})
WHERE generation.id <> live.generation AND generation.touched < timestamp() - $milliseconds
RETURN generation.id AS id
