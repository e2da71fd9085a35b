"""The event log: what changed, in one order, written in the transaction of the change.

Importing this package maps its tables.
"""

from outbox import event, idempotency

__all__ = ["event", "idempotency"]
