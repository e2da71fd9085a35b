// Say that a generation is being written to.
MATCH (generation:Generation {id: $generation})
SET generation.touched = timestamp()
RETURN generation.id AS id
