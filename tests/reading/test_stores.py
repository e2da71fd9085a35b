"""The reading side of a store: bounded, read-only, and free again when nobody waits for an answer any more."""

from __future__ import annotations

import asyncio
import sqlite3
import time

import asyncpg
import pytest

from resolvers.reading.stores import SqliteReads, open_reads

pytestmark = pytest.mark.anyio

ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}


async def test_it_cannot_write(store_url):
    reads = await open_reads(store_url, size=1)

    with pytest.raises((sqlite3.OperationalError, asyncpg.ReadOnlySQLTransactionError)):
        await reads.rows("DELETE FROM customer", ())

    await reads.close()


async def test_a_statement_that_nobody_waits_for_frees_its_connection(store_url):
    reads = await open_reads(store_url, size=1)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await reads.row(ENDLESS[reads.dialect.name], ())
    started = time.monotonic()
    assert (await reads.row("SELECT 1", ()))[0] == 1
    assert time.monotonic() - started < 5

    await reads.close()


async def test_statements_are_counted(store_url):
    reads = await open_reads(store_url, size=2)

    await asyncio.gather(*(reads.row("SELECT 1", ()) for _ in range(5)))
    assert reads.statements == 5

    await reads.close()


async def test_a_store_in_memory_has_no_second_connection():
    with pytest.raises(ValueError, match="give it a file"):
        await open_reads("sqlite+aiosqlite://")


async def test_a_cancelled_call_that_is_over_interrupts_nothing(tmp_path):
    path = tmp_path / "empty.db"
    sqlite3.connect(path).close()
    reads = SqliteReads(str(path), size=1, seconds=1)

    await reads.row("SELECT 1", ())
    assert (await reads.row("SELECT 2", ()))[0] == 2

    await reads.close()
