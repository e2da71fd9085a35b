"""What records refer to by human codes, found in the store."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from resolvers.importing.form import shown
from resolvers.importing.record import Record, RecordKind, Ref, Rejection
from resolvers.importing.target import TARGETS, Entry
from resolvers.importing.upsert import chunks

Ids = dict[tuple[RecordKind, str], uuid.UUID]
"""Ids by kind and human code."""


async def resolve(connection: AsyncConnection, records: Sequence[Record]) -> tuple[list[Entry], list[Rejection]]:
    """The records with the ids of what they refer to; those that refer to nothing in the store are refused."""
    ids: Ids = {}
    for kind, codes in _wanted(records).items():
        ids |= await ids_of(connection, kind, codes)
    entries: list[Entry] = []
    rejections: list[Rejection] = []
    for record in records:
        missing = list(_missing(record, ids))
        rejections += missing
        entries += [] if missing else [_entry(record, ids)]
    return entries, rejections


async def ids_of(connection: AsyncConnection, kind: RecordKind, codes: Collection[str]) -> Ids:
    """The ids of the rows of a kind that have these codes; a code that nobody has is left out."""
    target = TARGETS[kind]
    label = target.table.c[target.label or ""]
    found: Ids = {}
    for chunk in chunks(sorted(codes)):
        statement = sa.select(label, target.table.c.id).where(label.in_(chunk))
        found |= {(kind, code): key for code, key in await connection.execute(statement)}
    return found


def _all_refs(record: Record) -> Iterator[tuple[Record, Ref]]:
    for each in (record, *record.parts):
        for ref in each.refs.values():
            if ref is not None:
                yield each, ref


def _wanted(records: Iterable[Record]) -> dict[RecordKind, set[str]]:
    wanted: dict[RecordKind, set[str]] = {}
    for record in records:
        for _, ref in _all_refs(record):
            wanted.setdefault(ref.kind, set()).add(ref.code)
    return wanted


def _missing(record: Record, ids: Ids) -> Iterator[Rejection]:
    found: dict[Ref, Rejection] = {}
    for each, ref in _all_refs(record):
        if (ref.kind, ref.code) not in ids:
            found.setdefault(ref, Rejection(each.line, ref.column, shown(ref.code), _reason(ref)))
    yield from found.values()


def _reason(ref: Ref) -> str:
    return f"there is no {ref.kind} {shown(ref.code)!r}; import it first, or correct the code"


def _entry(record: Record, ids: Ids) -> Entry:
    refs = {name: None if ref is None else ids[ref.kind, ref.code] for name, ref in record.refs.items()}
    parts = [_entry(part, ids) for part in record.parts]
    return Entry(record, {**record.values, **refs}, parts)
