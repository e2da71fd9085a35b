// Who projects: one at a time, for a while, by this store's own clock. The write comes first, for it waits for others.
MERGE (lease:Lease {name: $graph})
ON CREATE SET lease.owner = '', lease.until = 0, lease.asked = 0
SET lease.asked = lease.asked + 1
WITH lease
WHERE lease.owner = $owner OR lease.until < timestamp()
SET lease.owner = $owner, lease.until = timestamp() + $milliseconds
RETURN lease.until AS until
