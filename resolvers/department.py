"""Creating, changing and moving departments; the tree never gets a cycle (A2)."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass
from typing import Final

from outbox.event import EventKind
from resolvers.access_rows import access_department, access_place
from resolvers.actions import Action
from resolvers.commands import Told, Unit, command
from resolvers.department_tree import hold_tree, is_below
from resolvers.drafts import UNSET, DepartmentId, Unset
from resolvers.edits import Unique, born, check_version, edit, new_values, save, touch
from resolvers.problems import Code, Problem, refuse
from resolvers.text import Key, Line, Prose
from store.base import new_id
from store.department import DepartmentRow


@dataclass(frozen=True)
class DepartmentDraft:
    """A department to be created below another one, or at the top."""

    number: Key
    name: Line
    scope_of_work: Prose | None = None
    parent_id: DepartmentId | None = None


@dataclass(frozen=True)
class DepartmentChanges:
    """Changes of a department; what is not set stays. It is moved by a command of its own."""

    id: DepartmentId
    version: int | None = None
    number: Key | Unset = UNSET
    name: Line | Unset = UNSET
    scope_of_work: Prose | Unset | None = UNSET


@dataclass(frozen=True)
class DepartmentMove:
    """A department, with everything below it, to be put below another one; without a parent, at the top."""

    id: DepartmentId
    version: int | None = None
    parent_id: DepartmentId | None = None


class CreateDepartmentErrorCode(enum.StrEnum):
    """Why a department was not created."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    DUPLICATE_NUMBER = Code.DUPLICATE_NUMBER
    DEPARTMENT_CLOSED = Code.DEPARTMENT_CLOSED


class UpdateDepartmentErrorCode(enum.StrEnum):
    """Why a department was not changed."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    DUPLICATE_NUMBER = Code.DUPLICATE_NUMBER
    STALE_VERSION = Code.STALE_VERSION


class MoveDepartmentErrorCode(enum.StrEnum):
    """Why a department was not moved."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    STALE_VERSION = Code.STALE_VERSION
    CYCLE = Code.CYCLE
    DEPARTMENT_CLOSED = Code.DEPARTMENT_CLOSED


COLUMNS: Final = ("number", "name", "scope_of_work")
"""The columns that people fill in."""

NUMBER: Final = Unique(
    "uq_department_number",
    "department.number",
    Problem(Code.DUPLICATE_NUMBER, "number", "another department has this number"),
)


@command(Action.CREATE_DEPARTMENT, CreateDepartmentErrorCode)
async def create_department(unit: Unit, draft: DepartmentDraft) -> uuid.UUID:
    """Create a department below one within reach. It has nothing below it yet, so it cannot close a cycle."""
    await access_place(unit, draft.parent_id, "parent_id")
    row = DepartmentRow(**born(unit, new_id()), **new_values(draft, (*COLUMNS, "parent_id")))
    await save(unit, row, NUMBER)
    unit.changed(EventKind.DEPARTMENT_CREATED, "Department", row.id, number=row.number, parentId=row.parent_id)
    return row.id


@command(Action.UPDATE_DEPARTMENT, UpdateDepartmentErrorCode)
async def update_department(unit: Unit, draft: DepartmentChanges) -> uuid.UUID:
    """Change a department within reach."""
    row = await access_department(unit, draft.id, "id")
    changed = edit(unit, row, draft, COLUMNS)
    if changed:
        await save(unit, row, NUMBER)
        told: dict[str, Told] = {"number": row.number, "version": row.version, "fields": changed}
        unit.changed(EventKind.DEPARTMENT_UPDATED, "Department", row.id, **told)
    return row.id


@command(Action.MOVE_DEPARTMENT, MoveDepartmentErrorCode)
async def move_department(unit: Unit, draft: DepartmentMove) -> uuid.UUID:
    """Put a department below another one; both are within reach, and the other is not below it."""
    await hold_tree(unit)
    row = await access_department(unit, draft.id, "id")
    check_version(row, draft.version)
    if draft.parent_id == row.parent_id:
        return row.id
    await access_place(unit, draft.parent_id, "parent_id")
    if draft.parent_id is not None and await is_below(unit, draft.parent_id, row.id):
        raise refuse(Code.CYCLE, "parent_id", "a department cannot be moved below itself")
    before, row.parent_id = row.parent_id, draft.parent_id
    touch(unit, row)
    told: dict[str, Told] = {"number": row.number, "version": row.version, "from": before, "to": row.parent_id}
    unit.changed(EventKind.DEPARTMENT_MOVED, "Department", row.id, **told)
    return row.id
