"""The record of who read which secret of whom, when, and why if they said so (D12)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from resolvers.access import AccessClass, Clearance, Scope
from store.base import Base, new_id
from store.disclosure import DisclosureRow

if TYPE_CHECKING:
    from resolvers.reading.context import Context, Disclosed
    from store.session import Database

_DISCLOSURE = Base.metadata.tables[DisclosureRow.__tablename__]


async def record(database: Database, context: Context) -> None:
    """Write down the secrets that an answer is about to tell, each once, and forget them; nothing for none.

    Whatever goes wrong is raised: an answer whose record is not written may not be given.
    """
    told = context.notes.disclosed
    if not told:
        return
    rows = [_row(context, one) for one in told]
    async with database.transaction() as session:
        await session.execute(sa.insert(_DISCLOSURE), rows)
    told.clear()


def _row(context: Context, told: Disclosed) -> dict[str, Any]:
    return {
        "id": new_id(),
        "at": context.now,
        "reader": context.subject.name,
        "role": context.subject.role.value,
        "record_type": told.type_name,
        "record_id": None if told.record_id is None else uuid.UUID(told.record_id),
        "field": told.field,
        "reason": context.reason,
        "request_id": context.request_id,
    }


def disclosure_scope(row: Any, access: AccessClass) -> sa.ColumnElement[bool] | None:
    """Who read what is seen by those who see all rows and confidential columns, and by nobody else."""
    del row
    return None if access.scope is Scope.ALL and access.clearance >= Clearance.CONFIDENTIAL else sa.false()
