"""The projection: Neo4j as a copy of the record, kept by whoever reads the event log.

The events since the last time name rows; these are read from the record, all as of one moment, and written together
with the place in the log, in one transaction: the copy is always some state that the record was in. So whoever is
killed, on either side, leaves a copy that is right up to a place that it knows. One process projects at a time, by a
lease of the graph store; a second one would do no harm, only be overtaken.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError

from graph.bolt import Bolt, Overtaken
from graph.cypher import text
from graph.port import GraphUnavailable
from graph.projecting import generations
from graph.projecting.generations import Generation
from graph.projecting.kinds import KINDS
from graph.projecting.news import News, TooMuch, read_news
from graph.projecting.records import all_of, count_of
from outbox.outage import OUTAGES, back_off
from outbox.reader import CursorExpired, Resync
from outbox.snapshot import Snapshot, open_snapshot
from outbox.tail import Tail
from store.session import IDLE_MS, Database
from store.statement import Reads

MOST: Final = 50_000
"""Events that are taken in together at most. When more are waiting, making the copy anew is quicker."""

PAUSE: Final = 0.3
"""Seconds after which the tail of the log has looked again."""

LEASE: Final = 3.0
"""Seconds for which a projector that says nothing keeps others away."""

ABANDONED: Final = 60.0
"""Seconds without a word after which a generation that never answered is taken for lost."""

REST: Final = 5.0
"""Seconds that a retired generation stays, for those who are still reading it: longer than any question takes."""

log = structlog.stdlib.get_logger("graph.projection")

Progress = Callable[[str, int, int], None]
"""Told what is being copied, how many rows of it are done, and how many there are."""


def _silent(what: str, done: int, total: int) -> None:
    del what, done, total


@dataclass
class Projector:
    """Keeps the graph store up with the log. `events` counts those that were taken in."""

    bolt: Bolt
    database: Database
    reads: Reads
    tail: Tail
    owner: str = field(default_factory=lambda: uuid.uuid4().hex)
    rest: float = REST
    events: int = 0
    _level_at: float | None = None
    _taken_in: int = 0

    @property
    def lag_seconds(self) -> float:
        """For how long this projector has known of events that the copy lacks; 0 where another one projects."""
        if self._level_at is None:
            return 0.0
        if self._taken_in >= self.tail.position.id:
            self._level_at = time.monotonic()
        return time.monotonic() - self._level_at

    async def run(self) -> None:
        """Project for as long as the process lives; whatever fails is tried again."""
        failures = 0
        while True:
            try:
                await self._as_leader()
                failures = 0
            except Overtaken:
                log.info("somebody else projects, or has rebuilt the graph")
            except GraphUnavailable:
                failures += 1
            except Exception:
                failures += 1
                log.exception("the projection failed, and goes on from where it was", attempt=failures)
            await back_off(failures) if failures else await asyncio.sleep(0.1)

    async def _as_leader(self) -> None:
        """Wait for the lease, then project while it is ours."""
        while not await self._holds_lease():  # noqa: ASYNC110  # the other store's clock decides, no event of ours
            await asyncio.sleep(LEASE / 3)
        renewing = asyncio.create_task(self._renew(), name="lease of the projection")
        projecting = asyncio.create_task(self._project(), name="projection")
        try:
            done, _ = await asyncio.wait({renewing, projecting}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._level_at = None
            for task in (renewing, projecting):
                task.cancel()
            await asyncio.gather(renewing, projecting, return_exceptions=True)
            with contextlib.suppress(GraphUnavailable, Overtaken):
                await self.bolt.write([(text("lease_end"), {"owner": self.owner})], seconds=1)

    async def _holds_lease(self) -> bool:
        try:
            wanted = {"owner": self.owner, "milliseconds": int(LEASE * 1000)}
            await self.bolt.write([(text("lease"), wanted)], seconds=LEASE)
        except Overtaken:
            return False
        return True

    async def _renew(self) -> None:
        while await self._holds_lease():  # noqa: ASYNC110  # the same
            await asyncio.sleep(LEASE / 3)
        raise Overtaken

    async def _project(self) -> None:
        """Take in what comes, from where the copy is; make a copy where there is none that can go on."""
        await generations.prepare(self.bolt)
        generation = await generations.live(self.bolt) or await self.rebuild()
        self._level_at = time.monotonic()
        while True:
            try:
                await self._follow(generation)
            except (Resync, CursorExpired, TooMuch) as error:
                log.warning("the graph cannot go on from where it is, and is made anew", reason=repr(error))
            generation = await self.rebuild()

    async def _follow(self, generation: Generation) -> None:
        """Take in what comes, all of it at once each time, until all is to be made anew."""
        while True:
            news = await self._news(generation, most=MOST, whole=True)
            if news is None:
                await self.tail.moved(generation.position.id)
            elif news.wanted.everything:
                return
            else:
                generation = await self._take_in(generation, news)

    async def _news(self, generation: Generation, *, most: int, whole: bool) -> News | None:
        """What the copy lacks, as one state. An outage of the record is waited out."""
        failures = 0
        while True:
            try:
                async with self._snapshot() as snapshot:
                    return await read_news(snapshot, generation.position, most=most, whole=whole)
            except (*OUTAGES, DBAPIError) as error:
                failures += 1
                log.warning("the record is out of reach, reading again", error=repr(error), attempt=failures)
                await back_off(failures)

    @contextlib.asynccontextmanager
    async def _snapshot(self, *, idle_ms: int = IDLE_MS) -> AsyncIterator[Snapshot]:
        """A state of the record. The tail may be older than a restore or a trim: its next look mends that."""
        async with contextlib.AsyncExitStack() as stack:
            while True:
                try:
                    snapshot = await stack.enter_async_context(open_snapshot(self.database, self.tail, idle_ms=idle_ms))
                    break
                except (Resync, CursorExpired):
                    await asyncio.sleep(PAUSE)
            yield snapshot

    async def _take_in(self, generation: Generation, news: News) -> Generation:
        generation = await generations.advance(self.bolt, generation, news)
        self.events += news.events
        self._taken_in = news.upto.id
        return generation

    async def rebuild(self, progress: Progress = _silent) -> Generation:
        """A fresh copy of the whole record beside the one that answers; then let it answer, and delete the other.

        Raises Overtaken where another copy has become newer meanwhile: then nothing was changed.
        """
        await generations.prepare(self.bolt)
        for abandoned in await generations.stale(self.bolt, ABANDONED):
            await generations.delete(self.bolt, abandoned)
        generation = await self._copied(progress)
        generation = await self._caught_up(generation)
        retired = await generations.switch(self.bolt, generation.id)
        log.info("the graph was rebuilt", generation=generation.id, retired=retired)
        if retired:
            await asyncio.sleep(self.rest)
            await generations.delete(self.bolt, retired)
        return generation

    async def _copied(self, progress: Progress) -> Generation:
        """A generation with all rows as they are at one moment."""
        async with self._snapshot(idle_ms=0) as snapshot:
            generation = await generations.begin(self.bolt, snapshot.after)
            for kind in KINDS:
                total, done = await count_of(snapshot.connection, kind), 0
                progress(kind.name, 0, total)
                async for records in all_of(snapshot.connection, kind):
                    await generations.write(self.bolt, generation.id, kind, records)
                    done += len(records)
                    progress(kind.name, done, total)
        return generation

    async def _caught_up(self, generation: Generation) -> Generation:
        """The generation, once it has taken in what was written while it was made; nobody asks it before that."""
        goal = self.tail.position
        while generation.position.id < goal.id:
            news = await self._news(generation, most=MOST, whole=False)
            if news is None:
                break
            generation = await self._take_in(generation, news)
        return generation
