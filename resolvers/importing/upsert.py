"""Rows in bulk: found again, compared, and only then written, so that a file that says nothing new changes nothing."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from resolvers.importing.identity import record_id
from resolvers.importing.target import Entry, Target, new_row
from store.base import Base, Versioned

CHUNK: Final = 1_000
"""Rows of one statement."""

T = TypeVar("T")


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(itertools.islice(iterator, size)):
        yield chunk


async def insert_rows(connection: AsyncConnection, row: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write new rows of one table, which may fill different columns."""
    for alike in _alike(rows).values():
        for chunk in chunks(alike):
            await connection.execute(sa.insert(row), chunk)


async def find(connection: AsyncConnection, target: Target, entries: Sequence[Entry], source: str) -> None:
    """Give each entry its row in the store, if there is one, locked; and its id, old or new."""
    for entry in entries:
        entry.id = record_id(source, f"{entry.record.kind}/{entry.record.key}", entry.record.at, entry.record.order)
    for chunk in chunks(entries):
        rows = await _rows(connection, target, chunk)
        for entry in chunk:
            entry.found = _choose(rows.get(_key(target, entry), []), entry)
            if entry.found is not None:
                entry.id = entry.found[target.key]
                entry.changed = _changed(target, entry)


async def write(connection: AsyncConnection, target: Target, entries: Sequence[Entry], now: dt.datetime) -> None:
    """Write what `find` found to be changed, then what it did not find: a place that becomes free may be taken."""
    changes = [
        (entry.id, _times(target, entry, now) | {name: entry.values[name] for name in entry.changed})
        for entry in sorted(entries, key=lambda entry: target.is_late(entry.values))
        if not entry.is_new and entry.changed
    ]
    await update_rows(connection, target, changes)
    await insert_rows(connection, target.row, [new_row(target, entry, now) for entry in entries if entry.is_new])


async def update_rows(
    connection: AsyncConnection, target: Target, changes: Iterable[tuple[uuid.UUID | None, Mapping[str, Any]]]
) -> None:
    """Give rows new values for some of their columns, in this order, and count the change where a table counts it."""
    for names, group in itertools.groupby(changes, key=lambda change: tuple(sorted(change[1]))):
        rows = [{"row_key": key} | {f"new_{name}": values[name] for name in names} for key, values in group]
        await connection.execute(_update(target, names), rows)


async def count_change(
    connection: AsyncConnection, target: Target, keys: Sequence[uuid.UUID | None], now: dt.datetime
) -> None:
    """Count a change of records of which only a part changed."""
    if issubclass(target.row, Versioned):
        await update_rows(connection, target, [(key, {"updated_at": now}) for key in keys])


def _alike(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, ...], list[Mapping[str, Any]]]:
    found: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(tuple(sorted(row)), []).append(row)
    return found


def _key(target: Target, entry: Entry) -> tuple[Any, ...]:
    return tuple(entry.id if name == "id" else entry.values[name] for name in target.match)


async def _rows(
    connection: AsyncConnection, target: Target, entries: Sequence[Entry]
) -> dict[tuple[Any, ...], list[Mapping[str, Any]]]:
    """The rows that the entries may be, by what finds them."""
    keys = {_key(target, entry) for entry in entries}
    table = target.table
    clauses = [table.c[name].in_({key[place] for key in keys}) for place, name in enumerate(target.match)]
    statement = sa.select(table).where(*clauses).order_by(table.c[target.key]).with_for_update(key_share=True)
    found: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for mapping in (await connection.execute(statement)).mappings():
        row: Mapping[str, Any] = dict(mapping)
        found.setdefault(tuple(row[name] for name in target.match), []).append(row)
    return found


def _choose(rows: Sequence[Mapping[str, Any]], entry: Entry) -> Mapping[str, Any] | None:
    """The one row; of several stretches of time the one with the same beginning, else the one that is still open."""
    if not rows or "since" not in rows[0]:
        return rows[0] if rows else None
    same = [row for row in rows if row["since"] == entry.values["since"]]
    return next(iter(same or [row for row in rows if row["until"] is None]), None)


def _changed(target: Target, entry: Entry) -> list[str]:
    """The columns in which the file differs from the store."""
    found = entry.found or {}
    return [name for name, value in entry.values.items() if name not in target.once and found[name] != value]


def _times(target: Target, entry: Entry, now: dt.datetime) -> dict[str, Any]:
    """When a changed record was changed: when the file says so, but never before what the store knows."""
    if entry.found is None or not issubclass(target.row, Versioned):
        return {}
    return {"updated_at": max(entry.values.get("updated_at", now), entry.found["updated_at"])}


def _update(target: Target, names: Iterable[str]) -> sa.Update:
    table = target.table
    values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in names}
    if issubclass(target.row, Versioned):
        values["version"] = table.c.version + 1
    return sa.update(table).where(table.c[target.key] == sa.bindparam("row_key")).values(values)
