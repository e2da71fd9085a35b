// A generation itself, once its parties are gone.
MATCH (generation:Generation {id: $generation})
DELETE generation
