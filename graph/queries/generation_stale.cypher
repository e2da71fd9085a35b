// Generations that do not answer, and that nobody has written to for a while.
MATCH (live:Live {name: 'graph'})
MATCH (generation:Generation)
WHERE generation.number <> live.generation AND generation.touched < timestamp() - $milliseconds
RETURN generation.number AS number
