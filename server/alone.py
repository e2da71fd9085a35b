"""One process at a time: an advisory lock of PostgreSQL, held while something is done."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import sqlalchemy as sa

from store.session import Database


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
