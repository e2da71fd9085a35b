"""A database that is gone, going or not yet there: the client hears UNAVAILABLE, and may try again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

import asyncpg
import structlog

from server.refusal import Code, Refusal

OUT_OF_REACH: Final = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
)
"""What the bare driver raises when the database is gone, going or not yet there."""

log = structlog.stdlib.get_logger("server.outage")


@contextlib.contextmanager
def refused_in_outage() -> Iterator[None]:
    """What the database's absence raises inside becomes a refusal; a statement that took too long, a TimeoutError."""
    try:
        yield
    except (TimeoutError, asyncpg.QueryCanceledError) as error:
        raise TimeoutError from error
    except OUT_OF_REACH as error:
        log.warning("the database is out of reach", error=repr(error))
        raise Refusal(503, Code.UNAVAILABLE, "The database does not answer; try again later") from error
