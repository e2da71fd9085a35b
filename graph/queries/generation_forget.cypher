// A generation itself, once its parties are gone.
MATCH (generation:Generation {number: $generation})
DELETE generation
