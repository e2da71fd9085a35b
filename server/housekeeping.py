"""Housekeeping: now and then what has had its time is deleted, and what is due is done, by one process at a time."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import sqlalchemy as sa
import structlog

from outbox.idempotency import forget_expired
from outbox.trim import trim
from resolvers.decisions.simulation_jobs import forget_simulations
from resolvers.handover.due import due_handovers, execute_due
from resolvers.problems import Refused
from resolvers.rule_sets.versions import write_down_shipped
from server.alone import by_one
from store.session import Database

HOUR: Final = 3_600.0
SIMULATIONS: Final = dt.timedelta(days=30)
"""How long simulations are kept after they ended."""
_LOCK: Final = 0xC361
"""The advisory lock that one process holds on PostgreSQL meanwhile."""

log = structlog.stdlib.get_logger("server.housekeeping")


@dataclass(frozen=True, slots=True)
class Done:
    """What one round did: how many rows went, and how many handovers were executed."""

    events: int
    keys: int
    handovers: int = 0
    simulations: int = 0


class Housekeeping:
    """Trims the event log, forgets keys and simulations, writes down the rule sets that ship, executes due handovers.

    `position` gives the id of the last event that may be read now: the log is never trimmed beyond it.
    """

    def __init__(
        self,
        url: str | sa.URL,
        *,
        retention: dt.timedelta,
        simulations: dt.timedelta = SIMULATIONS,
        position: Callable[[], int],
        told: Callable[[Done], None] = lambda _: None,
    ) -> None:
        self._url, self._retention, self._position, self._told = url, retention, position, told
        self._simulations = simulations

    async def once(self, now: dt.datetime) -> Done | None:
        """Do one round; None when another process is at it."""
        return await by_one(self._url, _LOCK, partial(self._round, now=now))

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

    async def _round(self, database: Database, now: dt.datetime) -> Done:
        trimmed = await trim(database, before=now - self._retention, keep_from=self._position())
        async with database.transaction() as session:
            keys = await forget_expired(session, now)
        async with database.transaction() as session:
            await write_down_shipped(session, now)
        async with database.transaction() as session:
            simulations = await forget_simulations(session, before=now - self._simulations)
        done = Done(trimmed.events, keys, await _hand_over(database, now), simulations)
        counts = {"events": done.events, "idempotency_keys": done.keys, "simulations": done.simulations}
        counts["handovers"] = done.handovers
        log.info("housekeeping done", **counts, floor=trimmed.floor)
        self._told(done)
        return done


async def _hand_over(database: Database, now: dt.datetime) -> int:
    """Execute the handovers that are due, and count them. One that cannot be is logged, and tried again next time."""
    count = 0
    for key, number in await due_handovers(database, now):
        try:
            await execute_due(database, now, key)
            count += 1
        except Refused as refused:
            log.warning("a handover that is due cannot be executed", handover=number, why=str(refused))
        except Exception:
            log.exception("a handover that is due failed", handover=number)
    return count
