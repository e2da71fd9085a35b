// A new generation, beside those that there are. The write comes first, for it waits for whoever else begins one.
MERGE (live:Live {name: $graph})
ON CREATE SET live.generation = '', live.begun = 0
SET live.begun = live.begun + 1
WITH live
CREATE (generation:Generation {id: $graph + ':' + toString(live.begun), graph: $graph, epoch: $epoch,
  position: $position, uid: $uid, lastEventAt: '', touched: timestamp(), writes: 0})
RETURN generation.id AS id
