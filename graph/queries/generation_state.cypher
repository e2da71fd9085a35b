// The generation that answers, and up to where it has taken the log in.
MATCH (live:Live {name: 'graph'})
MATCH (generation:Generation {number: live.generation})
RETURN generation.number AS number, generation.epoch AS epoch, generation.position AS position, generation.uid AS uid,
  generation.lastEventAt AS lastEventAt
