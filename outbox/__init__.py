"""The event log: what changed, in one order, written in the transaction of the change."""
