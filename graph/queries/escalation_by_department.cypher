// Who leads each department and those above it: the head, else the acting head; a department without either is skipped.
MATCH (live:Live {name: $graph})
UNWIND $keys AS key
MATCH (home:Party:Department {generation: live.generation, id: key})
MATCH path = (home)-[:CHILD_OF*0..64]->(department:Department)
MATCH (department)<-[place:MEMBER_OF]-(person:Staff)
WHERE place.role IN ['HEAD', 'ACTING_HEAD'] AND HOLDS(place) AND AVAILABLE(person)
WITH key, department, length(path) AS level, place, person
ORDER BY place.role DESC, place.since DESC, place.id
WITH key, department, level, head(collect([person.id, place.role])) AS leader
WITH key, department, level, leader
ORDER BY level
RETURN collect([key, department.id, level, leader[0], leader[1] = 'ACTING_HEAD']) AS rows
