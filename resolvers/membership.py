"""Places of staff in departments: begun and ended so that nobody is in one twice, and every change is told."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from outbox.event import EventKind
from resolvers.commands import Unit
from resolvers.periods import Period, period_of
from resolvers.problems import Code, refuse
from store.base import new_id
from store.staff import MembershipRole, MembershipRow, StaffRow, StaffStatus

ORDINARY: Final = frozenset({MembershipRole.HEAD, MembershipRole.DEPUTY, MembershipRole.MEMBER})
"""The roles of which a person has one at a time in a department. Acting head is a role beside one's own."""

_RANKS: Final = tuple(MembershipRole)


async def places(unit: Unit, since: dt.date, *conditions: sa.ColumnElement[bool]) -> list[MembershipRow]:
    """The memberships that hold on a day or begin after it, earliest first; empty periods hold nothing."""
    row = MembershipRow
    lasting = sa.or_(row.until.is_(None), sa.and_(row.until > since, row.until > row.since))
    return list(await unit.session.scalars(sa.select(row).where(*conditions, lasting).order_by(row.since, row.id)))


def end_place(unit: Unit, row: MembershipRow, on: dt.date) -> None:
    """Let a membership end on a day; what has not begun by then never will. Flush before its place is taken."""
    row.until = max(on, row.since)
    _tell(unit, EventKind.MEMBERSHIP_ENDED, row)


def begin_place(
    unit: Unit,
    staff_id: uuid.UUID,
    department_id: uuid.UUID,
    role: MembershipRole,
    since: dt.date,
    until: dt.date | None = None,
) -> MembershipRow:
    """Let a membership begin; the caller has seen to it that the place is free."""
    keys = {"staff_id": staff_id, "department_id": department_id}
    row = MembershipRow(id=new_id(), **keys, role=role, since=since, until=until)
    unit.session.add(row)
    _tell(unit, EventKind.MEMBERSHIP_STARTED, row)
    return row


def refuse_left(staff: StaffRow, on: dt.date, field: str) -> None:
    """Raise Refused (STAFF_LEFT) for someone who does not work here on a day."""
    if staff.status is StaffStatus.LEFT or (staff.left_on is not None and staff.left_on <= on):
        raise refuse(Code.STAFF_LEFT, field)


async def step_back(unit: Unit, head: MembershipRow, on: dt.date) -> None:
    """Let a head be a member of the department from a day on."""
    await take_over(unit, [head], head.department_id, on, {MembershipRole.HEAD: MembershipRole.MEMBER})


async def take_over(
    unit: Unit,
    leaving: Sequence[MembershipRow],
    department_id: uuid.UUID,
    on: dt.date,
    roles: Mapping[MembershipRole, MembershipRole],
) -> None:
    """End memberships on a day, and let a department have these people from then on, for as long as it was planned.

    `roles` says what becomes of a role; the others stay. Who has a place there already keeps it, and gets none besides;
    who left the staff gets none at all.
    """
    goes_on = [(row, period_of(row).after(on)) for row in sorted(leaving, key=_rank)]
    for row in leaving:
        end_place(unit, row, on)
    await unit.session.flush()
    here = await working(unit, {row.staff_id for row in leaving})
    held = await _held(unit, here, department_id, on)
    for row, period in goes_on:
        role = roles.get(row.role, row.role)
        own = held[row.staff_id] if role in ORDINARY else []
        for free in period.without(own) if row.staff_id in here else ():
            begin_place(unit, row.staff_id, department_id, role, free.since, free.until)
            own.append(free)
    await unit.session.flush()


def _rank(row: MembershipRow) -> int:
    """Heads before deputies before members: of two places of one person the higher one goes on."""
    return _RANKS.index(row.role)


async def working(unit: Unit, staff_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of them who still work here."""
    works = sa.select(StaffRow.id).where(StaffRow.id.in_(staff_ids), StaffRow.status != StaffStatus.LEFT)
    return set(await unit.session.scalars(works))


async def _held(
    unit: Unit, staff_ids: Iterable[uuid.UUID], department_id: uuid.UUID, since: dt.date
) -> defaultdict[uuid.UUID, list[Period]]:
    """When each of them has a place in a department already."""
    row = MembershipRow
    there = (row.department_id == department_id, row.staff_id.in_(staff_ids), row.role.in_(sorted(ORDINARY)))
    held: defaultdict[uuid.UUID, list[Period]] = defaultdict(list)
    for one in await places(unit, since, *there):
        held[one.staff_id].append(period_of(one))
    return held


def _tell(unit: Unit, kind: EventKind, row: MembershipRow) -> None:
    period = {"since": row.since, "until": row.until}
    who = {"staffId": row.staff_id, "departmentId": row.department_id}
    unit.changed(kind, "Membership", row.id, **who, role=row.role.value, **period)
