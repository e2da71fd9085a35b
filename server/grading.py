"""Grading by itself: soon after something happened to customers, and monthly, by one process at a time."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Final

import sqlalchemy as sa
import structlog

from resolvers.decisions.grading import CHUNK, Graded, due, grade_some
from resolvers.decisions.making import Asking
from server.alone import by_one, every
from store.decision import DecisionOccasion
from store.session import Database

GRADER: Final = "housekeeping"
"""In whose name it is done."""

_LOCK: Final = 0xC362
"""The advisory lock that one process holds on PostgreSQL meanwhile."""

Clock = Callable[[], dt.datetime]

log = structlog.stdlib.get_logger("server.grading")


class KeepingGrades:
    """Grades the customers who are due. `told` hears what came of each transaction."""

    def __init__(self, url: str | sa.URL, *, clock: Clock, told: Callable[[Graded], None] = lambda _: None) -> None:
        self._url, self._clock, self._told = url, clock, told

    async def once(self) -> Graded | None:
        """Grade all who are due; None when another process is at it."""
        return await by_one(self._url, _LOCK, self._round)

    async def run(self, *, interval: float) -> None:
        """Do it every so many seconds, never quite at the same time as others. What fails is tried again later."""
        await every(interval, self.once, log, "grading")

    async def _round(self, database: Database) -> Graded:
        """Those for whom something happened first, then those whose month has passed."""
        total = Graded()
        for occasion in (DecisionOccasion.EVENT, DecisionOccasion.CADENCE):
            await self._all_due(database, occasion, total)
        if total.decided:
            moved = sum(total.moves.values())
            log.info("customers graded", decided=total.decided, moved=moved, refused=len(total.refused))
        return total

    async def _all_due(self, database: Database, on: DecisionOccasion, total: Graded) -> None:
        """As long as there is somebody new who is due. Half of the time is left to other writers."""
        seen = set[uuid.UUID]()
        while new := set(await self._due(database, on)) - seen:
            seen |= new
            began = time.monotonic()
            await self._grade(database, sorted(new), on, total)
            await asyncio.sleep(time.monotonic() - began)

    async def _due(self, database: Database, on: DecisionOccasion) -> Sequence[uuid.UUID]:
        async with database.sessions() as session:
            return await due(session, self._clock(), CHUNK, on)

    async def _grade(self, database: Database, ids: Sequence[uuid.UUID], on: DecisionOccasion, total: Graded) -> None:
        """Grade these together; where that fails each by itself, so that one does not keep the others back."""
        try:
            graded = await self._together(database, ids, on)
        except Exception:
            log.exception("customers could not be graded", customers=len(ids), first=str(ids[0]))
            if len(ids) > 1:
                for key in ids:
                    await self._grade(database, [key], on, total)
            return
        total.add(graded)
        self._told(graded)

    async def _together(self, database: Database, ids: Sequence[uuid.UUID], on: DecisionOccasion) -> Graded:
        """Grade those of them who are still due, now that nobody else on SQLite can be at it."""
        async with database.transaction() as session:
            now = self._clock()
            still = set(await due(session, now, CHUNK, on)).intersection(ids)
            return await grade_some(session, Asking(GRADER, now, on), still)
