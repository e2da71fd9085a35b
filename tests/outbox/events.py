"""Events for tests of the log: written as commands write them, and told apart by a version."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator, Sequence

import sqlalchemy as sa

from outbox.event import EventKind, LogEventRow
from outbox.following import Batch
from outbox.log import Change, append
from outbox.reader import LoggedEvent
from outbox.tail import Tail
from store.base import new_id
from store.session import Database
from tests.factories import NOW

SOMEONE = new_id()


def change(version: int = 1, about: uuid.UUID = SOMEONE, kind: EventKind = EventKind.CUSTOMER_UPDATED) -> Change:
    return Change(kind, "Customer", about, {"version": version, "name": "张伟"})


async def write(database: Database, *changes: Change, at: dt.datetime = NOW) -> None:
    """One transaction with these events."""
    async with database.transaction() as session:
        await append(session, changes, at=at, actor="agent:7")


async def write_versions(database: Database, *versions: int, **how) -> None:
    """One transaction with an event of each version."""
    await write(database, *(change(version) for version in versions), **how)


async def logged(database: Database) -> Sequence[LogEventRow]:
    """The whole log as it is now."""
    async with database.snapshot() as connection:
        return (await connection.execute(sa.select(LogEventRow.__table__).order_by(LogEventRow.id))).all()


async def settled(tail: Tail, database: Database) -> None:
    """Wait until the tail has come to the newest event."""
    async with database.snapshot() as connection:
        newest = await connection.scalar(sa.select(sa.func.max(LogEventRow.id))) or 0
    async with asyncio.timeout(10):
        while tail.position.id < newest:
            await tail.moved(tail.position.id)


async def take(batches: AsyncIterator[Batch], number: int) -> list[LoggedEvent]:
    """The next events that follow, at least so many."""
    taken: list[LoggedEvent] = []
    async with asyncio.timeout(20):
        while len(taken) < number:
            taken += (await anext(batches)).events
    return taken


def versions(events: Sequence[LoggedEvent]) -> list[int]:
    return [event.data["version"] for event in events]
