"""Connections and transactions: what they promise on both stores."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from store.base import new_id
from store.customer import CustomerRow
from store.session import Database, UnknownStoreError
from tests.factories import NOW
from tests.factories.contact import add_contact
from tests.factories.customer import add_customer
from tests.stores import opened

pytestmark = pytest.mark.anyio


async def test_a_transaction_is_committed_at_its_end(database):
    async with database.transaction() as session:
        customer = await add_customer(session, name="Ünïcode 张伟")

    assert customer.name == "Ünïcode 张伟", "what was read stays readable after the commit"
    async with database.sessions() as session:
        found = await session.get(CustomerRow, customer.id)
        assert (found.name, found.created_at, found.created_at.tzinfo) == ("Ünïcode 张伟", NOW, dt.UTC)


async def test_an_error_undoes_the_whole_transaction(database):
    async def fail() -> None:
        async with database.transaction() as session:
            await add_customer(session)
            raise KeyError("anything")

    with pytest.raises(KeyError):
        await fail()
    assert await _count(database) == 0


async def test_a_savepoint_can_be_undone_alone(database):
    async def fail(session: AsyncSession) -> None:
        async with session.begin_nested():
            await add_customer(session)
            raise KeyError("anything")

    async with database.transaction() as session:
        await add_customer(session)
        with pytest.raises(KeyError):
            await fail(session)

    assert await _count(database) == 1


async def test_a_row_that_refers_to_nothing_is_refused(database):
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            await add_contact(session, CustomerRow(id=new_id()))


async def test_two_writers_that_read_before_they_write_lose_nothing(database):
    """Without BEGIN IMMEDIATE one of them would fail on SQLite as soon as it writes."""
    async with database.transaction() as session:
        customer = await add_customer(session)

    async def raise_version() -> None:
        async with database.transaction() as session:
            row = await session.get(CustomerRow, customer.id, with_for_update=True)
            await asyncio.sleep(0.01)
            row.version += 1

    await asyncio.gather(*(raise_version() for _ in range(5)))

    async with database.sessions() as session:
        assert (await session.get(CustomerRow, customer.id)).version == 6


async def test_sqlite_is_told_to_keep_what_it_was_given(database, template):
    if template.kind == "postgresql":
        return
    wanted = {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2, "busy_timeout": 10_000}
    async with database.engine.connect() as connection:
        assert {name: await connection.scalar(sa.text(f"PRAGMA {name}")) for name in wanted} == wanted


async def test_postgresql_ends_a_transaction_that_sits_idle_unless_asked(database, template):
    if template.kind == "sqlite":
        async with database.transaction(idle_ms=0) as session:
            assert await session.scalar(sa.text("SELECT 1")) == 1
        return
    limit = sa.text("SHOW idle_in_transaction_session_timeout")
    async with database.transaction(idle_ms=0) as session:
        assert await session.scalar(limit) == "0"
    async with database.transaction() as session:
        assert await session.scalar(limit) == "10s"
        assert await session.scalar(sa.text("SHOW TimeZone")) == "UTC"
        assert await session.scalar(sa.text("SHOW transaction_isolation")) == "read committed"

    async def think_too_long() -> None:
        async with database.transaction(idle_ms=20) as session:
            await asyncio.sleep(0.3)
            await session.execute(sa.text("SELECT 1"))

    with pytest.raises(DBAPIError):
        await think_too_long()


async def test_a_pool_of_one_serves_many_in_turn(store_url):
    database = Database(store_url, pool_size=1)
    try:
        assert await asyncio.gather(*(_count(database) for _ in range(5))) == [0] * 5
    finally:
        await database.close()


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://root:secret@host/db", "postgresql://user:secret@host/db", "sqlite:///file.db"]
)
def test_other_stores_are_refused_with_the_right_form_and_without_the_password(url):
    with pytest.raises(UnknownStoreError, match=r"postgresql\+asyncpg://user@host:5432/name") as refused:
        Database(url)
    assert "secret" not in str(refused.value)


async def test_a_store_in_memory_is_one_store(now):
    async with opened("sqlite+aiosqlite:///:memory:") as database:
        async with database.transaction() as session:
            await session.execute(sa.text("CREATE TABLE t (x)"))
        async with database.transaction() as session:
            assert await session.scalar(sa.text("SELECT count(*) FROM t")) == 0


async def _count(database: Database) -> int:
    async with database.sessions() as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(CustomerRow))
