// The generation that answers, and up to where it has taken the log in.
MATCH (live:Live {name: $graph})
MATCH (generation:Generation {id: live.generation})
RETURN generation.id AS id, generation.epoch AS epoch, generation.position AS position, generation.uid AS uid,
  generation.lastEventAt AS lastEventAt
