"""A world whose tickets change, the event log as a process follows it, and every way to answer over both."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest

from outbox.cursor import open_keys
from outbox.tail import open_tail
from resolvers.reading import Way, open_reads
from resolvers.reading.context import Log
from store.session import Database
from tests.answerers import answerer_over
from tests.commands.worlds import Office, built
from tests.reading.streaming.asking import Following


@pytest.fixture(params=list(Way))
async def following(request, database: Database, store_url: str) -> AsyncIterator[Following]:
    """The world and its followers, by each way to answer."""
    async with opened(request.param, database, store_url) as made:
        yield made


@pytest.fixture
async def direct(database: Database, store_url: str) -> AsyncIterator[Following]:
    """The world and its followers, by the fastest way only."""
    async with opened(Way.DIRECT, database, store_url) as made:
        yield made


@contextlib.asynccontextmanager
async def opened(way: Way, database: Database, store_url: str) -> AsyncIterator[Following]:
    reads = await open_reads(store_url, size=4)
    try:
        async with open_tail(store_url) as tail:
            office = Office(database, await built(database))
            log = Log(tail, await open_keys(reads))
            yield Following(office, answerer_over(reads, way=way), log)
    finally:
        await reads.close()
