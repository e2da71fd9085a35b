"""Writing rows: inserting what must be unique, and changing a record that others may be changing too."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from resolvers.commands import LostRace, Unit
from resolvers.drafts import UNSET
from resolvers.problems import Code, Problem, Refused, refuse, refuse_any
from store.base import Base, Versioned
from store.clearance import Clearance

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True)
class Unique:
    """A unique index as each store names it in its error (PostgreSQL by name, SQLite by columns).

    `problem` is what the caller is told when another record has the value already; None: try again with another value.
    """

    index: str
    columns: str
    problem: Problem | None

    def broken_by(self, error: IntegrityError) -> bool:
        """Whether the error says that this index has the value already."""
        cause = getattr(error.orig, "__cause__", None)
        return getattr(cause, "constraint_name", None) == self.index or f"failed: {self.columns}" in str(error.orig)


async def save(unit: Unit, row: Base, *indexes: Unique) -> None:
    """Write a new or changed row now. Raises Refused or LostRace where one of these indexes has its value already.

    The index decides, not a look beforehand: of two writers at once exactly one gets through.
    """
    unit.session.add(row)
    try:
        await unit.session.flush()
    except IntegrityError as error:
        broken = next((index for index in indexes if index.broken_by(error)), None)
        if broken is None:
            raise
        raise (Refused(broken.problem) if broken.problem else LostRace(broken.index)) from error


async def insert_all(unit: Unit, row: type[Base], values: Sequence[Mapping[str, Any]]) -> None:
    """Write many rows of one table in one statement; none for none."""
    if values:
        await unit.session.execute(sa.insert(row), [dict(one) for one in values])


def edit(
    unit: Unit, row: Versioned, changes: DataclassInstance, names: Sequence[str], *, counts: bool = False
) -> list[str]:
    """Give a locked row the changes that its caller mentioned; returns the names of the columns that differ now.

    `counts`: something that belongs to the row changed too, so its version goes up in any case.
    Raises Refused when the caller has seen another version, or may not see a column that it would overwrite.
    """
    check_version(row, getattr(changes, "version", None))
    wanted = {name: value for name in names if (value := getattr(changes, name)) is not UNSET}
    refuse_any(
        Problem(Code.FORBIDDEN, name, "your clearance does not reach this field, so you may not overwrite it")
        for name in wanted
        if _level(row, name) > unit.subject.clearance
    )
    differing = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in differing:
        setattr(row, name, wanted[name])
    if differing or counts:
        touch(unit, row)
    return differing


def check_version(row: Versioned, version: int | None) -> None:
    """Raise Refused when the caller has seen another version than the row's."""
    if version is not None and version != row.version:
        raise refuse(Code.STALE_VERSION, "version", f"the record is at version {row.version} now, not {version}")


def touch(unit: Unit, row: Versioned) -> None:
    """Count a change of a row."""
    row.version += 1
    row.updated_at = unit.now


def new_values(draft: DataclassInstance, names: Sequence[str]) -> dict[str, Any]:
    """The draft's values for the columns of these names."""
    return {name: getattr(draft, name) for name in names}


def born(unit: Unit, key: uuid.UUID) -> dict[str, Any]:
    """What every new record starts with."""
    return {"id": key, "version": 1, "created_at": unit.now, "updated_at": unit.now}


def _level(row: Versioned, name: str) -> Clearance:
    level: Clearance = sa.inspect(type(row)).columns[name].info.get("clearance", Clearance.PUBLIC)
    return level
