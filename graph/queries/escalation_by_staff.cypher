// The leaders of the department that each person came to last, and of those above it; the person is left out.
MATCH (live:Live {name: $graph})
UNWIND $keys AS key
MATCH (self:Party:Staff {generation: live.generation, id: key})-[here:MEMBER_OF]->(own:Department)
WHERE HOLDS(here)
WITH key, own, here
ORDER BY here.since DESC, here.id
WITH key, head(collect(own)) AS home
MATCH path = (home)-[:CHILD_OF*0..64]->(department:Department)
MATCH (department)<-[place:MEMBER_OF]-(person:Staff)
WHERE place.role IN ['HEAD', 'ACTING_HEAD'] AND HOLDS(place) AND AVAILABLE(person)
WITH key, department, length(path) AS level, place, person
ORDER BY place.role DESC, place.since DESC, place.id
WITH key, department, level, head(collect([person.id, place.role])) AS leader
WHERE leader[0] <> key
WITH key, department, level, leader
ORDER BY level
RETURN collect([key, department.id, level, leader[0], leader[1] = 'ACTING_HEAD']) AS rows
