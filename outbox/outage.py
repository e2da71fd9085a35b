"""What a driver raises when the store is gone, going, or not yet there: worth another attempt, a little later."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Final

import asyncpg

OUTAGES: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    sqlite3.OperationalError,
)
"""The connection was cut, refused, or did not answer; on SQLite the file is locked."""

LONGEST_BACKOFF: Final = 2.0
"""Seconds between two attempts, at most."""

_FIRST_BACKOFF: Final = 0.05


async def back_off(failures: int) -> None:
    """Wait before the next attempt, longer after each failure."""
    await asyncio.sleep(min(LONGEST_BACKOFF, _FIRST_BACKOFF * 2 ** min(failures, 10)))
