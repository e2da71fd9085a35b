"""What one process at a time does by itself now and then: under an advisory lock of PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import sqlalchemy as sa
import structlog

from store.session import Database

T = TypeVar("T")


@contextlib.asynccontextmanager
async def alone(database: Database, lock: int) -> AsyncIterator[bool]:
    """Whether this process is the one. On SQLite two may be: they wait for each other, and the second finds nothing."""
    if database.engine.dialect.name != "postgresql":
        yield True
        return
    async with database.engine.connect() as connection:
        # outside of a transaction: one that idles is ended, and holds readers of the log up
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        is_ours = bool(await connection.scalar(sa.select(sa.func.pg_try_advisory_lock(lock))))
        try:
            yield is_ours
        finally:
            if is_ours:
                await connection.execute(sa.select(sa.func.pg_advisory_unlock(lock)))


async def by_one(
    url: str | sa.URL, lock: int, work: Callable[[Database], Awaitable[T]], *, connections: int = 2
) -> T | None:
    """Do something, unless another process is at it: then None. Those who write do not wait for its connections."""
    database = Database(url, pool_size=connections)
    try:
        async with alone(database, lock) as is_ours:
            return await work(database) if is_ours else None
    finally:
        await database.close()


async def every(
    interval: float, once: Callable[[], Awaitable[object]], log: structlog.stdlib.BoundLogger, what: str
) -> None:
    """Do it every so many seconds, never quite at the same time as others. What fails is logged, and tried again."""
    while True:
        await asyncio.sleep(interval * random.uniform(0.9, 1.0))  # noqa: S311 # spreads processes, keeps no secret
        try:
            await once()
        except Exception:
            log.exception("what is done now and then failed, and is tried again later", what=what)
