"""A state and the events that lead on from it: nothing is missing between them, nothing comes twice."""

from __future__ import annotations

import asyncio
import contextlib
import random

import pytest
import sqlalchemy as sa

from outbox.event import EventKind
from outbox.following import follow
from outbox.log import Change, append
from outbox.reader import Resync
from outbox.snapshot import open_snapshot
from store.customer import CustomerRow
from store.session import Database
from tests.factories import NOW
from tests.factories.customer import add_customer
from tests.outbox.events import change, write_versions

pytestmark = pytest.mark.anyio


async def bump(database: Database, key, chance: random.Random) -> None:
    """Raise a customer's version and say so; dawdle, and sometimes think better of it."""
    async with database.sessions() as session:
        raised = sa.update(CustomerRow).where(CustomerRow.id == key).values(version=CustomerRow.version + 1)
        version = await session.scalar(raised.returning(CustomerRow.version))
        told = Change(EventKind.CUSTOMER_UPDATED, "Customer", key, {"version": version})
        await append(session, [told], at=NOW, actor="agent:7")
        await asyncio.sleep(chance.random() * 0.01)
        await (session.rollback() if chance.random() < 0.1 else session.commit())


async def test_a_state_and_what_follows_have_neither_gaps_nor_doubles(database, reads, tail):
    async with database.transaction() as session:
        customers = [(await add_customer(session)).id for _ in range(10)]
    writing, copied = True, 0

    async def writer(seed: int) -> None:
        chance = random.Random(seed)
        while writing:
            await bump(database, chance.choice(customers), chance)
            await asyncio.sleep(0.001)

    async def copy() -> None:
        nonlocal copied
        async with open_snapshot(database, tail) as state:
            rows = await state.connection.execute(sa.select(CustomerRow.id, CustomerRow.version))
            held = dict(rows.all())
        async with contextlib.aclosing(follow(tail, reads, state.after)) as batches:
            for _ in range(5):
                for event in state.news((await anext(batches)).events):
                    held[event.aggregate_id] += 1
                    assert event.data["version"] == held[event.aggregate_id]
                    copied += 1

    writers = [asyncio.create_task(writer(seed)) for seed in range(4)]
    for _ in range(20):
        await copy()
    writing = False
    await asyncio.gather(*writers)

    assert copied > 50


async def test_a_snapshot_does_not_move_and_stands_in_no_writers_way(database, tail):
    async with open_snapshot(database, tail) as state:
        async with asyncio.timeout(30):
            await write_versions(database, 1)
        count = sa.text("SELECT count(*) FROM log_event")
        assert await state.connection.scalar(count) == 0

    assert state.contained == frozenset()


async def test_what_was_committed_behind_an_open_writer_is_contained(database, reads, tail, on_postgresql):
    async with database.transaction() as dawdling:
        await append(dawdling, [change(1)], at=NOW, actor="agent:7")
        await write_versions(database, 2)
        async with open_snapshot(database, tail) as state:
            pass
    assert state.contained == {2}

    async with contextlib.aclosing(follow(tail, reads, state.after)) as batches:
        events = (await anext(batches)).events
    assert [event.position.id for event in events] == [1, 2]
    assert [event.position.id for event in state.news(events)] == [1]


async def test_a_tail_of_another_log_is_refused(database, tail):
    async with database.transaction() as session:
        await session.execute(sa.text("UPDATE log_meta SET epoch = 'restored'"))

    with pytest.raises(Resync):
        async with open_snapshot(database, tail):
            pass
