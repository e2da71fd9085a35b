"""The record as a program reads it that serves nobody: the database, and what answers for the network."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Final

from graph.port import Graph
from outbox.tail import open_tail
from resolvers.reading import open_reads
from server.database import check, in_words
from server.network import open_network
from server.settings import Settings
from store.session import Database

_CONNECTIONS: Final = 4
"""A simulation reads two snapshots at once, and asks what is in force beside them."""


@contextlib.asynccontextmanager
async def open_record(settings: Settings) -> AsyncIterator[tuple[Database, Graph]]:
    """Open both, and close them.

    Raises:
        UserError: the database is missing, out of reach, or its tables are not those of this program.
    """
    await check(settings)
    async with contextlib.AsyncExitStack() as stack:
        database = Database(settings.database_url, pool_size=_CONNECTIONS)
        stack.push_async_callback(database.close)
        with in_words(settings):
            reads = await open_reads(settings.database_url, size=1, seconds=settings.request_timeout)
            stack.push_async_callback(reads.close)
            tail = await stack.enter_async_context(open_tail(settings.database_url))
        network = await stack.enter_async_context(open_network(settings, reads, database, tail))
        yield database, network.graph
