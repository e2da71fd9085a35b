"""Looking the log over: what would mislead readers is said in words, and who holds them back is named."""

from __future__ import annotations

import asyncio
import os

import pytest
import sqlalchemy as sa

from outbox.checking import holders, log_status, wrong_with_log
from outbox.log import append
from store.session import Database
from tests.factories import NOW
from tests.outbox.events import change, write_versions
from tests.stores import opened

pytestmark = pytest.mark.anyio


async def run(database: Database, statement: str) -> None:
    async with database.transaction() as session:
        await session.execute(sa.text(statement))


async def test_a_log_as_it_is_written_is_whole(database):
    assert await wrong_with_log(database) == []
    await write_versions(database, 1, 2, 3)
    assert await wrong_with_log(database) == []

    async with database.snapshot() as connection:
        status = await log_status(connection)
        assert await holders(connection) == []
    assert (status.first, status.last, status.events, status.floor) == (1, 3, 3, 0)
    assert (status.horizon, status.head, status.keys) == (3, 3, 1)


@pytest.mark.parametrize(
    ("spoil", "mend", "said"),
    [
        ("UPDATE log_meta SET floor = 2", "UPDATE log_meta SET floor = 0", "floor is 2, yet the first event is 1"),
        ("UPDATE log_meta SET floor = 9", "UPDATE log_meta SET floor = 0", "but 9 has been used already"),
        ("UPDATE log_meta SET epoch = 'x'", "UPDATE log_meta SET epoch = 'abcd1234'", "'x' has not 8 characters"),
        ("UPDATE log_key SET number = 7", "UPDATE log_key SET number = 1", None),
        (
            "UPDATE log_event SET uid = (SELECT uid FROM log_event WHERE id = 1)",
            "DELETE FROM log_event",
            "3 events have only 1 different uids",
        ),
    ],
)
async def test_what_is_wrong_is_said(database, spoil, mend, said):
    await write_versions(database, 1, 2, 3)
    await run(database, spoil)
    found = await wrong_with_log(database)
    await run(database, mend)

    assert found == [] if said is None else said in "; ".join(found)


async def test_missing_meta_and_keys_that_are_none_are_said(database):
    async with database.snapshot() as connection:
        secret = await connection.scalar(sa.text("SELECT secret FROM log_key"))
        epoch = await connection.scalar(sa.text("SELECT epoch FROM log_meta"))
    await run(database, "UPDATE log_key SET secret = 'no hex'")
    assert "key 1 is no secret" in "; ".join(await wrong_with_log(database))
    await run(database, "DELETE FROM log_key")
    assert "no key to sign cursors" in "; ".join(await wrong_with_log(database))
    await run(database, "DELETE FROM log_meta")
    assert await wrong_with_log(database) == ["log_meta has 0 rows, one is needed"]

    await run(database, f"INSERT INTO log_meta (epoch) VALUES ('{epoch}')")
    made_at = "2026-01-01T00:00:00+00:00"
    await run(database, f"INSERT INTO log_key (number, secret, made_at) VALUES (1, '{secret}', '{made_at}')")
    assert await wrong_with_log(database) == []


async def test_a_machinery_that_was_taken_out_is_said(database, on_postgresql):
    await run(database, "ALTER TABLE log_event DISABLE TRIGGER log_guard")
    await run(database, "ALTER TABLE log_event ALTER id SET CACHE 20")
    found = "; ".join(await wrong_with_log(database))
    await run(database, "ALTER TABLE log_event ENABLE TRIGGER log_guard")
    await run(database, "ALTER TABLE log_event ALTER id SET CACHE 1")

    assert "trigger log_guard of log_event is missing or disabled" in found
    assert "caches 20 ids" in found
    assert await wrong_with_log(database) == []


async def test_commits_that_a_crash_may_take_back_are_said(database, store_url, on_postgresql):
    name = database.engine.url.database
    await run(database, f"ALTER DATABASE {name} SET synchronous_commit = off")
    async with opened(store_url) as again:
        found = "; ".join(await wrong_with_log(again))
    await run(database, f"ALTER DATABASE {name} RESET synchronous_commit")

    assert "synchronous_commit is off" in found


async def test_ids_that_would_be_given_twice_are_said(database, on_postgresql):
    await write_versions(database, 1, 2, 3)
    await run(database, "ALTER TABLE log_event ALTER id RESTART WITH 2")

    assert "but 3 has been used already" in "; ".join(await wrong_with_log(database))


async def test_who_holds_readers_back_is_named(database, on_postgresql):
    async with database.transaction() as dawdling:
        pid = await dawdling.scalar(sa.text("SELECT pg_backend_pid()"))
        await append(dawdling, [change(1)], at=NOW, actor="agent:7")
        await write_versions(database, 2)
        await asyncio.sleep(0.1)
        async with database.snapshot() as connection:
            [holder] = await holders(connection)

    assert (holder.pid, holder.bound, holder.program) == (pid, 1, "customer360")
    assert holder.state == "idle in transaction"
    assert 0.1 < holder.seconds < 30
    assert holder.pid != os.getpid()
