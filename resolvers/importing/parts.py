"""The parts of records: memberships, owners, tags, credit accounts, and what happened to tickets."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from outbox.event import EventKind
from resolvers.importing.archive import write_tags
from resolvers.importing.owners import write_owners
from resolvers.importing.record import RecordKind
from resolvers.importing.target import TARGETS, Entry
from resolvers.importing.upsert import find, write
from resolvers.importing.writing import Writing

Told = dict[uuid.UUID | None, list[str]]
"""By record, the fields by which its event tells of its parts."""

Heads = Mapping[int, Entry]
"""The record of each part, by the identity of the part."""


async def write_parts(writing: Writing, entries: Sequence[Entry]) -> Told:
    """Write the parts of records that are written; returns what their records' events must tell of them."""
    heads = {id(part): entry for entry in entries for part in entry.parts}
    by_kind: dict[RecordKind, list[Entry]] = {}
    for entry in entries:
        for part in entry.parts:
            by_kind.setdefault(part.record.kind, []).append(part)
    told: Told = {}
    for kind, parts in by_kind.items():
        name, work = _SPECIAL.get(kind, ("", None))
        changed = await (_rows(writing, kind, parts, heads) if work is None else work(writing, entries, len(parts)))
        for part in changed:
            fields = told.setdefault(heads[id(part)].id, [])
            fields += [word for word in (name or TARGETS[kind].as_field,) if word not in fields]
    return told


async def _rows(writing: Writing, kind: RecordKind, parts: Sequence[Entry], heads: Heads) -> list[Entry]:
    """Parts that are rows as their records are. Those with events of their own need no other."""
    target = TARGETS[kind]
    for part in parts:
        part.values[target.owner or ""] = heads[id(part)].id
    await find(writing.connection, target, parts, writing.source)
    await write(writing.connection, target, parts, writing.now)
    writing.tell(kind, parts, {})
    return [] if target.told else [part for part in parts if part.is_new or part.changed]


async def _owners(writing: Writing, entries: Sequence[Entry], count: int) -> list[Entry]:
    """Owners, who have events of their own."""
    changes = await write_owners(writing.connection, entries, writing.source, writing.now)
    for change in changes:
        writing.spool.change(change)
    begun = sum(change.kind == EventKind.ASSIGNMENT_STARTED for change in changes)
    writing.count(RecordKind.OWNER, created=begun, unchanged=count - begun)
    return []


async def _tags(writing: Writing, entries: Sequence[Entry], count: int) -> list[Entry]:
    changed = await write_tags(writing.connection, entries)
    writing.count(RecordKind.TAGS, updated=len(changed), unchanged=count - len(changed))
    return changed


_SPECIAL: Final[Mapping[RecordKind, tuple[str, Callable[[Writing, Sequence[Entry], int], Awaitable[list[Entry]]]]]] = {
    RecordKind.OWNER: ("", _owners),
    RecordKind.TAGS: ("tags", _tags),
}
"""Parts that are not one row each: the field that tells of them, and who writes them."""
