// Who is there in a person's department, above it, directly below it and beside it, with how many they serve.
MATCH (live:Live {name: $graph})
UNWIND $keys AS key
MATCH (self:Party:Staff {generation: live.generation, id: key})-[here:MEMBER_OF]->(own:Department)
WHERE HOLDS(here)
WITH key, self, own, here
ORDER BY here.since DESC, here.id
WITH key, self, head(collect(own)) AS home
CALL (home) {
  RETURN home AS near
  UNION
  MATCH (home)-[:CHILD_OF]->(near:Department) RETURN near
  UNION
  MATCH (home)<-[:CHILD_OF]-(near:Department) RETURN near
  UNION
  MATCH (home)-[:CHILD_OF]->(:Department)<-[:CHILD_OF]-(near:Department) RETURN near
}
MATCH (near)<-[place:MEMBER_OF]-(person:Staff)
WHERE person <> self AND HOLDS(place) AND AVAILABLE(person)
WITH key, self, person, collect(near = home) AS same
RETURN key, person.id AS id, true IN same AS same,
  COUNT { MATCH (person)-[load:SERVES]->(served:Customer) WHERE HOLDS(load) RETURN DISTINCT served } AS load,
  person.skills AS skills, person.languages AS languages,
  self.skills AS wantedSkills, self.languages AS wantedLanguages
