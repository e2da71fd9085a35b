"""Writing what waits in a spool: kind by kind, batch by batch, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from resolvers.importing.archive import write_provenance, write_tokens
from resolvers.importing.department_tree import lock_tree, plan_tree
from resolvers.importing.form import shown
from resolvers.importing.owners import early_owners
from resolvers.importing.parts import write_parts
from resolvers.importing.places import second_heads
from resolvers.importing.primaries import step_back
from resolvers.importing.record import Record, RecordKind, Rejection
from resolvers.importing.references import resolve
from resolvers.importing.target import ORDER, TARGETS, Entry
from resolvers.importing.upsert import CHUNK, count_change, find, write
from resolvers.importing.writing import Writing
from store.figures import refresh_figures

TOUCHED_CHUNK: Final = 10_000
"""Customers whose figures are computed anew together."""


async def load(writing: Writing, progress: Callable[[int], None]) -> None:
    """Write everything that waits, then the figures that follow from it. `progress` hears of records done."""
    for kind in ORDER:
        if kind is RecordKind.DEPARTMENT:
            await _load_departments(writing, progress)
            continue
        for batch in writing.spool.batches(kind, CHUNK):
            await _load(writing, kind, batch)
            progress(len(batch))
    for customers in writing.spool.touched(TOUCHED_CHUNK):
        await refresh_figures(writing.connection, customers)


async def _load_departments(writing: Writing, progress: Callable[[int], None]) -> None:
    """Departments, parents first. All of them are in memory: an organisation has few."""
    kind = RecordKind.DEPARTMENT
    if not writing.spool.count(kind):
        return
    records = [record for batch in writing.spool.batches(kind, CHUNK) for record in batch]
    levels, rejections = plan_tree(records, await lock_tree(writing.connection))
    writing.refuse(kind, rejections)
    for level in levels:
        await _load(writing, kind, level)
    progress(len(records))


async def _load(writing: Writing, kind: RecordKind, records: Sequence[Record]) -> None:
    connection, target = writing.connection, TARGETS[kind]
    entries, rejections = await resolve(connection, records)
    writing.refuse(kind, rejections)
    await find(connection, target, entries, writing.source)
    entries = await _allowed(writing, kind, entries)
    await write(connection, target, entries, writing.now)
    if kind in {RecordKind.CUSTOMER, RecordKind.STAFF}:
        await write_tokens(connection, kind, entries)
    if kind is RecordKind.CONTACT:
        await step_back(writing, entries)
    if kind is RecordKind.CUSTOMER:
        await write_provenance(connection, entries, writing.source, writing.now)
    told = await write_parts(writing, entries)
    alone = [entry.id for entry in entries if not entry.is_new and not entry.changed and told.get(entry.id)]
    await count_change(connection, target, alone, writing.now)
    writing.tell(kind, entries, told)


async def _allowed(writing: Writing, kind: RecordKind, entries: Sequence[Entry]) -> list[Entry]:
    """The entries that break no rule of the store; the others are refused."""
    rejections = [wrong for entry in entries for wrong in _moved(kind, entry)]
    if kind is RecordKind.STAFF:
        rejections += await second_heads(writing.connection, entries)
    if kind is RecordKind.CUSTOMER:
        rejections += await early_owners(writing.connection, entries)
    writing.refuse(kind, rejections)
    refused = {rejection.line for rejection in rejections}
    return [entry for entry in entries if entry.record.line not in refused]


def _moved(kind: RecordKind, entry: Entry) -> list[Rejection]:
    """A refusal when the store has the record elsewhere, and it is to stay there."""
    for name in TARGETS[kind].fixed:
        ref = entry.record.refs.get(name)
        if ref is not None and entry.found is not None and entry.found[name] != entry.values[name]:
            reason = f"the {kind.noun} belongs to another {ref.kind}, and stays there"
            return [Rejection(entry.record.line, ref.column, shown(ref.code), reason)]
    return []
