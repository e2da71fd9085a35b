"""Deciding who of the staff serves which customer, and until when."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from outbox.event import EventKind
from resolvers.access_rows import access_assignment, access_customer, directory_staff
from resolvers.actions import Action
from resolvers.commands import Told, Unit, command
from resolvers.drafts import AssignmentId, CustomerId, StaffId
from resolvers.edits import Unique, save
from resolvers.problems import Code, Problem, refuse
from store.assignment import AssignmentRole, AssignmentRow
from store.base import new_id
from store.staff import StaffStatus


@dataclass(frozen=True)
class AssignmentDraft:
    """Someone is to serve a customer from a day on (today, when none is given).

    `replace` ends an earlier owner on that day; without it a second owner is refused.
    """

    customer_id: CustomerId
    staff_id: StaffId
    role: AssignmentRole = AssignmentRole.OWNER
    since: dt.date | None = None
    replace: bool = False


@dataclass(frozen=True)
class AssignmentEnd:
    """An assignment is to end: `until` is the first day on which it does not hold any more; today, if none is given."""

    id: AssignmentId
    until: dt.date | None = None


class AssignStaffErrorCode(enum.StrEnum):
    """Why nobody was assigned."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    STAFF_LEFT = Code.STAFF_LEFT
    OVERLAP = Code.OVERLAP


class EndAssignmentErrorCode(enum.StrEnum):
    """Why an assignment was not ended."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    BAD_PERIOD = Code.BAD_PERIOD
    ALREADY_ENDED = Code.ALREADY_ENDED


_ONE_OWNER: Final = Unique(
    "uq_assignment_one_open_owner",
    "assignment.customer_id",
    Problem(Code.OVERLAP, "since", "the customer has an owner already"),
)


@command(Action.ASSIGN_STAFF, AssignStaffErrorCode)
async def assign_staff(unit: Unit, draft: AssignmentDraft) -> uuid.UUID:
    """Let someone serve a customer within reach; owners of one customer never overlap."""
    customer = await access_customer(unit, draft.customer_id, "customer_id")
    staff = await directory_staff(unit, draft.staff_id, "staff_id")
    if staff.status is StaffStatus.LEFT:
        raise refuse(Code.STAFF_LEFT, "staff_id")
    since = draft.since or unit.today
    for earlier in await _overlapping(unit, draft, since):
        await _give_way(unit, earlier, draft, since)
    place = {"customer_id": customer.id, "staff_id": staff.id, "role": draft.role}
    row = AssignmentRow(id=new_id(), **place, since=since, until=None, recorded_at=unit.now)
    await save(unit, row, _ONE_OWNER)
    tell_assignment(unit, EventKind.ASSIGNMENT_STARTED, row)
    return row.id


@command(Action.END_ASSIGNMENT, EndAssignmentErrorCode)
async def end_assignment(unit: Unit, draft: AssignmentEnd) -> uuid.UUID:
    """End an assignment; an end that is known already can only be moved forward."""
    row = await access_assignment(unit, draft.id, "id")
    until = draft.until or unit.today
    if until < row.since:
        raise refuse(Code.BAD_PERIOD, "until", f"the assignment starts on {row.since}")
    if row.until is not None and until >= row.until:
        raise refuse(Code.ALREADY_ENDED, "until", f"the assignment ends on {row.until} already")
    row.until = until
    tell_assignment(unit, EventKind.ASSIGNMENT_ENDED, row)
    return row.id


async def _overlapping(unit: Unit, draft: AssignmentDraft, since: dt.date) -> list[AssignmentRow]:
    """Who holds the place after that day: any owner, or the same person as backup. Empty periods hold nothing."""
    row = AssignmentRow
    rival = sa.true() if draft.role is AssignmentRole.OWNER else row.staff_id == draft.staff_id
    lasting = sa.or_(row.until.is_(None), sa.and_(row.until > since, row.until > row.since))
    found = sa.select(row).where(row.customer_id == draft.customer_id, row.role == draft.role, rival, lasting)
    return list(await unit.session.scalars(found.order_by(row.since, row.id)))


async def _give_way(unit: Unit, earlier: AssignmentRow, draft: AssignmentDraft, since: dt.date) -> None:
    """End an earlier owner on the day when the next one starts. Raises Refused (OVERLAP) where that is not wanted."""
    itself = earlier.staff_id == draft.staff_id
    if not draft.replace or draft.role is not AssignmentRole.OWNER or itself or earlier.since > since:
        ends = "with no end" if earlier.until is None else f"until {earlier.until}"
        raise refuse(Code.OVERLAP, "since", f"there is one in this role from {earlier.since}, {ends}, already")
    earlier.until = since
    await save(unit, earlier)
    tell_assignment(unit, EventKind.ASSIGNMENT_ENDED, earlier)


def tell_assignment(unit: Unit, kind: EventKind, row: AssignmentRow) -> None:
    """Note the event of an assignment that started or ended."""
    who: dict[str, Told] = {"customerId": row.customer_id, "staffId": row.staff_id, "role": row.role.value}
    unit.changed(kind, "Assignment", row.id, **who, since=row.since, until=row.until)
