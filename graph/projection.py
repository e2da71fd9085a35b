"""The projection: Neo4j as a copy of the record, kept by whoever reads the event log.

Each batch of events names rows; these are read from the record as they are now and written together with the place in
the log, in one transaction. So whoever is killed, on either side, leaves a copy that is right up to a place that it
knows. One process projects at a time, by a lease of the graph store; a second one would do no harm, only be overtaken.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from graph.bolt import Bolt, Overtaken
from graph.cypher import text
from graph.port import GraphUnavailable
from graph.projecting import generations
from graph.projecting.generations import Generation
from graph.projecting.kinds import KINDS
from graph.projecting.records import all_of, count_of, of_keys
from graph.projecting.wanted import Wanted
from outbox.following import Batch, follow
from outbox.outage import back_off
from outbox.reader import CursorExpired, Resync, read_page
from outbox.snapshot import open_snapshot
from outbox.tail import Tail
from store.session import Database
from store.statement import Reads

BATCH: Final = 1_000
"""Events that are taken in together."""

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
                async for batch in follow(self.tail, self.reads, generation.position, limit=BATCH):
                    wanted = Wanted.by(batch.events)
                    if wanted.everything:
                        break
                    generation = await self._take_in(generation, batch, wanted)
            except (Resync, CursorExpired) as error:
                log.warning("the graph cannot go on from where it is", reason=str(error))
            generation = await self.rebuild()

    async def _take_in(self, generation: Generation, batch: Batch, wanted: Wanted) -> Generation:
        if not batch.events:
            return generation
        async with self.database.snapshot() as connection:
            records = [(kind, await of_keys(connection, kind, wanted.of(kind))) for kind in KINDS]
        at = batch.events[-1].at
        generation = await generations.advance(self.bolt, generation, batch.upto, at, wanted, records)
        self.events += len(batch.events)
        self._taken_in = batch.upto.id
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
        async with open_snapshot(self.database, self.tail) as snapshot:
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
        """The generation, once it has taken in what was written while it was made."""
        goal = self.tail.position
        while generation.position.id < goal.id:
            events = await read_page(self.reads, generation.position, goal, limit=BATCH)
            upto = events[-1].position if len(events) == BATCH else goal
            generation = await self._take_in(generation, Batch(events, upto), Wanted.by(events))
        return generation
