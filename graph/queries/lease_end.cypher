// Give the lease back, so that another can take it at once.
MATCH (lease:Lease {name: $graph, owner: $owner})
SET lease.until = 0
RETURN lease.owner AS owner
