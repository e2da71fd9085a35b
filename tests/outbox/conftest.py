"""Readers of the log, over the store of a test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from outbox.cursor import CursorKeys, open_keys
from outbox.tail import Tail, open_tail
from resolvers.reading import ReadStore, open_reads
from store.session import Database


@pytest.fixture
def on_postgresql(template) -> None:
    if template.kind == "sqlite":
        pytest.skip("SQLite has one writer at a time: there is nothing to look out for")


@pytest.fixture
async def reads(store_url: str) -> AsyncIterator[ReadStore]:
    opened = await open_reads(store_url, size=2)
    yield opened
    await opened.close()


@pytest.fixture
async def tail(database: Database, store_url: str) -> AsyncIterator[Tail]:
    async with open_tail(store_url) as opened:
        yield opened


@pytest.fixture
async def keys(reads: ReadStore) -> CursorKeys:
    return await open_keys(reads)
