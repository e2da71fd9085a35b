"""Both adapters over one world: the record on SQLite or PostgreSQL, and its copy in a real Neo4j."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator

from graph.bolt import Bolt, open_bolt
from graph.neo4j import Neo4jGraph
from graph.port import Graph
from graph.projecting import generations
from graph.projection import Projector
from graph.relational import RelationalGraph
from outbox.tail import open_tail
from resolvers.reading import ReadStore, open_reads
from tests import stores
from tests.graph.worlds import World, fill
from tests.neo4j_server import is_here, shared_url

PATIENCE = 60.0
"""Seconds: a test may run beside others on a busy machine."""

NAMES = "CREATE (one:Generation {graph: $graph, id: $graph})-[two:CHILD_OF]->(three:Department) DELETE one, two, three"
"""What tests themselves ask for by name; a new Neo4j warns of a name that it has never held."""

ADAPTERS = (*stores.stores_here(), *(["neo4j"] if is_here() else []))


@contextlib.asynccontextmanager
async def open_reading(url: str) -> AsyncIterator[ReadStore]:
    """The reading side of a store."""
    reads = await open_reads(url, size=2)
    try:
        yield reads
    finally:
        await reads.close()


@contextlib.asynccontextmanager
async def open_copy() -> AsyncIterator[Bolt]:
    """A graph of a test's own in the shared Neo4j, deleted at the end. What the server finds odd is an error."""
    async with open_bolt(
        shared_url(), graph=f"test-{uuid.uuid4().hex[:12]}", notifications=True, patience=PATIENCE
    ) as bolt:
        await bolt.run(NAMES)
        try:
            yield bolt
        finally:
            await forget(bolt)


async def forget(bolt: Bolt) -> None:
    """Delete all generations of a graph, and what names it."""
    found = await bolt.read("MATCH (one:Generation {graph: $graph}) RETURN one.id AS id", {})
    for row in found:
        await generations.delete(bolt, row["id"])
    for label in ("Live", "Lease"):
        await bolt.run(f"MATCH (one:{label} {{name: $graph}}) DELETE one")


@contextlib.asynccontextmanager
async def open_projector(url: str, bolt: Bolt) -> AsyncIterator[Projector]:
    """What copies a store into a graph, without a rest before it deletes."""
    async with stores.opened(url) as database, open_reading(url) as reads, open_tail(url) as tail:
        yield Projector(bolt, database, reads, tail, rest=0)


@contextlib.asynccontextmanager
async def open_graph(adapter: str, url: str, world: World) -> AsyncIterator[Graph]:
    """An adapter over a store that is filled with a world."""
    async with stores.opened(url) as database:
        await fill(database, world)
    if adapter != "neo4j":
        async with open_reading(url) as reads:
            yield RelationalGraph(reads)
        return
    async with open_copy() as bolt, open_projector(url, bolt) as projector:
        await projector.rebuild()
        yield Neo4jGraph(bolt, projector.reads)
