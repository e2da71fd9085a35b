"""Read-only access to a store through its bare driver: one statement gives one row of texts.

SQLAlchemy declares and compiles; its engine costs 0.4 to 1.0 ms of CPU more a request, as much as the rest of it.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg as postgresql
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.engine import Dialect

STATEMENTS = 128
"""Prepared statements kept a connection: one costs PostgreSQL some 260 KiB."""


class ReadStore(Protocol):
    """What answers planned statements."""

    dialect: Dialect
    statements: int

    async def row(self, text: str, values: Sequence[Any], *, replan: bool = False) -> Any:
        """The only row of a statement. `replan`: the best way to run it depends on the values."""
        ...

    async def rows(self, text: str, values: Sequence[Any]) -> Sequence[Any]:
        """All rows of a statement."""
        ...

    def usage(self) -> Sequence[tuple[str, int, int]]:
        """Each pool of connections by its name, with how many are in use, and how many there may be."""
        ...

    async def close(self) -> None:
        """Give all connections back."""
        ...


class _Quiet(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types
    """A connection that is not reset between statements: they set nothing."""

    def get_reset_query(self) -> str:
        """Nothing to reset."""
        return ""


class PostgresReads:
    """Two pools of asyncpg connections whose transactions are read-only.

    PostgreSQL plans a prepared statement once for all values when that looks no worse. Where the values decide (a
    filter by a rare or a common word), that can be a hundred times slower, so such statements have connections of their
    own that plan every time.
    """

    def __init__(self, steady: Any, replanning: Any) -> None:
        self.dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's own
        self.statements = 0
        self._steady, self._replanning = steady, replanning

    @classmethod
    async def open(cls, url: sa.URL, *, size: int, seconds: float) -> PostgresReads:
        """Connect, at most `size` times for each pool; the server cancels a statement that takes over `seconds`."""
        settings = {
            "timezone": "UTC",
            "default_transaction_read_only": "on",
            "statement_timeout": str(int(seconds * 1000)),
            "jit": "off",
        }
        steady = await _pool(url, size, 1, settings)
        return cls(steady, await _pool(url, size, 0, {**settings, "plan_cache_mode": "force_custom_plan"}))

    async def row(self, text: str, values: Sequence[Any], *, replan: bool = False) -> Any:
        """The only row of a statement."""
        self.statements += 1
        async with (self._replanning if replan else self._steady).acquire() as connection:
            return await connection.fetchrow(text, *values)

    async def rows(self, text: str, values: Sequence[Any]) -> Sequence[Any]:
        """All rows of a statement."""
        self.statements += 1
        async with self._steady.acquire() as connection:
            found: Sequence[Any] = await connection.fetch(text, *values)
            return found

    def usage(self) -> Sequence[tuple[str, int, int]]:
        """The two pools."""
        pools = (("read", self._steady), ("read_replanning", self._replanning))
        return [(name, pool.get_size() - pool.get_idle_size(), pool.get_max_size()) for name, pool in pools]

    async def close(self) -> None:
        """Close all connections."""
        await asyncio.gather(self._steady.close(), self._replanning.close())


async def _pool(url: sa.URL, size: int, idle: int, settings: dict[str, str]) -> Any:
    return await asyncpg.create_pool(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        min_size=idle,
        max_size=size,
        connection_class=_Quiet,
        server_settings=settings,
        statement_cache_size=STATEMENTS,
        max_cached_statement_lifetime=0,
        max_cacheable_statement_size=0,
    )


class _Call:
    """One statement on its way, which another thread may interrupt, but never the next one on the same connection."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def begin(self, connection: sqlite3.Connection) -> None:
        """The statement runs on this connection now."""
        with self._lock:
            self._connection = connection

    def end(self) -> None:
        """The statement is over."""
        with self._lock:
            self._connection = None

    def interrupt(self) -> None:
        """Make the store give up, if it is still at it."""
        with self._lock:
            if self._connection is not None:
                self._connection.interrupt()


class SqliteReads:
    """Reading connections of SQLite, each used by one thread at a time."""

    def __init__(self, path: str, *, size: int, seconds: float) -> None:
        self.dialect: Dialect = pysqlite.dialect()
        self.statements = 0
        self._seconds = seconds
        self._free: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="reads")
        for _ in range(size):
            self._free.put(self._connect(path))
        self._size = size

    def _connect(self, path: str) -> sqlite3.Connection:
        uri = f"{Path(path).resolve().as_uri()}?mode=ro"
        found = sqlite3.connect(
            uri,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=STATEMENTS,
            timeout=self._seconds,
        )
        found.execute("PRAGMA query_only = ON")
        return found

    async def row(self, text: str, values: Sequence[Any], *, replan: bool = False) -> Any:
        """The only row of a statement; SQLite plans without values in any case."""
        del replan
        return (await self.rows(text, values))[0]

    async def rows(self, text: str, values: Sequence[Any]) -> Sequence[Any]:
        """All rows of a statement, read by a thread so that the event loop goes on."""
        self.statements += 1
        call = _Call()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._fetch, call, text, values)
        except asyncio.CancelledError:  # nobody waits any more: the thread is to be free for others
            call.interrupt()
            raise

    def _fetch(self, call: _Call, text: str, values: Sequence[Any]) -> Sequence[Any]:
        connection = self._free.get()
        try:
            call.begin(connection)
            return connection.execute(text, values).fetchall()
        finally:
            call.end()
            self._free.put(connection)

    def usage(self) -> Sequence[tuple[str, int, int]]:
        """The one pool."""
        return [("read", self._size - self._free.qsize(), self._size)]

    async def close(self) -> None:
        """Close all connections."""
        self._threads.shutdown()
        for _ in range(self._size):
            self._free.get().close()


async def open_reads(url: str, *, size: int = 8, seconds: float = 10.0) -> ReadStore:
    """The reading side of a database, by SQLAlchemy's URL."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return await PostgresReads.open(parsed, size=size, seconds=seconds)
    if not parsed.database:
        raise ValueError("SQLite in memory has no second connection: give it a file")
    return SqliteReads(parsed.database, size=min(size, 4), seconds=seconds)
