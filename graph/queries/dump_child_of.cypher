// All places in the tree of a generation.
MATCH (child:Party:Department {generation: $generation})-[:CHILD_OF]->(parent)
RETURN [child.id, parent.id] AS record
