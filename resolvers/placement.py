"""Moving people of the staff from department to department (A1, A2)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from resolvers.access_rows import access_place, access_staff, manages
from resolvers.actions import Action
from resolvers.commands import Unit, command
from resolvers.department_tree import hold_tree
from resolvers.drafts import DepartmentId, StaffId
from resolvers.membership import ORDINARY, begin_place, end_place, places, refuse_left
from resolvers.problems import Code, refuse
from store.staff import MembershipRole, MembershipRow


class PlacementRole(enum.StrEnum):
    """What people can be placed as; heads are appointed."""

    DEPUTY = "DEPUTY"
    MEMBER = "MEMBER"


@dataclass(frozen=True)
class StaffPlacement:
    """Someone is to be in a department from a day on (today, when none is given), and nowhere else unless `keep`."""

    staff_id: StaffId
    department_id: DepartmentId
    role: PlacementRole = PlacementRole.MEMBER
    since: dt.date | None = None
    keep: bool = False


class PlaceStaffErrorCode(enum.StrEnum):
    """Why someone was not moved."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    STAFF_LEFT = Code.STAFF_LEFT
    DEPARTMENT_CLOSED = Code.DEPARTMENT_CLOSED


@command(Action.PLACE_STAFF, PlaceStaffErrorCode)
async def place_staff(unit: Unit, draft: StaffPlacement) -> uuid.UUID:
    """Move someone within reach to a department within reach; nothing happens when that is how it is."""
    await hold_tree(unit)
    await access_place(unit, draft.department_id, "department_id")
    staff = await access_staff(unit, draft.staff_id, "staff_id")
    since = draft.since or unit.today
    refuse_left(staff, since, "staff_id")
    held = await places(unit, since, MembershipRow.staff_id == staff.id)
    elsewhere = [row for row in held if row.department_id != draft.department_id and not draft.keep]
    _refuse_strange(unit, elsewhere)
    there = [row for row in held if row.department_id == draft.department_id and row.role in ORDINARY]
    role = MembershipRole(draft.role.value)
    is_there = any(row.role is role and row.since <= since and row.until is None for row in there)
    for row in elsewhere if is_there else [*elsewhere, *there]:
        end_place(unit, row, since)
    if not is_there:
        begin_place(unit, staff.id, draft.department_id, role, since)
    return staff.id


def _refuse_strange(unit: Unit, ending: Iterable[MembershipRow]) -> None:
    """Raise Refused (FORBIDDEN) when a place would end in a department that the subject may not change."""
    if not all(manages(unit, row.department_id) for row in ending):
        told = "the person has a place in a department out of your reach, which you may not end; say keep: true"
        raise refuse(Code.FORBIDDEN, "keep", told)
