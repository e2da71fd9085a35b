"""Customers that someone serves: the successor serves them from the day on, as owner or as backup."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final

import sqlalchemy as sa

from outbox.event import EventKind
from resolvers.assignment import tell_assignment
from resolvers.commands import Unit
from resolvers.handover.passing import Hook, Owned, Passing, one_of
from resolvers.handover.taking import Taking
from store.assignment import AssignmentRow
from store.customer import CustomerRow
from store.handover import HandoverItemKind, HandoverItemRole


def serves_after(person: uuid.UUID, passing: Passing) -> sa.ColumnElement[bool]:
    """Whether an assignment is of this person, and holds on the day of the handover or after it."""
    row = AssignmentRow
    return sa.and_(row.staff_id == person, passing.covers(row.customer_id), _lasts(row, passing.day))


async def _owned(unit: Unit, passing: Passing) -> Sequence[Owned]:
    found = await unit.session.execute(
        sa.select(CustomerRow.id, CustomerRow.name, AssignmentRow.role)
        .join(AssignmentRow, AssignmentRow.customer_id == CustomerRow.id)
        .where(serves_after(passing.from_id, passing))
        .distinct()
    )
    kind = HandoverItemKind.CUSTOMER
    return [Owned(kind, HandoverItemRole(role.value), key, name, customer_id=key) for key, name, role in found]


async def _hand_over(unit: Unit, passing: Passing, things: Sequence[Owned]) -> None:
    customers = frozenset(thing.subject_id for thing in things)
    given = await _assignments(unit, passing, passing.from_id, customers)
    held = await _assignments(unit, passing, passing.to_id, customers)
    takings = []
    for customer_id, rows in given.items():
        taking = Taking(passing.day, unit.now, passing.to_id, held.get(customer_id, []))
        taking.take(rows)
        takings.append(taking)
    await _write(unit, takings)


async def _assignments(
    unit: Unit, passing: Passing, person: uuid.UUID, customers: frozenset[uuid.UUID]
) -> dict[uuid.UUID, list[AssignmentRow]]:
    """The person's assignments to these customers that hold on the day or after it, by customer."""
    row = AssignmentRow
    wanted = sa.select(row).where(row.staff_id == person, one_of(row.customer_id, customers), _lasts(row, passing.day))
    found: dict[uuid.UUID, list[AssignmentRow]] = defaultdict(list)
    for each in await unit.session.scalars(wanted.order_by(row.since, row.id)):
        found[each.customer_id].append(each)
    return found


async def _write(unit: Unit, takings: Collection[Taking]) -> None:
    """Ends first: a customer has one open owner at a time."""
    for taking in takings:
        for row in taking.ended:
            tell_assignment(unit, EventKind.ASSIGNMENT_ENDED, row)
    await unit.session.flush()
    for taking in takings:
        unit.session.add_all(taking.started)
        for row in taking.started:
            tell_assignment(unit, EventKind.ASSIGNMENT_STARTED, row)
    await unit.session.flush()


def _lasts(row: Any, day: dt.date) -> sa.ColumnElement[bool]:
    """Whether it holds on the day or after it; empty periods hold nothing."""
    return sa.or_(row.until.is_(None), sa.and_(row.until > day, row.until > row.since))


CUSTOMERS: Final = Hook(_owned, _hand_over, events=4)
"""Ended, started; and, where the successor was backup, that ended, and perhaps starts again."""
