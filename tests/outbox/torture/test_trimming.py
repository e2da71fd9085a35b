"""Trimming under readers: each gap that they pass, they are told of."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from datetime import timedelta

import pytest

from outbox.following import follow
from outbox.reader import CursorExpired
from outbox.tail import open_tail
from outbox.trim import trim
from tests.factories import NOW
from tests.outbox.events import change, write
from tests.outbox.torture.readers import named_reads
from tests.server.torture.size import FULL, sized

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600 if FULL else 120)]


async def test_no_reader_passes_a_gap_without_being_told(database, store_url):
    """Half of the readers are slow: the log is trimmed away under them, down to its newest events."""
    over, told, delivered = asyncio.Event(), 0, 0
    counter = itertools.count(1)

    async def writer() -> None:
        while not over.is_set():
            await write(database, *(change(next(counter)) for _ in range(20)))
            await asyncio.sleep(0.002)

    async def trimmer(tail) -> None:
        while not over.is_set():
            await trim(database, before=NOW + timedelta(days=1), keep_from=tail.position.id, step=15)
            await asyncio.sleep(0.05)

    async def reader(tail, reads, seed: int) -> None:
        nonlocal told, delivered
        chance, last = random.Random(seed), None
        while not over.is_set():
            try:
                async with contextlib.aclosing(follow(tail, reads, None, limit=40)) as batches:
                    last = None
                    while not over.is_set():
                        for event in (await anext(batches)).events:
                            assert last is None or event.data["version"] == last + 1
                            last = event.data["version"]
                            delivered += 1
                        await asyncio.sleep(chance.random() * (0.2 if seed % 2 else 0.002))
            except CursorExpired:
                told += 1

    async with open_tail(store_url) as tail, named_reads(store_url) as reads:
        writing = asyncio.create_task(writer())
        running = [asyncio.create_task(trimmer(tail))]
        running += [asyncio.create_task(reader(tail, reads, seed)) for seed in range(4)]
        await asyncio.sleep(sized(4, 60))
        over.set()
        await writing
        await write(database, change(next(counter)))
        async with asyncio.timeout(20):
            await asyncio.gather(*running)
        assert tail.counters.resyncs == 0

    assert told > 0, "slow readers were told"
    assert delivered > 500
