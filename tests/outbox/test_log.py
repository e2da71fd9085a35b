"""Writing the event log: in the change's transaction, in order, and readable up to where no writer can still write."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from outbox.event import EventKind, LogEventRow, LogMetaRow
from outbox.log import MAX_CHANGES, Change, append
from store.base import new_id
from store.customer import CustomerRow
from store.session import Database
from tests.factories import NOW
from tests.factories.customer import add_customer
from tests.stores import POSTGRES, opened

pytestmark = pytest.mark.anyio

SOMEONE = new_id()


def change(version: int = 1, aggregate_id=SOMEONE) -> Change:
    return Change(EventKind.CUSTOMER_UPDATED, "Customer", aggregate_id, {"version": version, "name": "张伟"})


async def write(session: AsyncSession, *changes: Change) -> None:
    await append(session, changes, at=NOW, actor="agent:7")


async def events(database: Database) -> Sequence[LogEventRow]:
    async with database.sessions() as session:
        return (await session.scalars(sa.select(LogEventRow).order_by(LogEventRow.id))).all()


async def horizon(connection: AsyncConnection) -> tuple[int, int]:
    row = (await connection.execute(sa.text("SELECT horizon, head FROM log_horizon()"))).one()
    return row.horizon, row.head


@asynccontextmanager
async def looking(database: Database) -> AsyncIterator[AsyncConnection]:
    """A reader's connection, on which each statement is a transaction of its own."""
    async with database.engine.connect() as connection:
        yield await connection.execution_options(isolation_level="AUTOCOMMIT")


@pytest.fixture
def on_postgresql(template) -> None:
    if template.kind == "sqlite":
        pytest.skip("SQLite has one writer at a time: there is nothing to look out for")


async def test_events_are_kept_in_the_order_in_which_they_were_given(database):
    async with database.transaction() as session:
        await write(session, change(1), change(2))
        await write(session, change(3))

    found = await events(database)

    assert [event.data["version"] for event in found] == [1, 2, 3]
    assert [event.id for event in found] == [1, 2, 3]
    assert len({event.uid.bytes[:4] for event in found}) == 3, "the first bytes tell rows apart"
    told = found[0]
    assert (told.kind, told.aggregate_type, told.aggregate_id) == ("customer.updated", "Customer", SOMEONE)
    assert (told.data, told.at, told.actor) == ({"version": 1, "name": "张伟"}, NOW, "agent:7")


async def test_what_was_changed_before_is_flushed_first(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        customer.name = "changed"
        statements: list[str] = []
        sa.event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *told: statements.append(told[2]))

        await write(session, change())

    assert [text.split()[0] for text in statements] == ["UPDATE", "INSERT"]


async def test_no_changes_are_no_events(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        customer.name = "changed"
        await write(session)
        assert not session.dirty

    assert await events(database) == []


async def test_events_of_a_transaction_that_failed_are_gone(database):
    async def fail() -> None:
        async with database.transaction() as session:
            await add_customer(session)
            await write(session, change())
            raise KeyError("anything")

    with pytest.raises(KeyError):
        await fail()

    assert await events(database) == []
    async with database.sessions() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(CustomerRow)) == 0


async def test_more_events_than_readers_can_wait_for_are_refused(database):
    async with database.transaction() as session:
        with pytest.raises(ValueError, match="at most 5000 a transaction"):
            await write(session, *[change()] * (MAX_CHANGES + 1))
        await write(session, *[change()] * MAX_CHANGES)

    assert len(await events(database)) == MAX_CHANGES


async def test_ids_are_not_used_again_after_everything_was_trimmed(database):
    async with database.transaction() as session:
        await write(session, change(1), change(2))
    async with database.transaction() as session:
        await session.execute(sa.delete(LogEventRow))
    async with database.transaction() as session:
        await write(session, change(3))

    assert [event.id for event in await events(database)] == [3]


async def test_the_log_has_one_epoch_from_the_beginning(database):
    async with database.sessions() as session:
        meta = (await session.scalars(sa.select(LogMetaRow))).one()
        assert (len(meta.epoch), meta.floor) == (8, 0)


async def test_an_empty_log_has_its_horizon_at_zero(database, on_postgresql):
    async with looking(database) as reader:
        assert await horizon(reader) == (0, 0)


async def test_an_open_writer_holds_the_horizon_back_until_it_commits(database, on_postgresql):
    async with looking(database) as reader:
        async with database.transaction() as first:
            await write(first, change(1))
            assert await horizon(reader) == (0, 1)
            async with database.transaction() as second:
                await write(second, change(2), change(3))
            assert await horizon(reader) == (0, 3), "what the second wrote lies behind the first"

        assert await horizon(reader) == (3, 3)


async def test_a_writer_that_is_rolled_back_holds_nothing_back(database, on_postgresql):
    async with looking(database) as reader:
        async with database.sessions() as session:
            await write(session, change(1))
            assert await horizon(reader) == (0, 1)
            await session.rollback()

        assert await horizon(reader) == (1, 1)
        assert await events(database) == []


async def test_a_savepoint_that_is_rolled_back_lets_go_and_the_next_append_holds_again(database, on_postgresql):
    async with looking(database) as reader, database.transaction() as session:
        savepoint = await session.begin_nested()
        await write(session, change(1))
        await savepoint.rollback()
        assert await horizon(reader) == (1, 1)

        await write(session, change(2))
        assert await horizon(reader) == (1, 2)


async def test_other_peoples_locks_and_other_databases_hold_nothing_back(database, on_postgresql):
    log_lock = "SELECT pg_advisory_xact_lock_shared((25445::bigint << 48) | 1)"
    other_lock = "SELECT pg_advisory_xact_lock_shared((25446::bigint << 48) | 1)"
    async with (
        looking(database) as reader,
        opened(POSTGRES) as elsewhere,
        database.transaction() as here,
        elsewhere.transaction() as there,
    ):
        await there.execute(sa.text(log_lock))
        await here.execute(sa.text(other_lock))
        async with database.transaction() as session:
            await write(session, change())
        assert await horizon(reader) == (1, 1)


@pytest.mark.parametrize("overriding", ["", "OVERRIDING SYSTEM VALUE"])
async def test_an_id_that_the_log_did_not_draw_itself_is_refused(database, on_postgresql, overriding):
    async with database.transaction() as session:
        await write(session, change(1), change(2))
    forged = (
        f"INSERT INTO log_event (id, uid, kind, aggregate_type, aggregate_id, data, at, actor) {overriding}"
        " SELECT 0, uid, kind, aggregate_type, aggregate_id, data, at, actor FROM log_event LIMIT 1"
    )
    async with database.sessions() as session:
        with pytest.raises(DBAPIError, match="drawn before the lock" if overriding else "non-DEFAULT value"):
            await session.execute(sa.text(forged))


async def test_an_id_drawn_early_is_refused(database, on_postgresql):
    """What a reader may have passed already never appears later."""
    async with database.sessions() as session:
        early = await session.scalar(sa.text("SELECT nextval('log_event_id_seq')"))
        forged = (
            "INSERT INTO log_event (id, uid, kind, aggregate_type, aggregate_id, data, at, actor)"
            " OVERRIDING SYSTEM VALUE VALUES (:id, gen_random_uuid(), 'k', 't', gen_random_uuid(), '{}', now(), 'a')"
        )
        with pytest.raises(DBAPIError, match="drawn before the lock"):
            await session.execute(sa.text(forged), {"id": early})


async def test_a_reader_up_to_the_horizon_misses_nothing_that_many_writers_write(database, on_postgresql):
    """Half of the writers dawdle, some fail; the reader sees each event once, in order, as the table holds it."""
    writing, seen = True, []

    async def one_writer(seed: int) -> None:
        chance = random.Random(seed)
        for version in range(20):
            async with database.sessions() as session:
                await session.execute(sa.text("SELECT txid_current()"))
                await asyncio.sleep(chance.choice([0, 0.01]))
                await write(session, change(version, SOMEONE), change(version, SOMEONE))
                await asyncio.sleep(chance.choice([0, 0.01]))
                await (session.rollback() if chance.random() < 0.2 else session.commit())

    async def one_reader() -> None:
        cursor, ended = 0, False
        async with looking(database) as reader:
            while not ended:
                ended = not writing
                upto, _ = await horizon(reader)
                page = sa.text("SELECT id FROM log_event WHERE id > :cursor AND id <= :upto ORDER BY id")
                for one in await reader.scalars(page, {"cursor": cursor, "upto": upto}):
                    seen.append(one)
                    cursor = one
                await asyncio.sleep(0.002)

    reading = asyncio.create_task(one_reader())
    await asyncio.gather(*(one_writer(seed) for seed in range(6)))
    writing = False
    await reading

    assert seen == [event.id for event in await events(database)]
    assert len(seen) > 100


async def test_writers_do_not_wait_for_one_another(database, on_postgresql):
    async with asyncio.timeout(30), database.transaction() as first:
        await write(first, change(1))
        async with database.transaction() as second:
            await write(second, change(2))
