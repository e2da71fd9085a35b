"""Trimming the log: what is old goes, the floor says up to where, and no reader passes a gap without being told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from outbox.event import LogEventRow, LogMetaRow
from store.base import Base
from store.session import Database

STEP: Final = 5_000
"""Events that one transaction deletes."""

_EVENT: Final = Base.metadata.tables[LogEventRow.__tablename__]
_META: Final = Base.metadata.tables[LogMetaRow.__tablename__]


@dataclass(frozen=True)
class Trimmed:
    """How many events are gone, and the floor now."""

    events: int
    floor: int


async def trim(database: Database, *, before: dt.datetime, keep_from: int, step: int = STEP) -> Trimmed:
    """Delete the events before an instant, oldest first; the first that is not older ends it.

    `keep_from` is the id of the tail's position: that row stays, as positions are those of real rows.
    """
    gone = 0
    async with database.snapshot() as connection:
        first = await connection.scalar(sa.select(sa.func.min(_EVENT.c.id)).where(_EVENT.c.at >= before))
    keep = keep_from if first is None else min(first, keep_from)
    while True:
        async with database.transaction() as session:
            deleted = await _one_step(session, keep, step)
        gone += deleted
        if deleted < step:
            break
    async with database.snapshot() as connection:
        return Trimmed(gone, (await connection.scalars(sa.select(_META.c.floor))).one())


async def _one_step(session: AsyncSession, keep: int, step: int) -> int:
    """Raise the floor and delete what lies below it, in one transaction: readers take both from one statement."""
    oldest = sa.select(_EVENT.c.id).where(_EVENT.c.id < keep).order_by(_EVENT.c.id).limit(step).subquery()
    floor = await session.scalar(sa.select(sa.func.max(oldest.c.id)))
    if floor is None:
        return 0
    await session.execute(sa.update(_META).where(_META.c.floor < floor).values(floor=floor))
    connection = await session.connection()
    return (await connection.execute(sa.delete(_EVENT).where(_EVENT.c.id <= floor))).rowcount
