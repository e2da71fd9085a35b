// Let another generation answer, unless it is behind the one that does.
MERGE (live:Live {name: 'graph'})
ON CREATE SET live.generation = 0
SET live.switched = timestamp()
WITH live
MATCH (new:Generation {number: $generation})
OPTIONAL MATCH (old:Generation {number: live.generation})
WITH live, new, old
WHERE old IS NULL OR old.epoch <> new.epoch OR old.position <= new.position
SET live.generation = new.number
RETURN old.number AS retired
