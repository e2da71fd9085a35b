"""Splitting a department: a new one beside it takes a part of its people, its customers and those below it (A2)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from outbox.event import EventKind
from resolvers.access_rows import (
    access_children,
    access_customers,
    access_department,
    access_place,
    manages,
    refuse_closed,
)
from resolvers.actions import Action
from resolvers.commands import Told, Unit, command
from resolvers.customer_move import MOST, CustomerIds, carry, open_tickets_with
from resolvers.department import NUMBER
from resolvers.department_merge import hang
from resolvers.department_tree import hold_tree
from resolvers.drafts import DepartmentId, Many, StaffId, numbered
from resolvers.edits import born, new_values, save
from resolvers.membership import places, take_over, working
from resolvers.problems import Code, Problem, refuse, refuse_any
from resolvers.text import Key, Line, Prose
from resolvers.times import day_not_in_future
from store.base import new_id
from store.department import DepartmentRow
from store.staff import MembershipRow

StaffIds = Annotated[tuple[StaffId, ...], Many(MOST)]
DepartmentIds = Annotated[tuple[DepartmentId, ...], Many(MOST)]


@dataclass(frozen=True)
class DepartmentSplit:
    """A new department is to take a part of another one, on a day that has come (today, when none is given)."""

    id: DepartmentId
    number: Key
    name: Line
    scope_of_work: Prose | None = None
    staff_ids: StaffIds = ()
    customer_ids: CustomerIds = ()
    child_ids: DepartmentIds = ()
    on: dt.date | None = None


class SplitDepartmentErrorCode(enum.StrEnum):
    """Why the department was not split."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    TOO_MANY = Code.TOO_MANY
    IN_FUTURE = Code.IN_FUTURE
    DUPLICATE_NUMBER = Code.DUPLICATE_NUMBER
    STAFF_LEFT = Code.STAFF_LEFT
    DEPARTMENT_CLOSED = Code.DEPARTMENT_CLOSED


@command(Action.SPLIT_DEPARTMENT, SplitDepartmentErrorCode)
async def split_department(unit: Unit, draft: DepartmentSplit) -> uuid.UUID:
    """Create a department beside one within reach, and move there what is listed; all of it belongs to the first."""
    on = day_not_in_future(unit, draft.on, "on")
    await hold_tree(unit)
    first = refuse_closed(await access_department(unit, draft.id, "id"), "id")
    key = await _create_beside(unit, first, draft)
    hang(unit, await access_children(unit, first, numbered("child_ids", draft.child_ids)), key)
    await _move_people(unit, first, numbered("staff_ids", draft.staff_ids), key, on)
    _tell(unit, first, key, on)
    customers = await access_customers(unit, numbered("customer_ids", draft.customer_ids), department_id=first.id)
    carry(unit, customers, await open_tickets_with(unit, customers), key, "customer_ids")
    return key


async def _create_beside(unit: Unit, first: DepartmentRow, draft: DepartmentSplit) -> uuid.UUID:
    """The new department, with the same one above. Raises Refused (FORBIDDEN) where nothing may be put there."""
    if first.parent_id is None or manages(unit, first.parent_id):
        await access_place(unit, first.parent_id, "id")
    else:
        raise refuse(Code.FORBIDDEN, "id", "the new department would stand below one that is out of your reach")
    values = new_values(draft, ("number", "name", "scope_of_work"))
    row = DepartmentRow(**born(unit, new_id()), **values, parent_id=first.parent_id)
    await save(unit, row, NUMBER)
    unit.changed(EventKind.DEPARTMENT_CREATED, "Department", row.id, number=row.number, parentId=row.parent_id)
    return row.id


async def _move_people(
    unit: Unit, first: DepartmentRow, wanted: Mapping[str, uuid.UUID], key: uuid.UUID, on: dt.date
) -> None:
    """The people go on in the new department as what they were. Raises Refused (NOT_FOUND, STAFF_LEFT)."""
    listed = set(wanted.values())
    leaving = await places(unit, on, MembershipRow.department_id == first.id, MembershipRow.staff_id.in_(listed))
    there = {row.staff_id for row in leaving}
    told = "this person has no place in the department on that day"
    refuse_any(Problem(Code.NOT_FOUND, field, told) for field, staff_id in wanted.items() if staff_id not in there)
    works = await working(unit, listed)
    told = "this person does not work here any more"
    refuse_any(Problem(Code.STAFF_LEFT, field, told) for field, staff_id in wanted.items() if staff_id not in works)
    await take_over(unit, leaving, key, on, {})


def _tell(unit: Unit, first: DepartmentRow, key: uuid.UUID, on: dt.date) -> None:
    told: dict[str, Told] = {"number": first.number, "version": first.version, "into": key, "on": on}
    unit.changed(EventKind.DEPARTMENT_SPLIT, "Department", first.id, **told)
