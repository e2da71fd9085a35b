"""Which version of the tables a store has, and how it gets to the newest: Alembic, from wherever we are installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import sqlalchemy as sa
from alembic import autogenerate, command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import event

from store.base import Base
from store.session import Database
from store.types import Coded, Instant, Prose, Uid

OLDEST_POSTGRESQL: Final = 15
"""The first PostgreSQL that we are tested on."""

_LOCK: Final = 0xC360
"""The advisory lock under which PostgreSQL's tables are migrated."""

T = TypeVar("T")


class SchemaVersionError(Exception):
    """The store's tables are not those that this program works with; the text says what to do."""


def head() -> str:
    """The newest version of the tables, which this program works with."""
    (revision,) = ScriptDirectory.from_config(_config()).get_heads()
    return revision


async def current(url: str | sa.URL) -> str | None:
    """The version of a store's tables; None when it has none of ours."""
    return await _on_store(url, lambda connection: MigrationContext.configure(connection).get_current_revision())


async def check(url: str | sa.URL) -> None:
    """Raise SchemaVersionError unless a store's tables are of the newest version."""
    found, wanted = await current(url), head()
    if found != wanted:
        raise SchemaVersionError(f"the tables are of version {found}, {wanted} is needed: run `c360 migrate`")


async def upgrade(url: str | sa.URL, revision: str = "head") -> None:
    """Bring a store's tables to a version, all or nothing. Two at once wait for one another.

    Raises SchemaVersionError when the tables are of a version unknown to this program, or PostgreSQL is too old.
    """
    await _on_store(url, lambda connection: _upgrade(connection, revision))


async def downgrade(url: str | sa.URL, revision: str) -> None:
    """Take a store's tables back to a version; what a later version alone could hold is lost."""
    await _on_store(url, lambda connection: command.downgrade(_config(connection), revision))


async def differences(url: str | sa.URL) -> list[Any]:
    """What the mapped classes say that the store's tables do not, as Alembic's operations; empty when they agree."""
    return await _on_store(
        url,
        lambda connection: autogenerate.compare_metadata(
            MigrationContext.configure(connection, opts=comparing()), Base.metadata
        ),
    )


async def revise(url: str | sa.URL, revision: str, message: str) -> Path:
    """Write a new migration: how the mapped classes differ from an up-to-date store. Returns its file."""
    await _on_store(
        url,
        lambda connection: command.revision(_config(connection), message=message, autogenerate=True, rev_id=revision),
    )
    return next((_folder() / "versions").glob(f"{revision}_*.py"))


def comparing() -> dict[str, Any]:
    """How Alembic compares tables with mapped classes, and writes our types."""
    return {
        "target_metadata": Base.metadata,
        "include_object": _is_table_of_ours,
        "render_item": _render,
        "compare_type": True,
        "compare_server_default": False,
    }


async def _on_store(url: str | sa.URL, work: Callable[[sa.Connection], T]) -> T:
    """Do something in one transaction on a connection of its own. Alembic's refusals become ours."""
    database = Database(url, pool_size=1)
    if database.engine.dialect.name == "sqlite":
        event.listen(database.engine.sync_engine, "connect", _free_of_foreign_keys)
    try:
        async with database.engine.begin() as connection:
            return await connection.run_sync(work)
    except CommandError as error:
        raise SchemaVersionError(f"{error}: this program is older than the tables, or the wrong one") from error
    finally:
        await database.close()


def _free_of_foreign_keys(connection: Any, _record: Any) -> None:
    """A table that is copied to change a column must not take the rows that refer to it along (SQLite)."""
    connection.execute("PRAGMA foreign_keys = OFF")


def _upgrade(connection: sa.Connection, revision: str) -> None:
    if connection.dialect.name == "postgresql":
        _refuse_old(connection)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        command.upgrade(_config(connection), revision)
        return
    command.upgrade(_config(connection), revision)
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
        raise SchemaVersionError(f"rows refer to nothing, nothing was changed: {broken[:5]}")


def _refuse_old(connection: sa.Connection) -> None:
    found = int((connection.dialect.server_version_info or (0,))[0])
    if found < OLDEST_POSTGRESQL:
        raise SchemaVersionError(f"PostgreSQL {found} is too old: {OLDEST_POSTGRESQL} or newer is needed")


def _folder() -> Path:
    return Path(str(files("store") / "migrations"))


def _config(connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration, made from where this package lies."""
    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _is_table_of_ours(thing: Any, _name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:  # noqa: FBT001 - Alembic's signature
    """A view is mapped as a table is, but made and changed by hand."""
    return not (kind == "table" and thing.info.get("view"))


def _render(kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    """Our column types by the names that `script.py.mako` gives them: a migration keeps what they meant in its time."""
    names: dict[type, str] = {Uid: "uid", Instant: "instant", Prose: "text", Coded: "text"}
    return names.get(type(thing), False) if kind == "type" else False
