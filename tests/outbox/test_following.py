"""Following the log: what was missed, then what comes, once and in order, in batches."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

import pytest

from outbox.epoch import new_epoch
from outbox.event import EventKind
from outbox.following import follow
from outbox.reader import CursorExpired, Resync
from outbox.trim import trim
from tests.factories import NOW
from tests.outbox.events import change, settled, take, versions, write, write_versions

pytestmark = pytest.mark.anyio


async def test_what_was_missed_comes_first_and_then_what_happens(database, reads, tail):
    await write_versions(database, 1, 2, 3)
    await settled(tail, database)

    async with contextlib.aclosing(follow(tail, reads, None)) as batches:
        missed = await take(batches, 3)
        await write_versions(database, 4)
        await write_versions(database, 5)
        live = await take(batches, 2)

    assert versions(missed) == [1, 2, 3]
    assert versions(live) == [4, 5]
    async with contextlib.aclosing(follow(tail, reads, missed[1].position)) as again:
        assert versions(await take(again, 3)) == [3, 4, 5]


async def test_a_long_replay_comes_in_batches_of_the_size_that_was_asked_for(database, reads, tail):
    await write_versions(database, *range(10))
    await settled(tail, database)

    async with contextlib.aclosing(follow(tail, reads, None, limit=4)) as batches:
        sizes = [len((await anext(batches)).events) for _ in range(3)]

    assert sizes == [4, 4, 2]


async def test_a_reader_of_some_kinds_advances_over_the_others(database, reads, tail):
    start = tail.position
    async with contextlib.aclosing(follow(tail, reads, start, [EventKind.TICKET_OPENED], limit=2)) as batches:
        await write(database, *(change(version) for version in range(5)))
        first = await anext(batches)
        await write(database, change(5), change(6, kind=EventKind.TICKET_OPENED), change(7))
        second = await anext(batches)

    assert (first.events, first.upto.id) == ([], 5)
    assert (versions(second.events), second.upto.id) == ([6], 8)
    assert second.upto == tail.position, "the position is that of a real row"


async def test_followers_hear_of_a_new_epoch(database, reads, tail):
    await write_versions(database, 1)
    await settled(tail, database)
    async with contextlib.aclosing(follow(tail, reads, None)) as batches:
        await take(batches, 1)
        waiting = asyncio.create_task(anext(batches))
        await asyncio.sleep(0.05)
        await new_epoch(database)

        async with asyncio.timeout(30):
            with pytest.raises(Resync):
                await waiting


async def test_a_follower_whose_next_events_were_trimmed_hears_of_it(database, reads, tail):
    await write_versions(database, 1, 2, 3)
    await settled(tail, database)
    async with contextlib.aclosing(follow(tail, reads, None, limit=1)) as batches:
        await take(batches, 1)
        await trim(database, before=NOW + timedelta(days=1), keep_from=tail.position.id)

        with pytest.raises(CursorExpired):
            await anext(batches)
    async with contextlib.aclosing(follow(tail, reads, None)) as batches:
        assert versions(await take(batches, 1)) == [3]


async def test_an_outage_of_the_reads_is_waited_out(database, reads, tail):
    class Failing:
        """The reading side, out of reach at first."""

        dialect = reads.dialect
        left = 2

        async def rows(self, text, values):
            self.left -= 1
            if self.left >= 0:
                raise ConnectionResetError("cut")
            return await reads.rows(text, values)

    await write_versions(database, 1)
    await settled(tail, database)
    async with contextlib.aclosing(follow(tail, Failing(), None)) as batches:
        assert versions(await take(batches, 1)) == [1]
