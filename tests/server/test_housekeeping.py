"""Housekeeping deletes what has had its time and does what is due, one process at a time, and survives failures."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from outbox.idempotency import IdempotencyKeyRow
from outbox.log import Change, append
from resolvers.commands import Unit
from resolvers.handover import registry
from resolvers.handover.answering import HandoverAcceptance, accept_handover
from resolvers.handover.customers import CUSTOMERS
from resolvers.handover.passing import Hook, Owned, Passing
from server.housekeeping import Done, Housekeeping
from store.session import Database
from store.staff import StaffRow, StaffStatus
from tests.commands.handover.desk import Desk, day

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
    told: list[Done] = []
    keeping = Housekeeping(store_url, retention=RETENTION, position=lambda: FAR, told=told.append)

    done = await keeping.once(now)
    again = await keeping.once(now)

    assert done == Done(events=2, keys=3)
    assert await left(database) == (2, 1)
    assert again == Done(events=0, keys=0)
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

    told = asyncio.Queue[Done]()
    keeping = Housekeeping(store_url, retention=RETENTION, position=lambda: FAR, told=told.put_nowait)
    running = asyncio.create_task(keeping.run(clock, interval=0.02))
    async with asyncio.timeout(20):
        first, second = await told.get(), await told.get()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert (first.events, second.events) == (1, 0)


async def test_handovers_are_executed_on_their_day_each_by_itself(database, store_url, now):
    desk = await Desk.opened(database)
    first, second, third = [await desk.owned() for _ in range(3)]
    keys = [await desk.propose(effective_on=day(1), customer_ids=(one.id,)) for one in (first, second, third)]
    for key in keys[:2]:
        await desk.accept(key)
    stuck = await desk.propose(effective_on=day(1), to_id=desk.third.id, customer_ids=(third.id,))
    await desk.do(accept_handover, HandoverAcceptance(stuck, note="Agreed"))
    async with database.transaction() as session:
        (await session.get_one(StaffRow, desk.third.id)).status = StaffStatus.LEFT
    keeping = Housekeeping(store_url, retention=RETENTION, position=lambda: 0)

    rounds = [await keeping.once(now + dt.timedelta(days=days)) for days in (0, 1, 1)]

    assert [done.handovers for done in rounds if done] == [0, 2, 0]
    statuses = [(await desk.document(key)).status.value for key in (*keys, stuck)]
    assert statuses == ["DONE", "DONE", "PROPOSED", "ACCEPTED"]
    assert await desk.times(second) == [("Gina", "OWNER", -30, 1), ("Tom", "OWNER", 1, None)]
    assert await desk.times(third) == [("Gina", "OWNER", -30, None)]


async def test_a_handover_that_fails_does_not_keep_others_back(database, store_url, now, monkeypatch):
    desk = await Desk.opened(database)
    for number in range(2):
        customer = await desk.owned(name=f"Customer {number}")
        await desk.accept(await desk.propose(effective_on=day(1), customer_ids=(customer.id,)))

    async def fail_for_one(unit: Unit, passing: Passing, things: Sequence[Owned]) -> None:
        if any(thing.label == "Customer 0" for thing in things):
            raise RuntimeError("a mistake in one kind of thing")
        await CUSTOMERS.hand_over(unit, passing, things)

    monkeypatch.setattr(registry, "HOOKS", [Hook(CUSTOMERS.owned, fail_for_one, events=4)])
    keeping = Housekeeping(store_url, retention=RETENTION, position=lambda: 0)
    done = await keeping.once(now + dt.timedelta(days=1))

    assert done is not None
    assert done.handovers == 1
