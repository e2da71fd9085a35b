// Let another generation answer, unless it is behind the one that does.
MATCH (live:Live {name: $graph})
SET live.begun = live.begun
WITH live
MATCH (new:Generation {id: $generation})
OPTIONAL MATCH (old:Generation {id: live.generation})
WITH live, new, old
WHERE old IS NULL OR old.epoch <> new.epoch OR old.position <= new.position
SET live.generation = new.id
RETURN old.id AS retired
