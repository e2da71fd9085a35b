"""The tail: up to where the log may be read, who is woken when, and what happens when its connection is cut."""

from __future__ import annotations

import asyncio
import time

import pytest
import sqlalchemy as sa

from outbox.cursor import Position
from outbox.epoch import new_epoch
from outbox.event import LogEventRow
from outbox.log import append
from outbox.tail import Tail, open_tail
from outbox.trim import trim
from store.session import Database
from tests import stores
from tests.factories import NOW
from tests.outbox.events import change, logged, settled, write_versions

pytestmark = pytest.mark.anyio

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'customer360 tail'"


async def cut_tails(database: Database) -> int:
    """End the tails' connections to this database; returns how many there were."""
    async with database.transaction() as session:
        return len((await session.execute(sa.text(f"{CUT} AND datname = current_database()"))).all())


def waiter(tail: Tail, beyond: int) -> asyncio.Task[None]:
    return asyncio.create_task(tail.moved(beyond))


async def test_the_tail_of_an_empty_log_is_before_the_first_row(tail):
    assert tail.position == Position(tail.position.epoch, 0, bytes(4))
    assert len(tail.position.epoch) == 8
    assert (tail.horizon, tail.head, tail.floor) == (0, 0, 0)


async def test_a_tail_that_is_opened_later_begins_at_the_newest_row(database, store_url):
    await write_versions(database, 1, 2, 3)
    newest = (await logged(database))[-1]

    async with open_tail(store_url) as tail:
        assert (tail.position.id, tail.position.uid) == (newest.id, newest.uid.bytes[:4])


async def test_whoever_waits_is_woken_by_the_next_event(database, tail):
    waiting = [waiter(tail, tail.position.id) for _ in range(100)]
    await asyncio.sleep(0.05)
    assert not any(each.done() for each in waiting)

    await write_versions(database, 1)

    async with asyncio.timeout(30):
        await asyncio.gather(*waiting)
    assert tail.position.id == 1
    await tail.moved(0)


async def test_who_waits_for_a_later_event_sleeps_on(database, tail):
    await write_versions(database, 1)
    await settled(tail, database)
    patient = waiter(tail, 1)

    await asyncio.sleep(0.6)
    assert not patient.done()
    await write_versions(database, 2)

    async with asyncio.timeout(30):
        await patient


async def test_a_reader_that_is_ahead_is_asked_to_look_again_soon(tail):
    async with asyncio.timeout(30):
        await tail.moved(1_000)


async def test_a_waiter_that_gives_up_takes_nobody_along(database, tail):
    leaving, staying = waiter(tail, 0), waiter(tail, 0)
    await asyncio.sleep(0.02)
    leaving.cancel()
    await write_versions(database, 1)

    async with asyncio.timeout(30):
        await staying
    assert leaving.cancelled()


async def test_an_event_behind_an_open_writer_is_not_shown_until_that_ends(database, tail, on_postgresql):
    async with database.transaction() as dawdling:
        await append(dawdling, [change(1)], at=NOW, actor="agent:7")
        await write_versions(database, 2)
        waiting, looks = waiter(tail, 0), tail.counters.looks
        await asyncio.sleep(0.8)
        assert not waiting.done()
        assert tail.horizon == 0 < tail.head
        assert tail.lag_seconds > 0.2
        assert tail.counters.looks - looks > 4, "a writer that is pending is watched closely"

    async with asyncio.timeout(30):
        await waiting
    assert tail.position.id == 2
    await asyncio.sleep(0.3)
    assert tail.lag_seconds < 0.7


async def test_the_end_of_a_rolled_back_writer_is_noticed_though_nobody_notifies(database, tail, on_postgresql):
    async with database.sessions() as session:
        await append(session, [change(1)], at=NOW, actor="agent:7")
        await write_versions(database, 2)
        waiting = waiter(tail, 0)
        await asyncio.sleep(0.3)
        await session.rollback()

    async with asyncio.timeout(30):
        await waiting
    assert tail.position.id == 2


async def test_the_position_is_a_real_row_though_ids_were_drawn_in_vain(database, tail, on_postgresql):
    await write_versions(database, 1)
    async with database.sessions() as session:
        await append(session, [change(2), change(3)], at=NOW, actor="agent:7")
        await session.rollback()
    await settled(tail, database)
    await asyncio.sleep(0.3)

    assert (tail.position.id, tail.horizon, tail.head) == (1, 3, 3)


async def test_a_cut_connection_is_healed_and_waiters_are_not_lost(database, tail, on_postgresql):
    for version in range(1, 4):
        waiting = waiter(tail, tail.position.id)
        await asyncio.sleep(0.05)
        assert await cut_tails(database) == 1
        await write_versions(database, version)
        async with asyncio.timeout(30):
            await waiting
        assert tail.position.id == version
    assert tail.counters.outages >= 3
    assert tail.counters.resyncs == 0


async def test_a_new_epoch_wakes_all_and_moves_the_tail_over(database, tail):
    await write_versions(database, 1)
    await settled(tail, database)
    waiting = waiter(tail, 1)
    await asyncio.sleep(0.02)

    epoch = await new_epoch(database)

    async with asyncio.timeout(30):
        await waiting
    assert (tail.position.epoch, tail.position.id) == (epoch, 1)
    assert tail.counters.resyncs == 1


async def test_a_log_that_lost_its_end_wakes_all_and_moves_the_tail_back(database, tail):
    await write_versions(database, 1, 2, 3)
    await settled(tail, database)
    waiting = waiter(tail, 3)
    await asyncio.sleep(0.02)

    async with database.transaction() as session:
        await session.execute(sa.delete(LogEventRow).where(LogEventRow.id > 1))

    async with asyncio.timeout(30):
        await waiting
    assert tail.position.id == 1
    assert tail.counters.resyncs == 1


async def test_trimming_is_no_resync(database, tail):
    await write_versions(database, 1, 2, 3)
    await settled(tail, database)
    await trim(database, before=NOW.replace(year=NOW.year + 1), keep_from=tail.position.id)
    await write_versions(database, 4)
    await settled(tail, database)

    assert (tail.position.id, tail.counters.resyncs) == (4, 0)


async def test_closing_tells_those_who_wait(database, store_url):
    async with open_tail(store_url) as tail:
        waiting = waiter(tail, 0)
        await asyncio.sleep(0.02)

    with pytest.raises(ConnectionAbortedError):
        await waiting
    with pytest.raises(ConnectionAbortedError):
        await tail.moved(0)


async def test_a_store_that_is_not_there_is_an_error_at_once(tmp_path):
    with pytest.raises(Exception, match="unable to open"):
        async with open_tail(f"sqlite+aiosqlite:///{tmp_path}/missing.db"):
            pass


@pytest.mark.skipif(not stores.POSTGRES, reason="needs PostgreSQL")
async def test_a_server_that_is_not_there_is_an_error_at_once():
    with pytest.raises(OSError, match="Connect call failed"):
        async with open_tail("postgresql+asyncpg://postgres@127.0.0.1:1/none"):
            pass


async def test_the_log_is_looked_at_no_more_than_a_hundred_times_a_second(database, tail, on_postgresql):
    async with database.transaction() as dawdling:
        await append(dawdling, [change(1)], at=NOW, actor="agent:7")
        await write_versions(database, 2)
        await asyncio.sleep(0.3)
        before = tail.counters.looks
        async with database.engine.connect() as connection:
            noisy = await connection.execution_options(isolation_level="AUTOCOMMIT")
            began = time.monotonic()
            while time.monotonic() - began < 0.5:
                await noisy.execute(sa.text("NOTIFY c360_log"))
    looks = tail.counters.looks - before

    assert 0 < looks <= 60
