"""Executing a handover: in one transaction all that the person has goes to the successor, and nothing is left."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from outbox.event import EventKind
from outbox.log import MAX_CHANGES
from resolvers.commands import LostRace, Unit
from resolvers.handover.document import check_successor, counts, move, passing_of, settle_items
from resolvers.handover.passing import Owned, Passing, one_of
from resolvers.handover.registry import Listed, listed, things_in
from resolvers.problems import Code, refuse
from store.customer import CustomerRow
from store.handover import HandoverRow, HandoverStatus
from store.staff import StaffRow


async def execute(unit: Unit, row: HandoverRow) -> None:
    """Execute an accepted handover whose day has come; the document is locked.

    Raises Refused (STAFF_LEFT, STAFF_AWAY, TOO_MANY, ORPHANED).
    """
    passing = await passing_of(unit, row)
    found = await _locked(unit, passing)
    for hook, things in found:
        if things:
            await hook.hand_over(unit, passing, things)
    await unit.session.flush()
    _check_left(things_in(await listed(unit, passing)))
    things = things_in(found)
    await settle_items(unit, row, things)
    row.executed_at, row.executed_by = unit.now, unit.subject.name
    move(unit, row, HandoverStatus.DONE, EventKind.HANDOVER_DONE, counts=counts(things))
    check_size(len(unit.changes), "id")


def check_size(events: int, field: str) -> None:
    """Raise Refused (TOO_MANY) when one transaction cannot note that many events."""
    if events > MAX_CHANGES:
        message = f"it would note {events} events, and {MAX_CHANGES} are the most at once: hand over in parts, by "
        raise refuse(Code.TOO_MANY, field, message + "`customerIds` or by `departmentId`")


async def _locked(unit: Unit, passing: Passing) -> Listed:
    """What is handed over, with all customers concerned locked, and nobody giving more to the person meanwhile.

    Customers are locked before people, as every other command does it: whoever gives something to the person has its
    customer locked and waits for the person's row, so that two of them cannot wait for each other. What came
    between the first look and the lock makes a new attempt.
    """
    customers = _customers(things_in(await listed(unit, passing)))
    wanted = sa.select(CustomerRow.id).where(one_of(CustomerRow.id, customers)).order_by(CustomerRow.id)
    await unit.session.execute(wanted.with_for_update(key_share=True))
    await _lock_people(unit, passing)
    found = await listed(unit, passing)
    if _customers(things_in(found)) - customers:
        raise LostRace
    return found


async def _lock_people(unit: Unit, passing: Passing) -> None:
    """Lock both, fully: rows that refer to them wait. The successor must be able to take over."""
    both = frozenset({passing.from_id, passing.to_id})
    people = sa.select(StaffRow).where(one_of(StaffRow.id, both)).order_by(StaffRow.id)
    locked = await unit.session.scalars(people.with_for_update().execution_options(populate_existing=True))
    successor = next(person for person in locked if person.id == passing.to_id)
    check_successor(successor, passing.from_id, passing.day, "id")


def _customers(things: Collection[Owned]) -> frozenset[Any]:
    return frozenset(thing.customer_id for thing in things if thing.customer_id is not None)


def _check_left(left: Collection[Owned]) -> None:
    """Nothing is orphaned: raise Refused (ORPHANED) when the person still has anything."""
    if left:
        first = next(iter(left))
        named = f"{first.kind} {first.label} ({first.role})"
        raise refuse(Code.ORPHANED, "id", f"{len(left)} things would be left, such as {named}; nothing was changed")
