"""Departments of a file in an order in which each stands after its parent, and the rows that would break the tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.ext.asyncio import AsyncConnection

from resolvers.importing.form import shown
from resolvers.importing.record import Record, RecordKind, Rejection
from store.department import DepartmentRow

Parents = dict[str, str | None]
"""The number of the parent of each department, by its own number."""


async def lock_tree(connection: AsyncConnection) -> Parents:
    """The tree as it is; on PostgreSQL nobody else changes a department until the transaction ends."""
    if connection.dialect.name == "postgresql":
        await connection.execute(sa.text("LOCK TABLE department IN SHARE ROW EXCLUSIVE MODE"))
    above = orm.aliased(DepartmentRow)
    statement = sa.select(DepartmentRow.number, above.number).outerjoin(above, above.id == DepartmentRow.parent_id)
    return {row[0]: row[1] for row in await connection.execute(statement)}


def plan_tree(records: Iterable[Record], tree: Parents) -> tuple[list[list[Record]], list[Rejection]]:
    """Levels of records, each to be written after the one before, and the records that are refused.

    `tree` is changed into what it will be.
    """
    waiting = {record.key: record for record in records}
    levels: list[list[Record]] = []
    while level := _level(waiting, tree):
        for record in level:
            del waiting[record.key]
        levels.append(level)
    return levels, [_refusal(record, waiting, tree) for record in waiting.values()]


def parent_of(record: Record, tree: Mapping[str, str | None]) -> str | None:
    """The number of the parent that a department will have: the file's word, or what it has."""
    if "parent_id" not in record.refs:
        return tree.get(record.key)
    ref = record.refs["parent_id"]
    return None if ref is None else ref.code


def _level(waiting: Mapping[str, Record], tree: Parents) -> list[Record]:
    """What can be written now: its parent stands, does not wait itself, and is not below it."""
    level: list[Record] = []
    for record in waiting.values():
        parent = parent_of(record, tree)
        if parent is None or (parent in tree and parent not in waiting and record.key not in _upwards(parent, tree)):
            tree[record.key] = parent
            level.append(record)
    return level


def _upwards(number: str, tree: Parents) -> set[str]:
    """A department and all those above it."""
    seen: set[str] = set()
    above: str | None = number
    while above is not None and above not in seen:
        seen.add(above)
        above = tree.get(above)
    return seen


def _refusal(record: Record, waiting: Mapping[str, Record], tree: Parents) -> Rejection:
    parent = parent_of(record, tree) or ""
    if parent in waiting and not _waits_for(record, waiting, tree):
        reason = f"the row of its parent {shown(parent)!r} is refused"
    elif parent in tree or parent in waiting:
        reason = f"a department below {shown(parent)!r} is above it: no department may be above itself"
    else:
        reason = f"there is no {RecordKind.DEPARTMENT} {shown(parent)!r}; import it first, or correct the number"
    return Rejection(record.line, "parent_number", shown(parent), reason)


def _waits_for(record: Record, waiting: Mapping[str, Record], tree: Parents) -> bool:
    """Whether a record waits, by way of others or not, for itself."""
    seen: set[str] = set()
    above: str | None = parent_of(record, tree)
    while above is not None and above not in seen:
        seen.add(above)
        above = parent_of(waiting[above], tree) if above in waiting else tree.get(above)
    return record.key in seen
