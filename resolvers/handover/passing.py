"""What every kind of thing that can be handed over has in common: the things, from whom to whom, and the hook."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from resolvers.commands import Unit
from store.customer import CustomerRow
from store.handover import HandoverItemKind, HandoverItemRole
from store.lists import ListOf, member
from store.types import Uid


@dataclass(frozen=True)
class Owned:
    """One thing that a person has in one role. `label` is what people call it."""

    kind: HandoverItemKind
    role: HandoverItemRole
    subject_id: uuid.UUID
    label: str
    customer_id: uuid.UUID | None = None
    ticket_id: uuid.UUID | None = None
    contact_id: uuid.UUID | None = None

    @property
    def key(self) -> tuple[HandoverItemKind, uuid.UUID, HandoverItemRole]:
        """What tells it from the other things of a handover."""
        return self.kind, self.subject_id, self.role


@dataclass(frozen=True)
class Passing:
    """From whom to whom, by which document, and from which day on.

    A part is restricted to the customers of a department, or to these customers, or to those that are both.
    """

    number: str
    from_id: uuid.UUID
    to_id: uuid.UUID
    day: dt.date
    department_id: uuid.UUID | None = None
    customer_ids: frozenset[uuid.UUID] | None = None

    @property
    def is_part(self) -> bool:
        """Whether only things of some customers are handed over; things of no customer are not, then."""
        return self.department_id is not None or self.customer_ids is not None

    def covers(self, customer_id: Any) -> sa.ColumnElement[bool]:
        """Whether the things of a customer are handed over, as a condition on a column that names the customer."""
        conditions: list[sa.ColumnElement[bool]] = [sa.true()]
        if self.department_id is not None:
            home = sa.select(CustomerRow.id).where(CustomerRow.department_id == self.department_id)
            conditions.append(customer_id.in_(home))
        if self.customer_ids is not None:
            conditions.append(one_of(customer_id, self.customer_ids))
        return sa.and_(*conditions)


@dataclass(frozen=True)
class Hook:
    """How things of one kind are handed over.

    `owned` lists what the person has on the day or after it. It is asked again when all is done, and must find nothing.
    `hand_over` gives these things to the successor, in the transaction of the unit, with their customers locked.
    `events` is how many events of the log one thing costs at most.
    """

    owned: Callable[[Unit, Passing], Awaitable[Sequence[Owned]]]
    hand_over: Callable[[Unit, Passing, Sequence[Owned]], Awaitable[None]]
    events: int


def one_of(column: Any, keys: frozenset[uuid.UUID]) -> sa.ColumnElement[bool]:
    """Whether a column holds one of these ids, however many they are."""
    return member(column, sa.literal(sorted(keys), ListOf(Uid())))
