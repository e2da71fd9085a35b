"""Connections to the store: one engine for each URL, one transaction for each change."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

BUSY_MS: Final = 10_000
"""How long a writer on SQLite waits for the writer before it, in milliseconds."""

IDLE_MS: Final = 10_000
"""How long a transaction on PostgreSQL may sit idle before the server ends it: an open writer holds the log back."""

NEWS: Final = "news"
"""Set in a session's `info`: the transaction has written something that others wait for."""

_SNAPSHOT: Final = "c360_snapshot"

DRIVERS: Final = ("sqlite+aiosqlite", "postgresql+asyncpg")


class UnknownStoreError(ValueError):
    """The URL names no store that we know; the text says which ones there are."""


class Database:
    """One store: `sqlite+aiosqlite:///file.db` or `postgresql+asyncpg://user@host:port/name`."""

    def __init__(self, url: str | sa.URL, *, pool_size: int = 10) -> None:
        """Prepare the connections; the first one is made when it is needed."""
        address = _address(url)
        self.engine: AsyncEngine = _on_sqlite(address) if _is_sqlite(address) else _on_postgresql(address, pool_size)
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)
        self._told: list[Callable[[], None]] = []

    def on_news(self, tell: Callable[[], None]) -> None:
        """Call this after each commit of `transaction` that has news. It must be quick, and must not fail."""
        self._told.append(tell)

    @asynccontextmanager
    async def transaction(self, *, idle_ms: int = IDLE_MS) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back by any error; on SQLite the only writer from its start.

        An import that thinks longer than `idle_ms` between two statements asks for more (0: as long as it likes).
        """
        async with self.sessions.begin() as session:
            if idle_ms != IDLE_MS and self.engine.dialect.name == "postgresql":
                await session.execute(_idle(idle_ms))
            yield session
        if NEWS in session.info:
            for tell in self._told:
                tell()

    @asynccontextmanager
    async def snapshot(self, *, idle_ms: int = IDLE_MS) -> AsyncIterator[AsyncConnection]:
        """The store as it is at the first statement, whatever is written meanwhile; only to read, in no one's way.

        Who thinks longer than `idle_ms` between two statements asks for more (0: as long as it likes).
        """
        async with self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            else:
                options = {_SNAPSHOT: True}
            held = await connection.execution_options(**options)
            if idle_ms != IDLE_MS and self.engine.dialect.name == "postgresql":
                await held.execute(_idle(idle_ms))
            yield held

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def _idle(milliseconds: int) -> sa.Select[tuple[Any]]:
    """For this transaction: how long it may sit idle."""
    name = "idle_in_transaction_session_timeout"
    return sa.select(sa.func.set_config(name, str(milliseconds), sa.true()))


def _address(url: str | sa.URL) -> sa.URL:
    """The URL, parsed. Raises UnknownStoreError for anything but the two drivers, without showing the password."""
    try:
        address = sa.make_url(url)
    except exc.ArgumentError:
        address = None
    if address is None or address.drivername not in DRIVERS:
        shown = "no URL" if address is None else address.render_as_string()
        raise UnknownStoreError(
            f"a store is sqlite+aiosqlite:///customer360.db or postgresql+asyncpg://user@host:5432/name, not {shown}"
        )
    return address


def _is_sqlite(address: sa.URL) -> bool:
    return address.get_backend_name() == "sqlite"


def _on_postgresql(address: sa.URL, pool_size: int) -> AsyncEngine:
    """PostgreSQL: a bounded pool, UTC, no just-in-time compiler (it costs more than our statements take)."""
    settings = {
        "application_name": "customer360",
        "idle_in_transaction_session_timeout": str(IDLE_MS),
        "jit": "off",
        "TimeZone": "UTC",
    }
    return create_async_engine(
        address,
        connect_args={"server_settings": settings},
        json_serializer=_json_text,
        max_overflow=0,
        pool_pre_ping=True,
        pool_size=pool_size,
    )


def _on_sqlite(address: sa.URL) -> AsyncEngine:
    """SQLite: foreign keys kept, readers beside the one writer, and nothing lost when the power fails."""
    engine = create_async_engine(address, json_serializer=_json_text)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Take the transactions out of the driver's hands, and set what SQLite forgets with each connection."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout = {BUSY_MS}", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    """Wait for the other writer now: a transaction that turns into a writer later may only fail."""
    only_reads = connection.get_execution_options().get(_SNAPSHOT, False)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def _json_text(value: Any) -> str:
    return orjson.dumps(value).decode()
