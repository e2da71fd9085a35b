"""The copy in Neo4j: how long making and comparing it take, and how many events a second it takes in."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import sqlalchemy as sa
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from graph.bolt import Bolt, open_bolt
from graph.projecting import generations
from graph.projecting.verifying import verify
from graph.projection import Projector
from outbox.tail import Tail, open_tail
from resolvers.reading import ReadStore, open_reads
from store.session import Database
from tests.bench import report
from tests.bench.graph_backlog import Backlog
from tests.bench.graph_questions import People, people
from tests.graph.adapters import forget


@dataclass(frozen=True)
class Copy:
    """A record on PostgreSQL, and a graph of its own in a Neo4j for its copy."""

    url: str
    database: Database
    reads: ReadStore
    tail: Tail
    bolt: Bolt
    people: People

    def projector(self) -> Projector:
        """What keeps the copy up with the record; it does not wait for readers of what it deletes."""
        return Projector(self.bolt, self.database, self.reads, self.tail, rest=0)


@contextlib.asynccontextmanager
async def opened(url: str, neo4j: str) -> AsyncIterator[Copy]:
    """A record and an empty graph, which is deleted at the end."""
    database, reads = Database(url), await open_reads(url, size=4)
    graph = f"bench-{uuid.uuid4().hex[:12]}"
    try:
        async with open_tail(sa.make_url(url)) as tail, open_bolt(neo4j, graph=graph) as bolt:
            yield Copy(url, database, reads, tail, bolt, await people(database))
            await forget(bolt)
    finally:
        await reads.close()
        await database.close()


async def rebuilt(copy: Copy) -> float:
    """Make the copy; the seconds that it took until it answered."""
    columns = (TextColumn("{task.description:14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    began = time.perf_counter()
    with Progress(*columns, console=report.console, transient=not report.console.is_terminal) as shown:
        tasks: dict[str, object] = {}

        def told(what: str, done: int, total: int) -> None:
            task = tasks.setdefault(what, shown.add_task(what, total=total)) if what not in tasks else tasks[what]
            shown.update(task, completed=done)  # type: ignore[arg-type]

        await copy.projector().rebuild(told)
    return time.perf_counter() - began


async def verified(copy: Copy) -> float:
    """Compare the copy with the record; the seconds that it took. Raises AssertionError where they differ."""
    began = time.perf_counter()
    compared = await verify(copy.bolt, copy.database, copy.tail)
    differing = [each for each in compared if not each.is_same]
    assert not differing, f"the copy is not the record: {differing}"
    return time.perf_counter() - began


async def taken_in(copy: Copy, events: int) -> float:
    """Let so many events wait, then take them in; events a second, from the first look to the last batch."""
    await Backlog(copy.people).write(copy.database, events)
    async with asyncio.timeout(60):
        await copy.tail.moved((await _live(copy)).position.id + events - 1)
    projector, began = copy.projector(), time.perf_counter()
    running = asyncio.create_task(projector.run())
    try:
        async with asyncio.timeout(600):
            while projector.events < events:  # noqa: ASYNC110  # it tells nobody, it counts
                await asyncio.sleep(0.01)
        return projector.events / (time.perf_counter() - began)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _live(copy: Copy) -> generations.Generation:
    found = await generations.live(copy.bolt)
    assert found is not None, "there is no copy yet"
    return found
