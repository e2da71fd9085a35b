// A new generation, beside those that there are.
OPTIONAL MATCH (earlier:Generation)
WITH coalesce(max(earlier.number), 0) + 1 AS number
CREATE (generation:Generation {number: number, epoch: $epoch, position: $position, uid: $uid, lastEventAt: '',
  touched: timestamp(), writes: 0})
RETURN number
