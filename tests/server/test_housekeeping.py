"""Housekeeping deletes what has had its time, by one process at a time, and goes on after a failure."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from outbox.idempotency import IdempotencyKeyRow
from outbox.log import Change, append
from server.housekeeping import Deleted, Housekeeping
from store.session import Database

pytestmark = pytest.mark.anyio
RETENTION = dt.timedelta(hours=72)
FAR = 1_000_000


async def happened(database: Database, at: dt.datetime) -> None:
    async with database.transaction() as session:
        session.add(IdempotencyKeyRow(subject="s", key=at.isoformat(), operation="o", input_hash="h", created_at=at))
        await append(session, [Change("ticket.opened", "Ticket", uuid.uuid4(), {})], at=at, actor="test")


async def left(database: Database) -> tuple[int, int]:
    async with database.sessions() as session:
        events = await session.scalar(sa.select(sa.func.count()).select_from(LogEventRow))
        keys = await session.scalar(sa.select(sa.func.count()).select_from(IdempotencyKeyRow))
    return int(events or 0), int(keys or 0)


async def test_what_has_had_its_time_goes(database, store_url, now):
    for hours in (100, 80, 25, 1):
        await happened(database, now - dt.timedelta(hours=hours))
    told: list[Deleted] = []
    keeping = Housekeeping(store_url, retention=RETENTION, position=lambda: FAR, deleted=told.append)

    done = await keeping.once(now)
    again = await keeping.once(now)

    assert done == Deleted(events=2, keys=3)
    assert await left(database) == (2, 1)
    assert again == Deleted(events=0, keys=0)
    assert told == [done, again]


async def test_events_that_nobody_could_read_yet_stay(database, store_url, now):
    for hours in (100, 99, 98):
        await happened(database, now - dt.timedelta(hours=hours))
    async with database.sessions() as session:
        ids = sorted(await session.scalars(sa.select(LogEventRow.id)))

    await Housekeeping(store_url, retention=RETENTION, position=lambda: ids[1]).once(now)

    assert await left(database) == (2, 0)


async def test_two_at_once_do_it_once(database, store_url, now):
    for hours in range(80, 100):
        await happened(database, now - dt.timedelta(hours=hours))
    keepings = [Housekeeping(store_url, retention=RETENTION, position=lambda: FAR) for _ in range(3)]

    done = await asyncio.gather(*(each.once(now) for each in keepings))

    assert sum(each.events for each in done if each) == 20
    assert sum(each.keys for each in done if each) == 20
    assert await left(database) == (0, 0)


async def test_it_comes_round_again_and_survives_a_failure(database, store_url, now, tmp_path):
    await happened(database, now - dt.timedelta(hours=100))
    clock_calls = 0

    def clock() -> dt.datetime:
        nonlocal clock_calls
        clock_calls += 1
        if clock_calls == 1:
            raise OSError("no clock yet")
        return now

    told = asyncio.Queue[Deleted]()
    keeping = Housekeeping(store_url, retention=RETENTION, position=lambda: FAR, deleted=told.put_nowait)
    running = asyncio.create_task(keeping.run(clock, interval=0.02))
    async with asyncio.timeout(20):
        first, second = await told.get(), await told.get()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert (first.events, second.events) == (1, 0)
