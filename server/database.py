"""The database as the commands meet it: made, brought up to date, looked at; what is wrong is said in words."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import NamedTuple

import asyncpg
from sqlalchemy.exc import DBAPIError

from server.settings import Settings
from server.user_error import UserError
from store import schema_version
from store.schema_version import SchemaVersionError
from store.session import Database

REACH_SECONDS = 10.0


class Versions(NamedTuple):
    """The version of a database's tables before and after a command."""

    before: str | None
    after: str


@contextlib.contextmanager
def in_words(settings: Settings) -> Iterator[None]:
    """What goes wrong with the database inside becomes a UserError that names the database and the cure."""
    shown = settings.database.render_as_string(hide_password=True)
    try:
        yield
    except SchemaVersionError as error:
        raise UserError(
            f"{shown}: {error}", cure="run `c360 migrate`, or install the newest customer360-api"
        ) from error
    except TimeoutError as error:
        raise UserError(f"{shown} does not answer", cure="check C360_DATABASE_URL and the network") from error
    except (DBAPIError, asyncpg.PostgresError, OSError) as error:
        raise UserError(f"{shown} cannot be used: {reason(error)}", cure=_cure(settings)) from error


def reason(error: BaseException) -> str:
    """The first line of what a driver says, without what SQLAlchemy puts around it."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = str(cause).strip().splitlines()
    return lines[0].removeprefix(f"{type(cause)}: ") if lines else type(cause).__name__


async def migrate(settings: Settings) -> Versions:
    """Bring the tables to the newest version; on SQLite the folder and the file are made when they are missing.

    Raises:
        UserError: the database cannot be reached, or is newer than this program.
    """
    path = settings.sqlite_path
    with in_words(settings):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        before = await schema_version.current(settings.database_url)
        await schema_version.upgrade(settings.database_url)
    return Versions(before, schema_version.head())


async def check(settings: Settings) -> None:
    """Refuse a database that is missing or whose tables are not those of this program.

    Raises:
        UserError: says which, and the cure.
    """
    path = settings.sqlite_path
    if path is not None and not path.exists():
        raise UserError(
            f"There is no database at {path}", cure="run `c360 migrate` for an empty one, or `c360 demo` for real data"
        )
    with in_words(settings):
        async with asyncio.timeout(REACH_SECONDS):
            await schema_version.check(settings.database_url)


def open_database(settings: Settings) -> Database:
    """The writing side of the database; the caller closes it."""
    return Database(settings.database_url, pool_size=settings.write_pool_size)


def _cure(settings: Settings) -> str:
    if settings.sqlite_path is not None:
        return f"see that {settings.sqlite_path.parent} is a folder that you may write to, or set C360_DATABASE_URL"
    return "see that PostgreSQL runs and has this user and database, or set C360_DATABASE_URL"
