// Move a generation on, if nobody else has: the write comes first, for it waits for whoever else is writing.
MATCH (generation:Generation {id: $generation})
SET generation.writes = generation.writes + 1
WITH generation
WHERE generation.epoch = $epoch AND generation.position = $position AND generation.uid = $uid
SET generation.position = $newPosition, generation.uid = $newUid, generation.lastEventAt = $lastEventAt,
  generation.touched = timestamp()
RETURN generation.id AS id
