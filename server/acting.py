"""Rules act by themselves: open tickets are looked at now and then, everybody once a day, by one process at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa
import structlog

from graph.port import Graph
from resolvers.acting.rounds import Acted, Round, is_looked_at, note_look
from server.alone import by_one, every
from store.session import Database

_LOCK = 0xC363
"""The advisory lock that one process holds on PostgreSQL meanwhile."""

Clock = Callable[[], dt.datetime]

log = structlog.stdlib.get_logger("server.acting")


class Acting:
    """Escalates tickets, opens and settles duties, and proposes changes of credit. `told` hears what came of a round.

    `graph` must be the record itself: who is told of a ticket may not depend on a copy.
    """

    def __init__(
        self, url: str | sa.URL, graph: Graph, *, clock: Clock, told: Callable[[Acted], None] = lambda _: None
    ) -> None:
        self._url, self._graph, self._clock, self._told = url, graph, clock, told

    async def once(self) -> Acted | None:
        """Do one round; None when another process is at it."""
        return await by_one(self._url, _LOCK, self._round, connections=4)

    async def run(self, *, interval: float) -> None:
        """Do it every so many seconds, never quite at the same time as others. What fails is tried again later."""
        await every(interval, self.once, log, "a round of the rules")

    async def _round(self, database: Database) -> Acted:
        """The tickets each time; the whole book when this day has not seen that yet."""
        now = self._clock()
        this = Round(database, self._graph, now, rests=True)
        await this.tickets()
        if not await is_looked_at(database, now.astimezone(dt.UTC).date()):
            await this.book()
            await note_look(database, now)  # who could not be dealt with is, tomorrow: the log says who
        acted = this.acted
        if any(acted.counts().values()):
            log.info("rules have acted", **acted.counts())
        self._told(acted)
        return acted
