"""Creating and changing the archive of the people who serve (A1)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from outbox.event import EventKind
from resolvers.access_rows import access_place, access_staff
from resolvers.actions import Action
from resolvers.commands import Unit, command
from resolvers.drafts import UNSET, DepartmentId, StaffId, Unset, field_names
from resolvers.edits import Unique, born, edit, insert_all, new_values, save
from resolvers.membership import begin_place
from resolvers.problems import Code, Problem, refuse
from resolvers.text import Key, Line, Prose
from store.base import new_id
from store.search import tokens
from store.staff import MembershipRole, StaffRow, StaffStatus, StaffTokenRow


@dataclass(frozen=True)
class StaffDraft:
    """Someone new on the staff; with a department, a member of it from the day of joining (else from today)."""

    number: Key
    name: Line
    department_id: DepartmentId | None = None
    title: Line | None = None
    status: StaffStatus = StaffStatus.ACTIVE
    email: Line | None = None
    phone: Line | None = None
    mobile: Line | None = None
    languages: Line | None = None
    skills: Prose | None = None
    joined_on: dt.date | None = None
    left_on: dt.date | None = None
    birthday: dt.date | None = None
    home_address: Line | None = None
    emergency_contact: Line | None = None
    identity_number: Key | None = None


@dataclass(frozen=True)
class StaffChanges:
    """Changes of someone's archive; what is not set stays."""

    id: StaffId
    version: int | None = None
    number: Key | Unset = UNSET
    name: Line | Unset = UNSET
    title: Line | Unset | None = UNSET
    status: StaffStatus | Unset = UNSET
    email: Line | Unset | None = UNSET
    phone: Line | Unset | None = UNSET
    mobile: Line | Unset | None = UNSET
    languages: Line | Unset | None = UNSET
    skills: Prose | Unset | None = UNSET
    joined_on: dt.date | Unset | None = UNSET
    left_on: dt.date | Unset | None = UNSET
    birthday: dt.date | Unset | None = UNSET
    home_address: Line | Unset | None = UNSET
    emergency_contact: Line | Unset | None = UNSET
    identity_number: Key | Unset | None = UNSET


class CreateStaffErrorCode(enum.StrEnum):
    """Why someone was not added to the staff."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    IN_FUTURE = Code.IN_FUTURE
    BAD_PERIOD = Code.BAD_PERIOD
    DUPLICATE_NUMBER = Code.DUPLICATE_NUMBER
    DEPARTMENT_CLOSED = Code.DEPARTMENT_CLOSED


class UpdateStaffErrorCode(enum.StrEnum):
    """Why someone's archive was not changed."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    IN_FUTURE = Code.IN_FUTURE
    BAD_PERIOD = Code.BAD_PERIOD
    DUPLICATE_NUMBER = Code.DUPLICATE_NUMBER
    STALE_VERSION = Code.STALE_VERSION


COLUMNS: Final = tuple(name for name in field_names(StaffDraft) if name != "department_id")
"""The columns that people fill in."""

_NUMBER: Final = Unique(
    "uq_staff_number", "staff.number", Problem(Code.DUPLICATE_NUMBER, "number", "someone else has this staff number")
)


@command(Action.CREATE_STAFF, CreateStaffErrorCode)
async def create_staff(unit: Unit, draft: StaffDraft) -> uuid.UUID:
    """Add someone to the staff, as a member of a department within reach."""
    await access_place(unit, draft.department_id, "department_id")
    row = StaffRow(**born(unit, new_id()), **new_values(draft, COLUMNS))
    _check(unit, row)
    await save(unit, row, _NUMBER)
    await _write_tokens(unit, row.id, (row.name, row.number))
    unit.changed(EventKind.STAFF_CREATED, "Staff", row.id, number=row.number, departmentId=draft.department_id)
    if draft.department_id is not None:
        since = row.joined_on or unit.today
        begin_place(unit, row.id, draft.department_id, MembershipRole.MEMBER, since, row.left_on)
    return row.id


@command(Action.UPDATE_STAFF, UpdateStaffErrorCode)
async def update_staff(unit: Unit, draft: StaffChanges) -> uuid.UUID:
    """Change the archive of someone within reach."""
    row = await access_staff(unit, draft.id, "id")
    changed = edit(unit, row, draft, COLUMNS)
    if not changed:
        return row.id
    _check(unit, row)
    await save(unit, row, _NUMBER)
    if {"name", "number"} & set(changed):
        await unit.session.execute(sa.delete(StaffTokenRow).where(StaffTokenRow.staff_id == row.id))
        await _write_tokens(unit, row.id, (row.name, row.number))
    unit.changed(EventKind.STAFF_UPDATED, "Staff", row.id, number=row.number, version=row.version, fields=changed)
    return row.id


def _check(unit: Unit, row: StaffRow) -> None:
    """Raise Refused for someone who leaves before joining, or is born tomorrow."""
    if row.joined_on and row.left_on and row.left_on < row.joined_on:
        raise refuse(Code.BAD_PERIOD, "left_on", "nobody leaves before joining")
    if row.birthday and row.birthday > unit.today:
        raise refuse(Code.IN_FUTURE, "birthday")


async def _write_tokens(unit: Unit, key: uuid.UUID, texts: Iterable[str]) -> None:
    await insert_all(unit, StaffTokenRow, [{"staff_id": key, "token": token} for token in sorted(tokens(*texts))])
