"""What events are about: whose rows are to be read from the record again.

The graph store is not told what changed, but what holds now. So an event may be applied twice, and the last one of a
row leaves it right, whatever became of those before.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from graph.projecting.kinds import (
    ASSIGNMENTS,
    CUSTOMERS,
    DEPARTMENTS,
    MEMBERSHIPS,
    REFERRALS,
    STAFF,
    SUBSIDIARIES,
    TREE,
    Kind,
)

_RELATIONS: Final = (SUBSIDIARIES, REFERRALS)


class About(Protocol):
    """What an event is about; `data` holds the ids of others."""

    @property
    def aggregate_type(self) -> str:
        """The kind of record."""
        ...

    @property
    def aggregate_id(self) -> uuid.UUID:
        """The record."""
        ...

    @property
    def data(self) -> Mapping[str, Any]:
        """What else is told."""
        ...


@dataclass
class Wanted:
    """The keys of the rows of each kind that are to be read again; `everything` where that is no use."""

    keys: dict[str, set[uuid.UUID]] = field(default_factory=dict)
    everything: bool = False

    @classmethod
    def by(cls, events: Iterable[About]) -> Wanted:
        """What these events are about."""
        wanted = cls()
        for event in events:
            wanted._take(event)
        return wanted

    def of(self, kind: Kind) -> set[uuid.UUID]:
        """The keys of a kind."""
        return self.keys.get(kind.name, set())

    def _take(self, event: About) -> None:
        key, data = event.aggregate_id, event.data
        match event.aggregate_type:
            case "Department":
                self._want(key, DEPARTMENTS, TREE)
            case "Staff":
                self._want(key, STAFF, MEMBERSHIPS)
            case "Membership":
                self._want(data.get("staffId"), MEMBERSHIPS)
            case "Customer":
                self._want(key, CUSTOMERS, ASSIGNMENTS, *_RELATIONS)
            case "Assignment":
                self._want(data.get("customerId"), ASSIGNMENTS)
            case "CustomerRelation":
                self._want(data.get("fromId"), CUSTOMERS, *_RELATIONS)
                self._want(data.get("toId"), CUSTOMERS)
            case "LedgerEntry" | "CreditAccount":
                self._want(data.get("customerId"), CUSTOMERS)
            case "World":
                self.everything = True

    def _want(self, key: Any, *kinds: Kind) -> None:
        if key is not None:
            for kind in kinds:
                self.keys.setdefault(kind.name, set()).add(key if isinstance(key, uuid.UUID) else uuid.UUID(key))
