"""What can be wrong with the event log, and who holds its readers back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from outbox.event import LogEventRow, LogKeyRow, LogMetaRow
from store.base import Base
from store.session import Database

TRIGGERS: Final = ("log_enter", "log_guard")
"""Without these PostgreSQL's readers would miss events, and nobody would know."""

_EVENT: Final = Base.metadata.tables[LogEventRow.__tablename__]
_META: Final = Base.metadata.tables[LogMetaRow.__tablename__]
_KEY: Final = Base.metadata.tables[LogKeyRow.__tablename__]

_LOCKS: Final = sa.text("""
SELECT l.pid, ((l.classid::bigint & 65535) << 32) | l.objid::bigint AS bound, a.state, a.application_name,
       extract(epoch FROM clock_timestamp() - a.xact_start)::float AS seconds
  FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
 WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.classid::bigint >> 16 = 25445
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
 ORDER BY bound, seconds DESC
""")
_TRIGGERS: Final = sa.text("""
SELECT tgname FROM pg_trigger
 WHERE tgrelid = 'log_event'::regclass AND NOT tgisinternal AND tgenabled IN ('O', 'A')
""")
_CACHE: Final = sa.text("""
SELECT s.seqcache FROM pg_sequence s WHERE s.seqrelid = pg_get_serial_sequence('log_event', 'id')::regclass
""")


@dataclass(frozen=True)
class Holder:
    """A transaction that has appended events and is still open: no reader gets past `bound` until it ends.

    `seconds` is how long it has been open; None where we may not see it.
    """

    pid: int
    bound: int
    seconds: float | None
    state: str
    program: str


@dataclass(frozen=True)
class LogStatus:
    """Where the log stands. `first` and `last` are ids of rows, None when there is none."""

    epoch: str
    floor: int
    events: int
    first: int | None
    last: int | None
    horizon: int
    head: int
    keys: int


async def holders(connection: AsyncConnection) -> list[Holder]:
    """Who holds readers back, the worst first; on SQLite nobody ever does."""
    if connection.dialect.name != "postgresql":
        return []
    rows = await connection.execute(_LOCKS)
    return [Holder(row.pid, row.bound, row.seconds, row.state or "", row.application_name or "") for row in rows]


async def log_status(connection: AsyncConnection) -> LogStatus:
    """Where the log stands. Raises sqlalchemy.exc.NoResultFound, MultipleResultsFound: `log_meta` has not one row."""
    events = sa.select(sa.func.count(), sa.func.min(_EVENT.c.id), sa.func.max(_EVENT.c.id)).select_from(_EVENT)
    epoch, floor = (await connection.execute(sa.select(_META.c.epoch, _META.c.floor))).one()
    count, first, last = (await connection.execute(events)).one()
    horizon, head = await _horizon(connection, last or 0)
    keys = await connection.scalar(sa.select(sa.func.count()).select_from(_KEY)) or 0
    return LogStatus(epoch, floor, count, first, last, horizon, head, keys)


async def wrong_with_log(database: Database) -> list[str]:
    """Everything that is wrong with a store's log, in words; empty when all is well. Reads the whole of it."""
    async with database.snapshot() as connection:
        metas = await connection.scalar(sa.select(sa.func.count()).select_from(_META))
        if metas != 1:
            return [f"log_meta has {metas} rows, one is needed"]
        status = await log_status(connection)
        uids = await connection.scalar(sa.select(sa.func.count(_EVENT.c.uid.distinct()))) or 0
        return [*_marks(status), *_rows(status, uids), *[each async for each in _keys(connection)]] + [
            each async for each in _machinery(connection)
        ]


def _marks(status: LogStatus) -> Iterator[str]:
    """Whether epoch, floor, horizon and head fit together."""
    if len(status.epoch) != 8 or not status.epoch.isascii():
        yield f"the epoch {status.epoch!r} has not 8 characters: `c360 log new-epoch` makes another"
    if status.first is not None and status.floor >= status.first:
        yield f"the floor is {status.floor}, yet the first event is {status.first}: it should have been trimmed away"
    if status.horizon > status.head:
        yield f"the horizon {status.horizon} lies above the head {status.head}"
    if status.head < max(status.last or 0, status.floor):
        yield f"the next id will be {status.head + 1}, but {max(status.last or 0, status.floor)} has been used already"


def _rows(status: LogStatus, uids: int) -> Iterator[str]:
    if status.first is not None and status.first < 1:
        yield f"event {status.first} has an id below 1"
    if uids != status.events:
        yield f"{status.events} events have only {uids} different uids"


async def _keys(connection: AsyncConnection) -> AsyncIterator[str]:
    """Whether cursors can be signed."""
    rows = (await connection.execute(sa.select(_KEY.c.number, _KEY.c.secret))).all()
    if not rows:
        yield "there is no key to sign cursors with: `c360 log rotate-key` makes one"
    for number, secret in rows:
        if not _is_secret(secret):
            yield f"key {number} is no secret of at least 16 bytes in hexadecimal"


def _is_secret(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) >= 16
    except ValueError:
        return False


async def _machinery(connection: AsyncConnection) -> AsyncIterator[str]:
    """Whether what keeps PostgreSQL's log readable in order is still there: a restore may have left it out."""
    if connection.dialect.name != "postgresql":
        return
    there = set(await connection.scalars(_TRIGGERS))
    for name in TRIGGERS:
        if name not in there:
            yield f"the trigger {name} of log_event is missing or disabled: readers may miss events"
    cache = await connection.scalar(_CACHE)
    if await connection.scalar(sa.text("SHOW synchronous_commit")) == "off":
        yield "synchronous_commit is off: a crash takes back events that readers have seen, and not all are told so"
    if cache != 1:
        yield f"the sequence of log_event caches {cache} ids, it must be 1: ALTER TABLE log_event ALTER id SET CACHE 1"


async def _horizon(connection: AsyncConnection, last: int) -> tuple[int, int]:
    """Horizon and head; on SQLite all may be read, and the head is what ids have come to."""
    if connection.dialect.name == "postgresql":
        row: Any = (await connection.execute(sa.text("SELECT horizon, head FROM log_horizon()"))).one()
        return row.horizon, row.head
    used = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'log_event'")
    return last, await connection.scalar(used) or 0
