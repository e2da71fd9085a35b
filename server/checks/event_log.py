"""Checks of the event log: whether its readers can keep up with what is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from outbox.checking import Holder, LogStatus, holders, log_status
from server.checks.finding import Finding, fail, ok, warn
from server.database import REACH_SECONDS, in_words, open_database
from server.settings import Settings
from server.user_error import UserError

DAWDLING = 2.0
"""Seconds between an append and its commit from which on somebody should know."""


def event_log(settings: Settings) -> Iterator[Finding]:
    """All checks of the log."""
    try:
        status, holding = asyncio.run(_look(settings))
    except UserError as error:
        yield fail("event log", error.message, error.cure or "see `c360 log verify`")
        return
    yield keeping_up(status, holding)


def keeping_up(status: LogStatus, holding: list[Holder]) -> Finding:
    """Whether a transaction that has appended and stays open keeps readers from what others have committed."""
    slow = [each for each in holding if each.seconds is None or each.seconds >= DAWDLING]
    if not slow:
        return ok("event log", f"{status.events:,} events, readable up to {status.horizon} of {status.head}")
    worst = slow[0]
    age = "an unknown time" if worst.seconds is None else f"{worst.seconds:.0f} s"
    behind = status.head - status.horizon
    return warn(
        "event log",
        f"readers wait at {status.horizon}, {behind} ids behind, for process {worst.pid} of PostgreSQL"
        f" ({worst.program or 'no name'}, {worst.state or 'state not visible'}), whose transaction is open for {age}",
        f"end what that program does; if it hangs: SELECT pg_terminate_backend({worst.pid})",
    )


async def _look(settings: Settings) -> tuple[LogStatus, list[Holder]]:
    opened = open_database(settings)
    try:
        with in_words(settings):
            async with asyncio.timeout(REACH_SECONDS), opened.snapshot() as connection:
                return await log_status(connection), await holders(connection)
    finally:
        await opened.close()
