"""Housekeeping: what has had its time is deleted now and then, by one process at a time."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
import structlog

from outbox.idempotency import forget_expired
from outbox.trim import trim
from store.session import Database

HOUR: Final = 3_600.0
_LOCK: Final = 0xC361
"""The advisory lock that one process holds on PostgreSQL meanwhile."""

log = structlog.stdlib.get_logger("server.housekeeping")


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many rows went."""

    events: int
    keys: int


class Housekeeping:
    """Trims the event log, and forgets idempotency keys that have expired.

    `position` gives the id of the last event that may be read now: the log is never trimmed beyond it.
    """

    def __init__(
        self,
        url: str | sa.URL,
        *,
        retention: dt.timedelta,
        position: Callable[[], int],
        deleted: Callable[[Deleted], None] = lambda _: None,
    ) -> None:
        self._url, self._retention, self._position, self._deleted = url, retention, position, deleted

    async def once(self, now: dt.datetime) -> Deleted | None:
        """Delete what has had its time by `now`; None when another process is at it."""
        database = Database(self._url, pool_size=2)  # its own: those who write must not wait for it
        try:
            async with _alone(database) as is_ours:
                return await self._delete(database, now) if is_ours else None
        finally:
            await database.close()

    async def run(self, clock: Callable[[], dt.datetime], *, interval: float = HOUR) -> None:
        """Do it every so many seconds, soon after the start first; never quite at the same time as others."""
        pause = interval * random.uniform(0.0, 0.1)  # noqa: S311  # spreads processes, keeps no secret
        while True:
            await asyncio.sleep(pause)
            try:
                await self.once(clock())
            except Exception:
                log.exception("housekeeping failed, and is tried again later")
            pause = interval * random.uniform(0.9, 1.1)  # noqa: S311  # the same

    async def _delete(self, database: Database, now: dt.datetime) -> Deleted:
        trimmed = await trim(database, before=now - self._retention, keep_from=self._position())
        async with database.transaction() as session:
            keys = await forget_expired(session, now)
        done = Deleted(trimmed.events, keys)
        log.info("housekeeping done", events=done.events, idempotency_keys=done.keys, floor=trimmed.floor)
        self._deleted(done)
        return done


@contextlib.asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[bool]:
    """Whether this process is the one. On SQLite two may be: they wait for each other, and the second finds nothing."""
    if database.engine.dialect.name != "postgresql":
        yield True
        return
    async with database.engine.connect() as connection:
        # outside of a transaction: one that idles is ended, and holds readers of the log up
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        is_ours = bool(await connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_LOCK))))
        try:
            yield is_ours
        finally:
            if is_ours:
                await connection.execute(sa.select(sa.func.pg_advisory_unlock(_LOCK)))
