"""How the tail looks at the log: on PostgreSQL up to the horizon, woken by NOTIFY; on SQLite by its data version."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg as postgresql
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.engine import Dialect

from outbox.cursor import Position
from outbox.event import LogEventRow, LogMetaRow
from outbox.reader import position_of
from store.base import Base
from store.statement import Statement

CHANNEL: Final = "c360_log"
"""What writers notify on PostgreSQL, and readers listen to."""

PATIENCE: Final = 5
"""Seconds that PostgreSQL may take to connect or to answer; then the connection is given up."""

POLL: Final = 0.25
"""Seconds between two looks when nobody wakes us."""

PENDING: Final = 0.01
"""Seconds between two looks at the least, and while a writer is between its append and its commit."""

UNWATCHED: Final = 0.1
"""Seconds between two looks at the least while nobody waits, so that a service without readers hardly pays for them."""

WATCHED: Final = 0.005
"""Seconds between two questions for SQLite's data version while somebody waits."""

_EVENT: Final = Base.metadata.tables[LogEventRow.__tablename__]
_META: Final = Base.metadata.tables[LogMetaRow.__tablename__]
_ALL: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Look:
    """What one look has found: `last` is the last row up to the horizon, `seen` the uid that the row asked for has."""

    horizon: int
    head: int
    floor: int
    last: Position
    seen: uuid.UUID | None


class Source(Protocol):
    """A connection of the tail's own."""

    async def look(self, known: int) -> Look:
        """Look at the log; `known` is the id of the row whose uid is asked for."""
        ...

    async def wait(self, *, pending: bool, wanted: asyncio.Event) -> None:
        """Return when a look is worth while. `wanted` is set while somebody waits for what comes next."""
        ...

    async def close(self) -> None:
        """Close the connection, whatever state it is in."""
        ...


class PostgresSource:
    """One connection that listens and looks. The horizon has a statement of its own, before the one that reads."""

    def __init__(self, connection: Any) -> None:
        self.dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's own
        self._connection = connection
        self._woken = asyncio.Event()
        self._looked = 0.0

    @classmethod
    async def open(cls, url: sa.URL) -> PostgresSource:
        """Connect and listen."""
        source = cls(await connect(url, "customer360 tail"))
        try:
            await source._connection.add_listener(CHANNEL, source._wake)
            source._connection.add_termination_listener(source._wake)
        except BaseException:
            await source.close()
            raise
        return source

    async def look(self, known: int) -> Look:
        """Ask for the horizon, then for the last row up to it."""
        self._woken.clear()
        self._looked = time.monotonic()
        horizon, head = await self._connection.fetchrow("SELECT horizon, head FROM log_horizon()")
        return _looked(await _LAST.rows(self, known=known, horizon=horizon), horizon, head)

    async def rows(self, text: str, values: Sequence[Any]) -> Sequence[Any]:
        """All rows of a statement."""
        found: Sequence[Any] = await self._connection.fetch(text, *values)
        return found

    async def wait(self, *, pending: bool, wanted: asyncio.Event) -> None:
        """Until a writer notifies or the time is over; a rollback notifies nobody, so a pending writer is watched."""
        if not wanted.is_set():
            await _set_within(wanted, UNWATCHED)
        await asyncio.sleep(self._looked + PENDING - time.monotonic())
        if not pending:
            await _set_within(self._woken, self._looked + POLL - time.monotonic())

    async def close(self) -> None:
        """End the connection without waiting for the server."""
        self._connection.terminate()

    def _wake(self, *_told: object) -> None:
        self._woken.set()


class SqliteSource:
    """A connection that is asked in the event loop: a question takes 9 microseconds, a thread costs ten times that.

    It never waits for a lock: what is locked now is looked at again a moment later.
    """

    def __init__(self, path: str) -> None:
        self.dialect: Dialect = pysqlite.dialect()
        uri = f"{Path(path).resolve().as_uri()}?mode=ro"
        self._connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=0)
        self._version = -1

    async def look(self, known: int) -> Look:
        """Ask for the last row: writers are serialised, so all that is there may be read."""
        self._version = self._now()
        found = await _LAST.rows(self, known=known, horizon=_ALL)
        last = found[0][3] or 0
        return _looked(found, last, last)

    async def rows(self, text: str, values: Sequence[Any]) -> Sequence[Any]:
        """All rows of a statement."""
        return self._connection.execute(text, values).fetchall()

    async def wait(self, *, pending: bool, wanted: asyncio.Event) -> None:
        """Until some other connection has written, or the time is over."""
        del pending
        until = time.monotonic() + POLL
        while self._now() == self._version and time.monotonic() < until:
            if wanted.is_set():
                await asyncio.sleep(WATCHED)
            else:
                await _set_within(wanted, UNWATCHED)

    async def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _now(self) -> int:
        try:
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            return self._version


async def open_source(url: sa.URL) -> Source:
    """The tail's connection to a store. Raises what the driver raises."""
    if url.get_backend_name() == "postgresql":
        return await PostgresSource.open(url)
    if not url.database:
        raise ValueError("SQLite in memory has no second connection: give it a file")
    return SqliteSource(url.database)


async def connect(url: sa.URL, name: str, **settings: str) -> Any:
    """A connection to PostgreSQL that gives up rather than hang."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return await asyncpg.connect(
        address, timeout=PATIENCE, command_timeout=PATIENCE, server_settings={"application_name": name, **settings}
    )


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but no longer than this."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _last() -> Statement:
    """Epoch and floor, the row that we knew, and the last one up to the horizon."""
    seen, last, any_row = _EVENT.alias("seen"), _EVENT.alias("last"), _EVENT.alias("any_row")
    horizon = sa.bindparam("horizon", type_=sa.BigInteger)
    newest = sa.select(sa.func.max(any_row.c.id)).where(any_row.c.id <= horizon).scalar_subquery()
    return Statement(
        sa.select(_META.c.epoch, _META.c.floor, seen.c.uid, last.c.id, last.c.uid)
        .select_from(_META)
        .outerjoin(seen, seen.c.id == sa.bindparam("known", type_=sa.BigInteger))
        .outerjoin(last, last.c.id == newest)
    )


_LAST: Final = _last()


def _looked(rows: Sequence[Any], horizon: int, head: int) -> Look:
    ((epoch, floor, seen, last, uid),) = rows
    position = Position.beginning(epoch) if last is None else position_of(epoch, last, uid)
    return Look(horizon, head, floor, position, seen)
