"""Fifty writers who dawdle and change their minds: readers lose nothing, and see each record's changes in order."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from outbox.cursor import open_keys
from outbox.tail import open_tail
from outbox.waking import open_notifier
from store.session import Database
from tests.outbox.torture.readers import Reader, every, named_reads, out_of_order, truth
from tests.outbox.torture.writers import Habits, Work, records, write_all
from tests.server.torture.size import FULL, sized

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1_800 if FULL else 300)]

WRITERS = 50
SUBSCRIBERS = 8

CUT = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
 WHERE datname = current_database()
   AND application_name IN ('customer360 tail', 'customer360 notifier', 'torture reads')
"""


async def test_nothing_is_lost_or_out_of_order_while_many_write(template, store_url):
    """On PostgreSQL fifty at once: one in a hundred holds its append for 0.4 s, three in ten take their ids early."""
    on_postgresql = template.kind == "postgresql"
    wanted, writers = (sized(10_000, 100_000), WRITERS) if on_postgresql else (sized(2_000, 20_000), 4)
    database = Database(store_url, pool_size=WRITERS)
    try:
        work = Work(await records(database, 200), wanted)
        async with open_tail(store_url) as first, open_tail(store_url) as second, named_reads(store_url) as reads:
            keys = await open_keys(reads)
            readers = [Reader(tail, reads, keys, keys.sign(tail.position)) for tail in (first, second, first)]
            done = asyncio.Event()

            def least() -> int:
                return work.written if done.is_set() else 10**9

            reading = [asyncio.create_task(reader.follow(least)) for reader in readers]
            await write_all(database, work, writers, Habits(most=8))
            done.set()
            async with asyncio.timeout(60):
                await asyncio.gather(*reading)
        whole = await truth(database)
    finally:
        await database.close()

    assert len(whole) == work.written >= wanted
    assert work.failures == 0
    assert out_of_order(whole) == []
    for reader in readers:
        assert reader.got == whole


async def test_subscribers_that_are_cut_all_the_time_see_the_log_exactly(template, database, store_url):
    """Each goes on from its cursor; on PostgreSQL the connections of all readers are ended every 1.5 s besides."""
    work, over, cut = Work(await records(database, 100), sized(2_000, 10_000)), asyncio.Event(), 0

    async def cutting() -> None:
        nonlocal cut
        while not over.is_set():
            await asyncio.sleep(1.5 if FULL else 0.5)
            async with database.transaction() as session:
                cut += await session.scalar(sa.text(CUT)) or 0

    def least() -> int:
        return work.written if over.is_set() else 10**9

    async with (
        open_tail(store_url) as one,
        open_tail(store_url) as other,
        open_notifier(store_url) as notifier,
        named_reads(store_url) as reads,
    ):
        database.on_news(notifier.wake)
        keys = await open_keys(reads)
        tails = [one, other]
        subscribers = [Reader(tails[n % 2], reads, keys, keys.sign(one.position)) for n in range(SUBSCRIBERS)]
        cutter = asyncio.create_task(cutting()) if template.kind == "postgresql" else None
        reading = [
            asyncio.create_task(each.follow(least, cut_after=every(1, sized(60, 100), n)))
            for n, each in enumerate(subscribers)
        ]
        await write_all(database, work, 8, Habits(hold=0.002, held=0.2, pause=0.01))
        over.set()
        async with asyncio.timeout(60):
            await asyncio.gather(*reading, *([cutter] if cutter else []))
    whole = await truth(database)

    for subscriber in subscribers:
        assert subscriber.got == whole
        assert subscriber.cuts >= sized(20, 100)
    assert cutter is None or cut > 3
    assert one.counters.resyncs == other.counters.resyncs == 0


async def test_four_processes_write_and_readers_in_a_fifth_miss_nothing(template, database, store_url):
    each = sized(400, 4_000)
    await records(database, 50)
    async with open_tail(store_url) as tail, named_reads(store_url) as reads:
        keys = await open_keys(reads)
        readers = [Reader(tail, reads, keys, keys.sign(tail.position)) for _ in range(3)]
        done, total = asyncio.Event(), 0

        def least() -> int:
            return total if done.is_set() else 10**9

        reading = [asyncio.create_task(reader.follow(least)) for reader in readers]
        words = [sys.executable, "-m", "tests.outbox.torture.writers", store_url, str(each)]
        root = Path(__file__).parents[3]
        processes = [await asyncio.create_subprocess_exec(*words, str(seed), cwd=root) for seed in range(4)]
        codes = await asyncio.gather(*(process.wait() for process in processes))
        whole = await truth(database)
        total = len(whole)
        done.set()
        async with asyncio.timeout(60):
            await asyncio.gather(*reading)

    assert codes == [0] * 4
    assert total >= 4 * each
    assert out_of_order(whole) == []
    for reader in readers:
        assert reader.got == whole
