"""Crashes and restores: after each, a cursor goes on exactly where it was, or its reader is told to begin anew."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa

from outbox.checking import wrong_with_log
from outbox.cursor import CursorKeys, open_keys
from outbox.following import follow
from outbox.outage import OUTAGES
from outbox.reader import Resync, read_page
from outbox.tail import Tail, open_tail
from resolvers.reading import ReadStore
from store import schema_version
from store.session import Database
from tests import stores
from tests.outbox.events import settled, write_versions
from tests.outbox.torture.cluster import OwnCluster, a_backend, own_cluster
from tests.outbox.torture.readers import Seen, named_reads, out_of_order, seen, truth
from tests.outbox.torture.writers import Habits, Work, records, write_all
from tests.server.torture.size import FULL, sized

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.timeout(1_800 if FULL else 300),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # drivers, when they are cut
]

needs_postgresql = pytest.mark.skipif("postgresql" not in stores.stores_here(), reason="needs PostgreSQL")


@pytest.fixture(scope="module")
def cluster() -> Iterator[OwnCluster]:
    with own_cluster() as made:
        yield made


@pytest.fixture
def own_url(cluster: OwnCluster) -> str:
    """A database of the own cluster, with empty tables."""
    asyncio.run(_anew(cluster.url))
    asyncio.run(schema_version.upgrade(_crashing(cluster.url)))
    return _crashing(cluster.url)


def _crashing(url: str) -> str:
    return sa.make_url(url).set(database="crashing").render_as_string(hide_password=False)


async def _anew(url: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute("DROP DATABASE IF EXISTS crashing WITH (FORCE)")
    await connection.execute("CREATE DATABASE crashing")
    await connection.close()


@dataclass
class Witness:
    """A reader that begins anew when it is told to; what it had seen until then was of a log that is gone."""

    tail: Tail
    reads: ReadStore
    lives: list[list[Seen]] = field(default_factory=lambda: [[]])
    bookmarks: list[tuple[str, int, int]] = field(default_factory=list)
    """A cursor, in which life it was given, and how many events that life had seen by then."""

    async def watch(self, keys: CursorKeys) -> None:
        after = self.tail.position
        while True:
            try:
                async for batch in follow(self.tail, self.reads, after, limit=20):
                    self.lives[-1] += [seen(event) for event in batch.events]
                    after = batch.upto
                    self.bookmarks.append((keys.sign(after), len(self.lives) - 1, len(self.lives[-1])))
            except Resync:
                self.lives.append([])
                after = None


async def reachable(database: Database) -> None:
    """Wait until the server has recovered."""
    async with asyncio.timeout(60):
        while True:
            with suppress(*OUTAGES, sa.exc.DBAPIError):
                async with database.snapshot() as connection:
                    await connection.execute(sa.select(1))
                return
            await asyncio.sleep(0.1)


@asynccontextmanager
async def writing(url: str, habits: Habits) -> AsyncIterator[tuple[Database, Work]]:
    """Six writers at work while the context lasts."""
    database = Database(url, pool_size=8)
    work = Work(await records(database, 50), 10**9)
    running = asyncio.create_task(write_all(database, work, 6, habits))
    try:
        yield database, work
        work.stopped.set()
        await running
    finally:
        running.cancel()
        await database.close()


async def wound(cluster: OwnCluster, url: str, number: int) -> None:
    """Hurt the server: end a connection, kill a backend, or stop everything without a word, in turn."""
    if number % 3 == 0:
        async with _connected(url) as connection:
            await connection.execute("SELECT pg_terminate_backend($1)", await a_backend(url))
    elif number % 3 == 1:
        cluster.kill_backend(await a_backend(url))
    else:
        await asyncio.to_thread(cluster.crash)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        await connection.close()


@needs_postgresql
@pytest.mark.parametrize("lazy", [False, True], ids=["durable", "commits may be lost"])
async def test_through_crashes_a_cursor_goes_on_exactly_or_says_resync(cluster, own_url, lazy):
    """Where commits may be lost with a crash (synchronous_commit=off), the ids of lost events are given to others.

    Then a reader may have seen an event that is no more, and nobody can tell it when a later one was kept: the commits
    are not lost in the order of the ids. It still gets all that there is after its cursor.
    """
    habits = Habits(hold=0.02, held=0.1, lazy=lazy)
    async with writing(own_url, habits) as (database, work), open_tail(own_url) as tail, named_reads(own_url) as reads:
        keys = await open_keys(reads)
        witness = Witness(tail, reads)
        watching = asyncio.create_task(witness.watch(keys))
        for number in range(sized(4, 30)):
            await asyncio.sleep(0.8)
            await wound(cluster, own_url, number)
            await reachable(database)
        await asyncio.sleep(0.5)
        work.stopped.set()
        await asyncio.sleep(1)
        await reachable(database)
        whole = await truth(database)
        await settled(tail, database)
        async with asyncio.timeout(20):
            while not witness.lives[-1] or witness.lives[-1][-1] != whole[-1]:  # noqa: ASYNC110  # it rings no bell
                await asyncio.sleep(0.05)
        told = await judged(witness, reads, tail, keys, whole)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        assert await wrong_with_log(database) == []

    assert len(whole) > 100
    assert out_of_order(whole) == []
    there = set(whole)
    assert [event for event in witness.lives[-1] if event in there] == whole, "the last life saw the whole log"
    assert told["exact"] > 0
    if not lazy:
        assert (witness.lives, told["resync"]) == ([whole], 0)


async def judged(witness: Witness, reads: ReadStore, tail: Tail, keys: CursorKeys, whole: list[Seen]) -> dict[str, int]:
    """Every bookmark either continues the log exactly, or is refused; and refused only if its own row is not there."""
    told = {"exact": 0, "resync": 0}
    bookmarks = [each for each in witness.bookmarks if each[2]]
    for cursor, life, count in random.Random(1).sample(bookmarks, min(200, len(bookmarks))):
        last = witness.lives[life][count - 1]
        try:
            page = await read_page(reads, await keys.accept(cursor), tail.position, limit=10**6)
        except Resync:
            assert last not in whole
            told["resync"] += 1
        else:
            assert [seen(event) for event in page] == whole[whole.index(last) + 1 :]
            told["exact"] += 1
    return told


@needs_postgresql
async def test_after_files_of_an_earlier_day_were_put_back_readers_are_told(cluster, own_url):
    """The tail lives through it, as in a service that nobody has stopped."""
    database = Database(own_url)
    async with open_tail(own_url) as tail, named_reads(own_url) as reads:
        keys = await open_keys(reads)
        await write_versions(database, 1, 2, 3)
        await settled(tail, database)
        early = keys.sign(tail.position)
        await asyncio.to_thread(cluster.keep, "earlier")
        await reachable(database)
        await write_versions(database, 4, 5, 6)
        await settled(tail, database)
        late, waiting = keys.sign(tail.position), asyncio.create_task(tail.moved(tail.position.id))

        await asyncio.to_thread(cluster.put_back, "earlier")
        await reachable(database)
        await write_versions(database, 14, 15, 16, 17)
        async with asyncio.timeout(10):
            await waiting
        await settled(tail, database)

        with pytest.raises(Resync):
            await read_page(reads, await keys.accept(late), tail.position)
        again = await read_page(reads, await keys.accept(early), tail.position)
    await database.close()

    assert [event.data["version"] for event in again] == [14, 15, 16, 17]
    assert tail.counters.resyncs == 1


@needs_postgresql
async def test_a_dump_that_is_restored_makes_a_whole_log_whose_readers_are_told(cluster, own_url, tmp_path):
    database = Database(own_url)
    folder = cluster.data.parent
    plain = own_url.replace("+asyncpg", "")
    async with open_tail(own_url) as tail, named_reads(own_url) as reads:
        keys = await open_keys(reads)
        await write_versions(database, 1, 2, 3)
        await settled(tail, database)
        early = keys.sign(tail.position)
        await asyncio.to_thread(cluster.run, "pg_dump", "-Fc", "-f", str(folder / "dump"), plain)
        await write_versions(database, 4, 5)
        await settled(tail, database)
        late = keys.sign(tail.position)
    await database.close()
    await _anew(cluster.url)
    await asyncio.to_thread(cluster.run, "pg_restore", "-d", plain, str(folder / "dump"))

    restored = Database(own_url)
    await write_versions(restored, 14, 15, 16)
    async with open_tail(own_url) as tail, named_reads(own_url) as reads:
        keys = await open_keys(reads)
        with pytest.raises(Resync):
            await read_page(reads, await keys.accept(late), tail.position)
        again = await read_page(reads, await keys.accept(early), tail.position)
    wrong = await wrong_with_log(restored)
    await restored.close()

    assert [event.data["version"] for event in again] == [14, 15, 16]
    assert wrong == []


@pytest.mark.parametrize("template", ["sqlite"], indirect=True)
async def test_after_a_copy_of_the_file_was_put_back_readers_are_told(template, store_url, tmp_path):
    file = Path(str(sa.make_url(store_url).database))
    kept = tmp_path / "kept.db"

    async def write(*numbers: int) -> tuple[str, list[int], object]:
        database = Database(store_url)
        await write_versions(database, *numbers)
        async with open_tail(store_url) as tail, named_reads(store_url) as reads:
            keys = await open_keys(reads)
            cursor = keys.sign(tail.position)
        await database.close()
        return cursor

    early = await write(1, 2, 3)
    shutil.copyfile(file, kept)
    late = await write(4, 5)
    shutil.copyfile(kept, file)
    await write(14, 15, 16)

    async with open_tail(store_url) as tail, named_reads(store_url) as reads:
        keys = await open_keys(reads)
        with pytest.raises(Resync):
            await read_page(reads, await keys.accept(late), tail.position)
        again = await read_page(reads, await keys.accept(early), tail.position)
    assert [event.data["version"] for event in again] == [14, 15, 16]
