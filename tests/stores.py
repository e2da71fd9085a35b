"""Empty stores for tests: each with the migrations applied, made in milliseconds from a template."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

import outbox
from store import schema_version
from store.base import Base
from store.session import Database

STORES = ("sqlite", "postgresql")

POSTGRES = os.environ.get("C360_TEST_POSTGRES")
"""The URL of a database of a PostgreSQL server on which tests may make databases of their own."""

IN_CI = os.environ.get("CI") == "true"

assert outbox.event.LogEventRow.metadata is Base.metadata, "the tables of the event log belong to the migrations"
KEPT = {"log_meta", "log_key"}
CLEANED = [table.name for table in Base.metadata.sorted_tables if not table.info.get("view") and table.name not in KEPT]

FILLED = " UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in CLEANED)
"""Asks for the names of the tables that have rows."""

LARGE = " OR ".join(f"pg_relation_size('{name}') > 1000000" for name in CLEANED)
"""Asks whether a table has so many rows, or had them, that it is better truncated."""


def stores_here() -> tuple[str, ...]:
    """The stores that tests run on: PostgreSQL where there is one; in CI it must be there."""
    return STORES if POSTGRES or IN_CI else STORES[:1]


@dataclass(frozen=True)
class Template:
    """A store with the migrations applied, from which others are copied: a file, or a PostgreSQL database's name."""

    kind: str
    source: str


@contextlib.contextmanager
def template(kind: str, folder: Path) -> Iterator[Template]:
    """The template of one kind of store, for as long as the tests of one process need it."""
    if kind == "sqlite":
        asyncio.run(schema_version.upgrade(f"sqlite+aiosqlite:///{folder}/template.db"))
        yield Template(kind, f"{folder}/template.db")
        return
    if not POSTGRES:
        raise RuntimeError('CI needs PostgreSQL: eval "$(.ci/services.sh start)", or set C360_TEST_POSTGRES')
    name = _new_name()
    asyncio.run(_administer(f"CREATE DATABASE {name}"))
    try:
        asyncio.run(schema_version.upgrade(_url_of(name)))
        yield Template(kind, name)
    finally:
        asyncio.run(_administer(f"DROP DATABASE {name} WITH (FORCE)"))


@contextlib.contextmanager
def empty_store(made_from: Template, folder: Path) -> Iterator[str]:
    """The URL of a store of one's own; deleted at the end. Not to be called while an event loop runs."""
    if made_from.kind == "sqlite":
        yield copied(made_from, folder)
        return
    name = _new_name()
    asyncio.run(_administer(f"CREATE DATABASE {name} TEMPLATE {made_from.source}"))
    try:
        yield _url_of(name)
    finally:
        asyncio.run(_administer(f"DROP DATABASE {name} WITH (FORCE)"))


def copied(made_from: Template, folder: Path) -> str:
    """The URL of an empty SQLite store in a folder."""
    name = _new_name()
    shutil.copyfile(made_from.source, folder / f"{name}.db")
    return f"sqlite+aiosqlite:///{folder}/{name}.db"


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A store, its connections closed at the end."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


def emptied(url: str) -> None:
    """Take all rows out of a PostgreSQL store, and let the event log begin again."""
    asyncio.run(_emptied(url))


async def _emptied(url: str) -> None:
    """Emptying a table with a few rows takes a third of the time of truncating it, and most have none."""
    async with _administering(url) as connection:
        large = await connection.scalar(sa.text(f"SELECT {LARGE}"))
        filled = [] if large else list(await connection.scalars(sa.text(FILLED)))
        emptying = [f"TRUNCATE {', '.join(CLEANED)}"] if large else [f"DELETE FROM {name}" for name in filled]
        for statement in (
            "SET session_replication_role = replica",  # without triggers, in any order
            *emptying,
            f"ALTER SEQUENCE {outbox.event.LogEventRow.__tablename__}_id_seq RESTART",
            "UPDATE log_meta SET floor = 0 WHERE floor <> 0",
            "DELETE FROM log_key WHERE number > 1",
        ):
            await connection.exec_driver_sql(statement)


def _new_name() -> str:
    return f"c360_test_{uuid.uuid4().hex[:16]}"


def _url_of(name: str) -> str:
    return sa.make_url(POSTGRES or "").set(database=name).render_as_string(hide_password=False)


async def _administer(statement: str) -> None:
    async with _administering(POSTGRES or "") as connection:
        await connection.exec_driver_sql(statement)


@contextlib.asynccontextmanager
async def _administering(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()
