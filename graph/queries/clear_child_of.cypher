// Departments whose place in the tree is written anew: one that was put at the top keeps no link.
UNWIND $keys AS key
MATCH (:Party {generation: $generation, id: key})-[link:CHILD_OF]->()
DELETE link
