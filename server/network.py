"""What answers for the network while the application runs: the store itself, or a Neo4j that is kept up with it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.port import Graph
from graph.relational import RelationalGraph
from outbox.tail import Tail
from server.settings import Settings
from store.session import Database
from store.statement import Reads

if TYPE_CHECKING:
    from graph.bolt import Bolt
    from graph.projection import Projector


@dataclass(frozen=True)
class Network:
    """The graph that is asked, and, where there is a Neo4j, what keeps it up with the record."""

    graph: Graph
    projector: Projector | None = None


@contextlib.asynccontextmanager
async def open_neo4j(settings: Settings) -> AsyncIterator[Bolt]:
    """The configured Neo4j. Nothing is connected before the first question."""
    from graph.bolt import open_bolt  # noqa: PLC0415  # the driver takes 30 MB, and only who has a Neo4j needs it

    password = settings.neo4j_password
    async with open_bolt(
        str(settings.neo4j_url),
        graph=settings.neo4j_graph,
        user=settings.neo4j_user,
        password=password.get_secret_value() if password else None,
    ) as bolt:
        yield bolt


@contextlib.asynccontextmanager
async def open_network(settings: Settings, reads: Reads, database: Database, tail: Tail) -> AsyncIterator[Network]:
    """What the settings choose."""
    if settings.neo4j_url is None:
        yield Network(RelationalGraph(reads))
        return
    from graph.neo4j import Neo4jGraph  # noqa: PLC0415  # the same
    from graph.projection import Projector  # noqa: PLC0415  # the same

    async with open_neo4j(settings) as bolt:
        graph = Neo4jGraph(bolt, reads) if settings.asks_neo4j else RelationalGraph(reads)
        yield Network(graph, Projector(bolt, database, reads, tail))
