"""Merging a department into another one: all of its work goes there, and it is closed (A2)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from outbox.event import EventKind
from outbox.log import MAX_CHANGES
from resolvers.access_rows import (
    access_department,
    access_place,
    children_of,
    customers_of,
    open_tickets_of,
    refuse_closed,
)
from resolvers.actions import Action
from resolvers.commands import Told, Unit, command
from resolvers.customer_move import carry
from resolvers.department_tree import hold_tree, is_below
from resolvers.drafts import DepartmentId
from resolvers.edits import touch
from resolvers.membership import places, take_over
from resolvers.problems import Code, refuse
from resolvers.times import day_not_in_future
from store.department import DepartmentRow
from store.staff import MembershipRole, MembershipRow


@dataclass(frozen=True)
class DepartmentMerge:
    """A department's work is to go to another one, on a day that has come (today, when none is given)."""

    id: DepartmentId
    into_id: DepartmentId
    on: dt.date | None = None


class MergeDepartmentsErrorCode(enum.StrEnum):
    """Why the departments were not merged."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    TOO_MANY = Code.TOO_MANY
    IN_FUTURE = Code.IN_FUTURE
    CYCLE = Code.CYCLE
    DEPARTMENT_CLOSED = Code.DEPARTMENT_CLOSED


_STEP_BACK: Final = {
    MembershipRole.HEAD: MembershipRole.MEMBER,
    MembershipRole.ACTING_HEAD: MembershipRole.MEMBER,
}
"""What becomes of those who led the first department."""


@command(Action.MERGE_DEPARTMENTS, MergeDepartmentsErrorCode)
async def merge_departments(unit: Unit, draft: DepartmentMerge) -> uuid.UUID:
    """Let a department within reach take over another one: those below it, its people, customers and open tickets."""
    on = day_not_in_future(unit, draft.on, "on")
    await hold_tree(unit)
    row = refuse_closed(await access_department(unit, draft.id, "id"), "id")
    await access_place(unit, draft.into_id, "into_id")
    if await is_below(unit, draft.into_id, row.id):
        raise refuse(Code.CYCLE, "into_id", "a department cannot be merged into itself, or into one below it")
    hang(unit, await children_of(unit, row.id), draft.into_id)
    await _move_people(unit, row, draft.into_id, on)
    _close(unit, row, draft.into_id, on)
    await _move_customers(unit, row, draft.into_id)
    return draft.into_id


def hang(unit: Unit, children: Iterable[DepartmentRow], parent_id: uuid.UUID) -> None:
    """Put departments below another one; the caller holds the tree, and has seen to it that this makes no cycle."""
    for child in children:
        before, child.parent_id = child.parent_id, parent_id
        touch(unit, child)
        told: dict[str, Told] = {"number": child.number, "version": child.version, "from": before, "to": parent_id}
        unit.changed(EventKind.DEPARTMENT_MOVED, "Department", child.id, **told)


async def _move_people(unit: Unit, row: DepartmentRow, into_id: uuid.UUID, on: dt.date) -> None:
    """The people go on in the other department, whose head stays its head."""
    leaving = await places(unit, on, MembershipRow.department_id == row.id)
    await take_over(unit, leaving, into_id, on, _STEP_BACK)


def _close(unit: Unit, row: DepartmentRow, into_id: uuid.UUID, on: dt.date) -> None:
    row.closed_on, row.merged_into_id = on, into_id
    touch(unit, row)
    told: dict[str, Told] = {"number": row.number, "version": row.version, "into": into_id, "on": on}
    unit.changed(EventKind.DEPARTMENT_MERGED, "Department", row.id, **told)


async def _move_customers(unit: Unit, row: DepartmentRow, into_id: uuid.UUID) -> None:
    """Customers before tickets, as all commands lock them: also those of other departments whose tickets go."""
    concerned = await customers_of(unit, row.id, most=MAX_CHANGES)
    tickets = await open_tickets_of(unit, row.id, most=MAX_CHANGES)
    carry(unit, [one for one in concerned if one.department_id == row.id], tickets, into_id, "id")
