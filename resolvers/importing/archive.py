"""What belongs to the archive of a customer or of staff besides its row: search tokens, tags, who said what."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from resolvers.importing.record import RecordKind
from resolvers.importing.target import TARGETS, Entry
from resolvers.importing.upsert import chunks, insert_rows
from store.base import new_id
from store.customer import CustomerTagRow, CustomerTokenRow, ProvenanceRow
from store.search import tokens
from store.staff import StaffTokenRow

_NOT_SAID: Final = TARGETS[RecordKind.CUSTOMER].once
"""Columns that no source says anything about."""


async def write_tokens(connection: AsyncConnection, kind: RecordKind, entries: Sequence[Entry]) -> None:
    """Make people and customers found under their present names and codes."""
    row = CustomerTokenRow if kind is RecordKind.CUSTOMER else StaffTokenRow
    owner = "customer_id" if kind is RecordKind.CUSTOMER else "staff_id"
    label = TARGETS[kind].label or ""
    named = [entry for entry in entries if entry.is_new or "name" in entry.changed]
    renamed = [entry.id for entry in named if not entry.is_new]
    if renamed:
        await connection.execute(sa.delete(row).where(row.__table__.c[owner].in_(renamed)))
    rows = [
        {owner: entry.id, "token": token}
        for entry in named
        for token in sorted(tokens(entry.values["name"], entry.values[label]))
    ]
    await insert_rows(connection, row, rows)


async def write_provenance(
    connection: AsyncConnection, entries: Sequence[Entry], source: str, now: dt.datetime
) -> None:
    """Note for each field of a customer's archive that the file filled or changed which source said so."""
    said = {"recorded_by": None, "recorded_at": now}
    for chunk in chunks((entry, name) for entry in entries for name in _said(entry)):
        rows = [
            {"id": new_id(), "customer_id": entry.id, "field": name, "source": entry.values.get("source") or source}
            | said
            for entry, name in chunk
        ]
        await insert_rows(connection, ProvenanceRow, rows)


async def write_tags(connection: AsyncConnection, entries: Sequence[Entry]) -> list[Entry]:
    """Give customers the tags of their rows and no others; returns the parts that changed anything."""
    parts = {entry.id: part for entry in entries for part in entry.parts if part.record.kind is RecordKind.TAGS}
    before: dict[uuid.UUID | None, set[str]] = {}
    statement = sa.select(CustomerTagRow.customer_id, CustomerTagRow.name)
    for customer_id, name in await connection.execute(statement.where(CustomerTagRow.customer_id.in_(parts))):
        before.setdefault(customer_id, set()).add(name)
    await _take_tags(connection, _pairs((key, before.get(key, set()) - _names(part)) for key, part in parts.items()))
    new = _pairs((key, _names(part) - before.get(key, set())) for key, part in parts.items())
    await insert_rows(connection, CustomerTagRow, list(new))
    return [part for key, part in parts.items() if before.get(key, set()) != _names(part)]


async def _take_tags(connection: AsyncConnection, rows: Iterable[Mapping[str, Any]]) -> None:
    taken = [{"customer": row["customer_id"], "tag": row["name"]} for row in rows]
    if taken:
        of_customer = CustomerTagRow.customer_id == sa.bindparam("customer")
        await connection.execute(
            sa.delete(CustomerTagRow).where(of_customer, CustomerTagRow.name == sa.bindparam("tag")), taken
        )


def _pairs(names: Iterable[tuple[uuid.UUID | None, set[str]]]) -> Iterator[dict[str, Any]]:
    for key, words in names:
        yield from ({"customer_id": key, "name": word} for word in sorted(words))


def _names(part: Entry) -> set[str]:
    return set(part.values["names"])


def _said(entry: Entry) -> list[str]:
    if not entry.is_new:
        return entry.changed
    return [name for name, value in entry.values.items() if value is not None and name not in _NOT_SAID]
