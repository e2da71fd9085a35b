"""Checks of the database: its library or server, whether it answers, and the version of its tables."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator

import sqlalchemy as sa

from server.checks.event_log import event_log
from server.checks.finding import Finding, fail, ok, warn
from server.database import REACH_SECONDS, in_words, open_database
from server.settings import Settings
from server.user_error import UserError
from store import schema_version

OLDEST_SQLITE = (3, 38)
"""The first SQLite whose JSON functions are always there."""


def database(settings: Settings) -> Iterator[Finding]:
    """All checks of the database."""
    path = settings.sqlite_path
    if path is not None:
        yield sqlite_library(sqlite3.sqlite_version_info[:2])
        if not path.exists():
            yield warn(
                "database", f"none yet at {path}", "c360 migrate makes an empty one, c360 demo one with real data"
            )
            return
    try:
        server, version = asyncio.run(_look(settings))
    except UserError as error:
        yield fail("database", error.message, error.cure or "see C360_DATABASE_URL")
        return
    if server is not None:
        yield postgresql_server(server)
    yield tables(version, schema_version.head())
    if version == schema_version.head():
        yield from event_log(settings)


def sqlite_library(version: tuple[int, ...]) -> Finding:
    """Whether Python's SQLite knows what our statements use."""
    shown = ".".join(str(part) for part in version)
    if version < OLDEST_SQLITE:
        return fail("SQLite", f"{shown} is too old", "use a Python with SQLite 3.38 or newer, or PostgreSQL")
    return ok("SQLite", shown)


def postgresql_server(version: int) -> Finding:
    """Whether the server is new enough."""
    if version < schema_version.OLDEST_POSTGRESQL:
        cure = f"use PostgreSQL {schema_version.OLDEST_POSTGRESQL} or newer"
        return fail("PostgreSQL", f"{version} is too old", cure)
    return ok("PostgreSQL", str(version))


def tables(found: str | None, wanted: str) -> Finding:
    """Whether the tables are those that this program works with."""
    if found == wanted:
        return ok("database", f"tables of version {found}")
    if found is None:
        return warn("database", "it has no tables yet", "run `c360 migrate`")
    return fail(
        "database", f"tables of version {found}, {wanted} is needed", "run `c360 migrate`, or install the newest"
    )


async def _look(settings: Settings) -> tuple[int | None, str | None]:
    """The PostgreSQL's version (None on SQLite) and the version of the tables."""
    opened = open_database(settings)
    try:
        with in_words(settings):
            async with asyncio.timeout(REACH_SECONDS):
                async with opened.engine.connect() as connection:
                    await connection.execute(sa.select(1))
                    server = (connection.dialect.server_version_info or (0,))[0]
                version = await schema_version.current(settings.database_url)
        return None if settings.sqlite_path else int(server), version
    finally:
        await opened.close()
