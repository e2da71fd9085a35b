"""A world from its plan into a store: the same everywhere, all or nothing, only where nothing is."""

from __future__ import annotations

import dataclasses
import uuid

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.generating import NotEmptyError, Stage, generate_world
from resolvers.generating.copying import CopyWriter
from resolvers.generating.inserting import InsertWriter
from resolvers.generating.rows import Page, Parcel, Target
from resolvers.generating.targets import TABLES, TARGETS
from store import schema_version
from store.base import Base
from store.credit import CreditAccountRow
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.figures import refresh_figures
from store.ledger import LedgerBalanceRow
from tests.factories.customer import add_customer
from tests.factories.department import add_department
from tests.generating.conftest import AS_OF
from tests.generating.reading import digest, indexes_and_keys, rows_of
from tests.stores import opened

pytestmark = pytest.mark.anyio


class TestDeterminism:
    async def test_a_plan_makes_the_same_bytes_on_every_store_whoever_draws_them(self, database, plan, tmp_path):
        url = f"sqlite+aiosqlite:///{tmp_path}/other.db"
        await schema_version.upgrade(url)
        wider = dataclasses.replace(plan, customers=1_100, interactions_per_customer=1.0)

        async with opened(url) as other:
            await generate_world(database, wider, at=AS_OF, workers=1)
            await generate_world(other, wider, at=AS_OF)

            assert await digest(other) == await digest(database)

    @pytest.mark.parametrize(
        "change", [{"seed": 8}, {"customers": 599}, {"interactions_per_customer": 3.0}, {"languages": ("en",)}]
    )
    async def test_another_plan_makes_another_world(self, database, plan, tmp_path, change):
        url = f"sqlite+aiosqlite:///{tmp_path}/other.db"
        await schema_version.upgrade(url)
        small = dataclasses.replace(plan, customers=40)
        other = dataclasses.replace(small, **({"customers": 39} if "customers" in change else change))

        async with opened(url) as beside:
            await generate_world(beside, other, at=AS_OF)
            await generate_world(database, small, at=AS_OF)

            assert (await digest(beside))["interaction"] != (await digest(database))["interaction"]

    async def test_more_interactions_leave_everything_else_as_it_was(self, database, tiny_plan, tmp_path):
        url = f"sqlite+aiosqlite:///{tmp_path}/other.db"
        await schema_version.upgrade(url)

        async with opened(url) as beside:
            await generate_world(beside, dataclasses.replace(tiny_plan, interactions_per_customer=1.0), at=AS_OF)
            await generate_world(database, tiny_plan, at=AS_OF)
            here, there = await digest(database), await digest(beside)

        assert {name for name in TABLES if here[name] != there[name]} == {"customer", "interaction"}


class TestStore:
    async def test_the_counts_are_those_of_the_tables(self, database, tiny_plan):
        counts = await generate_world(database, tiny_plan, at=AS_OF)

        async with database.sessions() as session:
            for name in TABLES:
                found = await session.scalar(sa.select(sa.func.count()).select_from(Base.metadata.tables[name]))
                assert counts[name] == found > 0, name
        assert counts["customer"] == tiny_plan.customers

    async def test_every_column_is_filled_but_those_with_a_default(self):
        for target in TARGETS:
            for column in Base.metadata.tables[target.table].columns:
                needed = not column.nullable and column.server_default is None
                assert column.name in target.columns or not needed, f"{target.table}.{column.name}"

    async def test_indexes_and_keys_are_as_before(self, database, store_url, tiny_plan):
        before = await indexes_and_keys(database)

        await generate_world(database, tiny_plan, at=AS_OF)

        assert {line for line in await indexes_and_keys(database) if "sqlite_stat" not in line} == before
        assert not await schema_version.differences(store_url)

    async def test_nothing_refers_to_nothing(self, world):
        async with world.sessions() as session:
            for name in TABLES:
                for key in Base.metadata.tables[name].foreign_keys:
                    other = key.column.table.alias()
                    missing = sa.and_(
                        key.parent.is_not(None), ~sa.exists().where(other.c[key.column.name] == key.parent)
                    )
                    assert await session.scalar(sa.select(sa.func.count()).where(missing)) == 0, key.parent

    async def test_the_figures_are_those_that_the_store_would_compute(self, world):
        tables = (CustomerRow, LedgerBalanceRow, CreditAccountRow)
        before = [_values(await rows_of(world, each)) for each in tables]

        async with world.transaction() as session:
            await refresh_figures(await session.connection(), None)

        assert [_values(await rows_of(world, each)) for each in tables] == before

    async def test_one_event_tells_of_the_whole_world(self, world, plan):
        (event,) = await rows_of(world, LogEventRow)

        assert event.kind == "world.generated"
        assert event.data["customers"] == plan.customers
        assert event.data["rows"]["customer"] == plan.customers
        assert event.at == AS_OF

    @pytest.mark.parametrize("customers", [1, 2, 13])
    async def test_a_tiny_world_is_a_world_too(self, database, plan, customers):
        counts = await generate_world(database, dataclasses.replace(plan, customers=customers), at=AS_OF)

        assert (counts["customer"], counts["department"], counts["staff"]) == (customers, 12, 30)


class TestRefusal:
    async def test_a_store_with_customers_is_left_alone(self, database, plan):
        async with database.transaction() as session:
            customer = await add_customer(session)

        with pytest.raises(NotEmptyError, match="customer already holds rows"):
            await generate_world(database, plan, at=AS_OF)

        assert [row.id for row in await rows_of(database, CustomerRow)] == [customer.id]

    async def test_a_store_with_departments_only_is_left_alone_too(self, database, plan):
        async with database.transaction() as session:
            await add_department(session)

        with pytest.raises(NotEmptyError, match="department"):
            await generate_world(database, plan, at=AS_OF)

        assert len(await rows_of(database, DepartmentRow)) == 1

    @pytest.mark.parametrize("stage", Stage)
    async def test_what_fails_half_way_leaves_nothing_behind(self, database, tiny_plan, stage):
        before = await indexes_and_keys(database)

        def fail(reached: Stage, done: int, total: int) -> None:
            if reached is stage and done > total // 2:
                raise KeyError(stage)

        with pytest.raises(KeyError):
            await generate_world(database, tiny_plan, at=AS_OF, report=fail)

        assert await indexes_and_keys(database) == before
        assert await rows_of(database, CustomerRow) == []
        assert await rows_of(database, LogEventRow) == []
        assert (await generate_world(database, tiny_plan, at=AS_OF))["customer"] == tiny_plan.customers

    async def test_each_writer_takes_its_own_parcels_only(self, database):
        async with database.transaction() as session:
            connection = await session.connection()
            with pytest.raises(TypeError, match="COPY"):
                await CopyWriter(connection, None, ()).write(Parcel(TARGETS[0], 0, []))
            with pytest.raises(TypeError, match="rows"):
                await InsertWriter(connection, None, ()).write(Parcel(TARGETS[0], 0, b""))


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\\b"])
async def test_a_text_that_would_break_a_copy_is_refused(text):
    with pytest.raises(ValueError, match="table tag"):
        CopyWriter.pack(Page(Target("tag", ("id", "name")), [(str(uuid.uuid4()), text)]))


def _values(rows):
    return [{column.name: getattr(row, column.key) for column in row.__table__.columns} for row in rows]
