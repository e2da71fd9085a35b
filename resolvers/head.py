"""Who leads a department: appointing a head or an acting head, and letting one step back (A2)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass
from typing import Final

from resolvers.access_rows import access_department, directory_staff, refuse_closed
from resolvers.actions import Action
from resolvers.commands import Unit, command
from resolvers.department_tree import hold_tree
from resolvers.drafts import DepartmentId, StaffId
from resolvers.edits import Unique, save
from resolvers.membership import begin_place, end_place, places, refuse_left, step_back
from resolvers.problems import Code, Problem, refuse
from store.staff import MembershipRole, MembershipRow


@dataclass(frozen=True)
class HeadAppointment:
    """Someone is to lead a department from a day on (today, when none is given), as its head or acting for it."""

    department_id: DepartmentId
    staff_id: StaffId
    acting: bool = False
    since: dt.date | None = None


@dataclass(frozen=True)
class HeadVacancy:
    """The head, or the acting head, is to step back: `until` is the first day without; today, if none is given."""

    department_id: DepartmentId
    acting: bool = False
    until: dt.date | None = None


class AppointHeadErrorCode(enum.StrEnum):
    """Why nobody was appointed."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    STAFF_LEFT = Code.STAFF_LEFT
    OVERLAP = Code.OVERLAP
    DEPARTMENT_CLOSED = Code.DEPARTMENT_CLOSED


class VacateHeadErrorCode(enum.StrEnum):
    """Why nobody stepped back."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    BAD_PERIOD = Code.BAD_PERIOD


_ONE_HEAD: Final = Unique(
    "uq_membership_one_head",
    "membership.department_id",
    Problem(Code.OVERLAP, "since", "the department has a head already"),
)


@command(Action.APPOINT_HEAD, AppointHeadErrorCode)
async def appoint_head(unit: Unit, draft: HeadAppointment) -> uuid.UUID:
    """Let someone lead a department within reach. Who led it until then steps back on that day.

    A head ends what an acting head did, and has no other place in the department. An acting head keeps the own place,
    and the head, if there is one, stays the head.
    """
    await hold_tree(unit)
    department = refuse_closed(await access_department(unit, draft.department_id, "department_id"), "department_id")
    staff = await directory_staff(unit, draft.staff_id, "staff_id")
    since = draft.since or unit.today
    refuse_left(staff, since, "staff_id")
    there = await places(unit, since, MembershipRow.department_id == department.id)
    _refuse_rivals(draft, since, there)
    await _make_way(unit, draft, since, there)
    role = MembershipRole.ACTING_HEAD if draft.acting else MembershipRole.HEAD
    await save(unit, begin_place(unit, staff.id, department.id, role, since), _ONE_HEAD)
    return department.id


@command(Action.VACATE_HEAD, VacateHeadErrorCode)
async def vacate_head(unit: Unit, draft: HeadVacancy) -> uuid.UUID:
    """Let the head of a department within reach be a member from a day on; an acting head keeps the own place only."""
    await hold_tree(unit)
    department = await access_department(unit, draft.department_id, "department_id")
    until = draft.until or unit.today
    role = MembershipRole.ACTING_HEAD if draft.acting else MembershipRole.HEAD
    leads = await places(unit, until, MembershipRow.department_id == department.id, MembershipRow.role == role)
    if not leads:
        raise refuse(Code.NOT_FOUND, "department_id", f"the department has no such head on {until}, nor after it")
    if leads[0].since > until:
        raise refuse(Code.BAD_PERIOD, "until", f"the head starts on {leads[0].since}")
    if draft.acting:
        end_place(unit, leads[0], until)
    else:
        await step_back(unit, leads[0], until)
    return department.id


def _refuse_rivals(draft: HeadAppointment, since: dt.date, there: list[MembershipRow]) -> None:
    """Raise Refused (OVERLAP) where the place is the person's already, or someone is to take it later."""
    wanted = MembershipRole.ACTING_HEAD if draft.acting else MembershipRole.HEAD
    for row in there:
        is_own = row.staff_id == draft.staff_id
        if is_own and row.role in (wanted, MembershipRole.HEAD):
            raise refuse(Code.OVERLAP, "staff_id", f"this person is {row.role} there from {row.since} on already")
        if row.role is wanted and row.since > since:
            raise refuse(Code.OVERLAP, "since", f"someone else is to be {row.role} there from {row.since} on")


async def _make_way(unit: Unit, draft: HeadAppointment, since: dt.date, there: list[MembershipRow]) -> None:
    """End what the appointment ends, in the store too: the index of heads must find the place free."""
    acting = MembershipRole.ACTING_HEAD
    for row in there:
        is_own = row.staff_id == draft.staff_id
        if row.role is acting and (row.since <= since or is_own):
            end_place(unit, row, since)
        elif row.role is MembershipRole.HEAD and not draft.acting:
            await step_back(unit, row, since)
        elif is_own and not draft.acting:
            end_place(unit, row, since)
    await unit.session.flush()
