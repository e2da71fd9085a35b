"""A state of the store, and the place in the log from which events lead on from it: for whoever copies the store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from outbox.cursor import Position
from outbox.event import LogEventRow, LogMetaRow
from outbox.reader import LoggedEvent, verify
from outbox.tail import Tail
from store.base import Base
from store.session import IDLE_MS, Database

_EVENT: Final = Base.metadata.tables[LogEventRow.__tablename__]
_META: Final = Base.metadata.tables[LogMetaRow.__tablename__]


@dataclass(frozen=True)
class Snapshot:
    """One state. Read it by `connection`, then follow the log from `after`, without the events that are `contained`."""

    connection: AsyncConnection
    after: Position
    contained: frozenset[int]

    def news(self, events: Sequence[LoggedEvent]) -> list[LoggedEvent]:
        """Those events that the state does not contain already."""
        return [event for event in events if event.position.id not in self.contained]


@asynccontextmanager
async def open_snapshot(database: Database, tail: Tail, *, idle_ms: int = IDLE_MS) -> AsyncIterator[Snapshot]:
    """Hold a state of the store while the context lasts; `idle_ms` as for `Database.snapshot`.

    The tail's position is older than the state: taken within it, the events of writers that were open at that moment
    would be neither in the state nor after the position.

    Raises:
        Resync, CursorExpired: the tail's position does not fit the state; it does after its next look. Try again.
    """
    after = tail.position
    async with database.snapshot(idle_ms=idle_ms) as connection:
        seen = sa.select(_EVENT.c.uid).where(_EVENT.c.id == after.id).scalar_subquery()
        epoch, floor, uid = (await connection.execute(sa.select(_META.c.epoch, _META.c.floor, seen))).one()
        verify(after, epoch, floor, uid)
        above = await connection.scalars(sa.select(_EVENT.c.id).where(_EVENT.c.id > after.id))
        yield Snapshot(connection, after, frozenset(above))
