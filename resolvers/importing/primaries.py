"""Primary contacts: a customer has one, and a file that names another takes the place from the first."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from outbox.event import EventKind
from outbox.log import Change
from resolvers.importing.record import RecordKind
from resolvers.importing.target import TARGETS, Entry
from resolvers.importing.upsert import update_rows
from resolvers.importing.writing import Writing
from store.contact import ContactRow


async def step_back(writing: Writing, entries: Sequence[Entry]) -> None:
    """Where a contact that was written is the primary one, no other of its customer stays so."""
    named = {entry.values["customer_id"]: entry.id for entry in entries if entry.values.get("is_primary")}
    if not named:
        return
    columns = (ContactRow.id, ContactRow.customer_id, ContactRow.version)
    statement = sa.select(*columns).where(ContactRow.customer_id.in_(named), ContactRow.is_primary)
    others = [row for row in await writing.connection.execute(statement) if named[row.customer_id] != row.id]
    changed = {"is_primary": False, "updated_at": writing.now}
    await update_rows(writing.connection, TARGETS[RecordKind.CONTACT], [(row.id, changed) for row in others])
    for row in others:
        told = {"customerId": str(row.customer_id), "version": row.version + 1, "fields": ["is_primary"]}
        writing.spool.change(Change(EventKind.CONTACT_UPDATED.value, "Contact", row.id, told))
