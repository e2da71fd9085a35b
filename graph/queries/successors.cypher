// Who is there in a person's department, above it, directly below it and beside it, with how many they serve.
MATCH (live:Live {name: $graph})
UNWIND $keys AS key
MATCH (self:Party:Staff {generation: live.generation, id: key})-[here:MEMBER_OF]->(own:Department)
WHERE HOLDS(here)
WITH self, own, here
ORDER BY here.since DESC, here.id
WITH self, head(collect(own)) AS home
CALL (home) {
  RETURN home AS near
  UNION
  MATCH (home)-[:CHILD_OF]->(near:Department) RETURN near
  UNION
  MATCH (home)<-[:CHILD_OF]-(near:Department) RETURN near
  UNION
  MATCH (home)-[:CHILD_OF]->(:Department)<-[:CHILD_OF]-(near:Department) RETURN near
}
MATCH (near)<-[place:MEMBER_OF]-(person)
WHERE person <> self AND HOLDS(place) AND AVAILABLE(person)
WITH self, person, true IN collect(near = home) AS same
WITH person, collect([self, same]) AS asking
WITH person, asking, COUNT {
  MATCH (person)-[load:SERVES]->(served) WHERE HOLDS(load) RETURN DISTINCT served
} AS load
UNWIND asking AS by
WITH by[0] AS self, collect([person.id, by[1], load, person.skills, person.languages]) AS able
RETURN collect([self.id, self.skills, self.languages, able]) AS rows
