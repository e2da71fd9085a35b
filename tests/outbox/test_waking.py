"""Waking readers: after commits that have events, seldom enough, and again after a cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
import sqlalchemy as sa

from outbox.log import append
from outbox.waking import Notifier, open_notifier
from store.session import Database
from tests.factories import NOW
from tests.factories.customer import add_customer
from tests.outbox.events import change, write_versions

pytestmark = pytest.mark.anyio


@pytest.fixture
async def notifier(database: Database, store_url: str) -> AsyncIterator[Notifier]:
    async with open_notifier(store_url) as opened:
        database.on_news(opened.wake)
        yield opened


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[asyncio.Queue[float]]:
    """When each notification came."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    heard: asyncio.Queue[float] = asyncio.Queue()
    await connection.add_listener("c360_log", lambda *_: heard.put_nowait(asyncio.get_running_loop().time()))
    try:
        yield heard
    finally:
        await connection.close()


async def test_only_commits_with_events_are_news(database):
    news: list[int] = []
    database.on_news(lambda: news.append(1))

    await write_versions(database, 1)
    async with database.transaction() as session:
        await add_customer(session)
    assert len(news) == 1

    async def fail() -> None:
        async with database.transaction() as session:
            await append(session, [change()], at=NOW, actor="agent:7")
            raise KeyError("anything")

    with pytest.raises(KeyError):
        await fail()
    assert len(news) == 1


async def test_a_commit_wakes_readers_at_once_and_a_burst_wakes_them_seldom(
    database, notifier, store_url, on_postgresql
):
    async with listening(store_url) as heard:
        await write_versions(database, 1)
        async with asyncio.timeout(30):
            await heard.get()
        for _ in range(1_000):
            notifier.wake()
            await asyncio.sleep(0)
        await asyncio.sleep(0.1)
        began = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() - began < 0.2:
            notifier.wake()
            await asyncio.sleep(0.0005)

    assert notifier.notifications <= 50


async def test_a_cut_connection_is_healed_and_the_news_is_told(database, notifier, store_url, on_postgresql):
    async with listening(store_url) as heard:
        for version in range(3):
            await write_versions(database, version)
            async with asyncio.timeout(30):
                await heard.get()
            cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%notifier'"
            async with database.transaction() as session:
                await session.execute(sa.text(f"{cut} AND datname = current_database()"))


async def test_the_last_news_is_told_at_the_end(store_url, on_postgresql):
    async with listening(store_url) as heard:
        async with open_notifier(store_url) as notifier:
            notifier.wake()
        async with asyncio.timeout(30):
            await heard.get()


async def test_on_sqlite_nothing_is_done(database, notifier, template):
    if template.kind != "sqlite":
        pytest.skip("about SQLite")
    await write_versions(database, 1)
    await asyncio.sleep(0.02)

    assert notifier.notifications == 0
