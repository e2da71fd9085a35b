"""Writing the event log: events go in with the change that they report, last before the commit."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from outbox.event import LogEventRow
from store.base import Base
from store.session import NEWS

JSON: TypeAlias = "str | int | float | bool | Sequence[JSON] | Mapping[str, JSON] | None"
"""What a JSON document may hold."""

MAX_CHANGES: Final = 5_000
"""Events of one append: readers of the log wait while they are written."""

_INSERT: Final = sa.insert(Base.metadata.tables[LogEventRow.__tablename__]).inline()


@dataclass(frozen=True)
class Change:
    """Something happened to one record; `data` is what readers are told, and holds nothing confidential."""

    kind: str
    aggregate_type: str
    aggregate_id: uuid.UUID
    data: Mapping[str, JSON]


async def append(session: AsyncSession, changes: Sequence[Change], *, at: dt.datetime, actor: str) -> None:
    """Write the events of a transaction, in this order, after everything else in it: flushed first, then commit.

    From here to the commit readers of the log stand still, so do nothing in between.
    """
    if len(changes) > MAX_CHANGES:
        raise ValueError(f"{len(changes)} events at once hold readers up: append at most {MAX_CHANGES} a transaction")
    await session.run_sync(_append, [_row(change, at, actor) for change in changes])
    if changes:
        session.info[NEWS] = True


def _append(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Flush and insert in one go, without the session's own ways: this is a part of every command."""
    session.flush()
    if rows:
        session.connection().execute(_INSERT, rows if len(rows) > 1 else rows[0])


def _row(change: Change, at: dt.datetime, actor: str) -> dict[str, Any]:
    return {
        "uid": uuid.uuid4(),
        "kind": change.kind,
        "aggregate_type": change.aggregate_type,
        "aggregate_id": change.aggregate_id,
        "data": dict(change.data),
        "at": at,
        "actor": actor,
    }
