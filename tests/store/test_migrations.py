"""Migrations and mapped classes say the same, on both stores; and the way up and down is whole."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import shutil
from importlib.resources import files

import pytest
import sqlalchemy as sa

from store import schema_version
from store.base import Base
from store.customer import CustomerRow
from store.relation import RelationDirection, RelationKind, RelationSideRow
from store.schema_version import SchemaVersionError
from store.ticket import TicketEventKind, TicketEventRow, TicketRow, TicketStatus
from tests.factories import NOW
from tests.factories.customer import add_customer
from tests.factories.relation import add_relation
from tests.factories.ticket import add_ticket, add_ticket_event
from tests.stores import opened

pytestmark = pytest.mark.anyio

DAY = dt.timedelta(days=1)

TABLES = [table for table in Base.metadata.sorted_tables if not table.info.get("view")]


async def test_mapped_classes_and_migrations_agree(store_url):
    assert await schema_version.differences(store_url) == []


async def test_migrations_make_the_very_tables_that_the_classes_describe(store_url, template, tmp_path):
    """Alembic does not compare everything: collations, conditions of indexes, defaults, checks."""
    by_migrations = await _described(store_url)

    await _made_from_classes(store_url)

    assert await _described(store_url) == by_migrations
    await _made_from_migrations(store_url)


async def test_the_way_down_leaves_nothing_and_the_way_up_is_open_again(store_url):
    await schema_version.downgrade(store_url, "base")

    assert await schema_version.current(store_url) is None
    assert await _left(store_url) == {"alembic_version"}
    with pytest.raises(SchemaVersionError, match=r"version None, \d+ is needed: run `c360 migrate`"):
        await schema_version.check(store_url)

    await schema_version.upgrade(store_url)

    assert await schema_version.current(store_url) == schema_version.head()
    await schema_version.check(store_url)


async def test_each_step_down_can_be_taken_again(store_url):
    for _ in range(len(list((files("store") / "migrations" / "versions").glob("0*.py")))):
        await schema_version.downgrade(store_url, "-1")
    await schema_version.upgrade(store_url, "+1")
    await schema_version.upgrade(store_url)
    assert await schema_version.differences(store_url) == []


async def test_an_upgrade_twice_or_by_two_at_once_is_one_upgrade(store_url):
    await schema_version.downgrade(store_url, "base")
    await asyncio.gather(schema_version.upgrade(store_url), schema_version.upgrade(store_url))
    await schema_version.upgrade(store_url)
    await schema_version.check(store_url)


async def test_tables_of_a_later_program_are_refused(store_url):
    await _set_version(store_url, "9999")
    with pytest.raises(SchemaVersionError, match="9999"):
        await schema_version.upgrade(store_url)
    with pytest.raises(SchemaVersionError, match="version 9999"):
        await schema_version.check(store_url)
    await _set_version(store_url, schema_version.head())


async def test_an_old_postgresql_is_refused(store_url, template, monkeypatch):
    monkeypatch.setattr(schema_version, "OLDEST_POSTGRESQL", 1_000)
    if template.kind == "postgresql":
        with pytest.raises(SchemaVersionError, match="1000 or newer is needed"):
            await schema_version.upgrade(store_url)
    else:
        await schema_version.upgrade(store_url)


async def test_an_upgrade_that_would_leave_rows_without_what_they_refer_to_is_undone(store_url, template):
    """Only SQLite can come to this: a table is copied with its foreign keys switched off."""
    if template.kind == "postgresql":
        return
    orphan = "INSERT INTO staff_token (token, staff_id) VALUES ('x', 'nobody')"
    await schema_version.downgrade(store_url, "0003")
    async with opened(store_url) as database, database.engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        await raw.execute("PRAGMA foreign_keys = OFF")
        await raw.execute(orphan)
    with pytest.raises(SchemaVersionError, match="rows refer to nothing, nothing was changed"):
        await schema_version.upgrade(store_url)
    assert await schema_version.current(store_url) == "0003"


async def test_a_new_migration_is_written_from_what_the_classes_say(store_url, tmp_path, monkeypatch):
    shutil.copytree(str(files("store") / "migrations"), tmp_path / "migrations")
    monkeypatch.setattr(schema_version, "files", lambda _package: tmp_path)
    extra = sa.Table(
        "extra", Base.metadata, *(sa.Column(c.name, c.type) for c in Base.metadata.tables["ledger_entry"].c)
    )
    try:
        written = await schema_version.revise(store_url, "9000", "one more table")
    finally:
        Base.metadata.remove(extra)

    assert written == tmp_path / "migrations" / "versions" / "9000_one_more_table.py"
    text = written.read_text()
    compile(text, written.name, "exec")
    assert "sa.Column('customer_id', uid, nullable=True)" in text
    assert "sa.Column('occurred_at', instant, nullable=True)" in text
    assert "sa.Column('kind', text, nullable=True)" in text


async def test_a_relation_is_seen_from_both_its_ends(database):
    async with database.transaction() as session:
        daughter, parent = await add_customer(session), await add_customer(session)
        relation = await add_relation(session, daughter, parent)

        sides = (await session.scalars(sa.select(RelationSideRow).order_by(RelationSideRow.direction))).all()

    seen = [(side.id, side.direction, side.customer_id, side.other_id, side.kind) for side in sides]
    assert seen == [
        (relation.id, RelationDirection.INCOMING, parent.id, daughter.id, RelationKind.SUBSIDIARY_OF),
        (relation.id, RelationDirection.OUTGOING, daughter.id, parent.id, RelationKind.SUBSIDIARY_OF),
    ]


async def test_those_who_referred_others_before_it_was_counted_are_counted(store_url):
    """The figure comes with a migration, to rows that are there already."""
    async with opened(store_url) as database, database.transaction() as session:
        referrer, first, second = [await add_customer(session) for _ in range(3)]
        for who, to, until in (
            (first, referrer, None),
            (second, referrer, first.created_at.date()),
            (second, first, None),
        ):
            await add_relation(session, who, to, kind=RelationKind.REFERRED_BY, until=until)
        await add_relation(session, second, referrer)
    await schema_version.downgrade(store_url, "0005")
    await schema_version.upgrade(store_url)
    async with opened(store_url) as database, database.sessions() as session:
        found = await session.execute(sa.select(CustomerRow.id, CustomerRow.referral_count))
        assert dict(iter(found)) == {referrer.id: 2, first.id: 1, second.id: 0}


async def test_since_when_a_ticket_waits_is_what_its_history_says(store_url):
    """The clock comes with a migration, to tickets that wait already."""
    states = (TicketStatus.AWAITING_PARTS, TicketStatus.IN_PROGRESS, *[TicketStatus.AWAITING_CUSTOMER] * 2)
    async with opened(store_url) as database, database.transaction() as session:
        customer = await add_customer(session)
        waits = {"status": TicketStatus.AWAITING_CUSTOMER, "updated_at": NOW + 9 * DAY}
        told, untold = await add_ticket(session, customer, **waits), await add_ticket(session, customer, **waits)
        works = await add_ticket(session, customer, status=TicketStatus.IN_PROGRESS)
        for ticket, history in ((told, states), (works, states[:2])):
            for day, status in enumerate(history, start=1):
                changed = {"kind": TicketEventKind.STATE_CHANGED, "at": NOW + day * DAY, "status": status}
                await add_ticket_event(session, ticket, **changed)
        await session.execute(sa.delete(TicketEventRow).where(TicketEventRow.ticket_id == untold.id))
    await schema_version.downgrade(store_url, "0011")
    await schema_version.upgrade(store_url)
    async with opened(store_url) as database, database.sessions() as session:
        found = await session.execute(sa.select(TicketRow.id, TicketRow.paused_at))
        assert dict(iter(found)) == {told.id: NOW + 3 * DAY, untold.id: NOW + 9 * DAY, works.id: None}


async def _made_from_classes(url: str) -> None:
    await schema_version.downgrade(url, "base")
    async with opened(url) as database, database.engine.begin() as connection:
        await connection.run_sync(lambda sync: Base.metadata.create_all(sync, tables=TABLES))


async def _made_from_migrations(url: str) -> None:
    async with opened(url) as database, database.engine.begin() as connection:
        await connection.run_sync(lambda sync: Base.metadata.drop_all(sync, tables=TABLES))
    await schema_version.upgrade(url)


DESCRIBED = {
    "postgresql": """
        SELECT 'column', table_name::text, column_name::text, concat_ws(' ', data_type, collation_name, is_nullable,
               column_default, identity_generation) FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name NOT IN
               ('alembic_version', 'customer_relation_side', 'handover_count', 'rule_set')
        UNION ALL SELECT 'index', tablename::text, indexname::text, indexdef FROM pg_indexes
         WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        UNION ALL SELECT 'constraint', conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 'alembic_version'::regclass
        UNION ALL SELECT 'sequence', sequencename::text, cache_size::text, start_value::text FROM pg_sequences
        ORDER BY 1, 2, 3
    """,
    "sqlite": """
        SELECT type, tbl_name, name, sql FROM sqlite_schema
         WHERE type <> 'view' AND tbl_name <> 'alembic_version' ORDER BY 1, 2, 3
    """,
}


async def _described(url: str) -> list[tuple[str, ...]]:
    """What the store itself says of its tables, columns, indexes and constraints."""
    async with opened(url) as database, database.engine.connect() as connection:
        rows = await connection.exec_driver_sql(DESCRIBED[connection.dialect.name])
        return sorted(tuple(_unordered(str(value)) for value in row) for row in rows)


def _unordered(definition: str) -> str:
    """A table's text with its constraints in one order, names without quotes: neither means anything."""
    parts = (part.strip(" ()\t") for part in re.split(r"[,\n]", definition.replace('"', "")))
    return "\n".join(sorted(part for part in parts if part))


async def _left(url: str) -> set[str]:
    async with opened(url) as database, database.engine.connect() as connection:
        names = await connection.run_sync(
            lambda sync: {*sa.inspect(sync).get_table_names(), *sa.inspect(sync).get_view_names()}
        )
        if connection.dialect.name == "postgresql":
            functions = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            names.update(await connection.scalars(sa.text(functions)))
    return names


async def _set_version(url: str, version: str) -> None:
    async with opened(url) as database, database.engine.begin() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = :v"), {"v": version})
