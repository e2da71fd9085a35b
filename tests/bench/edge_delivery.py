"""Commit to delivery: one process commits changes, a subscriber of another one has the update; in milliseconds.

    python -m tests.bench.edge_delivery --changes 1000 --rate 50 --subscribers 10

Two servers of ours stand over one PostgreSQL, each a process. "commit" is taken in a third process, right after its
transaction; "request" is the whole way: a mutation sent to one server, the update received from the other.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import sqlalchemy as sa

from outbox.waking import open_notifier
from store import schema_version
from store.session import Database
from tests.bench.bars import Bar
from tests.bench.cluster import running
from tests.commands.worlds import Office, built
from tests.server.socket.changing import replied
from tests.server.socket.talking import MANAGER, STREAM, Talk, signed_in
from tests.server.torture.process import ServerProcess

MOST_MS: Final = 100.0
REPLY: Final = "mutation ($i: ReplyToTicketInput!) { replyToTicket(input: $i) { ticket { version } errors { code } } }"
SETTINGS: Final = {"C360_RATE_POINTS": "0", "C360_SOCKETS_PER_CALLER": "1000", "C360_LOG_LEVEL": "warning"}

Change = Callable[[], Awaitable[float]]
"""Makes one change; gives the moment at which the clock starts."""


@dataclass
class Seen:
    """When each version of the ticket came to each subscriber."""

    at: dict[int, list[float]] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def all(self, versions: Collection[int], subscribers: int) -> None:
        """Return when all of these have come to all subscribers."""
        async with asyncio.timeout(30):
            while any(len(self.at.get(version, ())) < subscribers for version in versions):
                self.news.clear()
                await self.news.wait()

    async def follow(self, talk: Talk) -> None:
        """Note all that comes."""
        while True:
            update = await talk.update(seconds=3_600)
            if update["kind"] == "CHANGED":
                self.at.setdefault(update["version"], []).append(time.perf_counter())
                self.news.set()


async def measured(change: Change, seen: Seen, first: int, options: argparse.Namespace) -> list[float]:
    """The milliseconds of all deliveries of so many changes at this rate."""
    began: dict[int, float] = {}
    due = time.perf_counter()
    for version in range(first, first + options.changes):
        await asyncio.sleep(due - time.perf_counter())
        due += 1 / options.rate
        began[version] = await change()
    await seen.all(began, options.subscribers)
    return [(at - began[version]) * 1_000 for version in began for at in seen.at[version]]


@contextlib.asynccontextmanager
async def subscribers(url: str, number: int) -> AsyncIterator[Seen]:
    """So many sockets that follow all tickets."""
    seen = Seen()
    async with contextlib.AsyncExitStack() as stack:
        group = await stack.enter_async_context(asyncio.TaskGroup())
        for _ in range(number):
            talk = await stack.enter_async_context(signed_in(url))
            await talk.subscribe({"query": STREAM})
            await talk.update()
            task = group.create_task(seen.follow(talk))
            stack.callback(task.cancel)
        yield seen


async def run(store_url: str, folder: Path, options: argparse.Namespace) -> list[Bar]:
    """Measure both ways."""
    database = Database(store_url)
    office = Office(database, await built(database))
    ticket = office.world.ticket
    servers = [ServerProcess(store_url, folder, **SETTINGS) for _ in range(2)]
    for server in servers:
        await asyncio.to_thread(server.start)
    writing, reading = servers
    try:
        async with (
            open_notifier(sa.make_url(store_url)) as notifier,
            httpx.AsyncClient(base_url=writing.url, headers=MANAGER) as client,
            subscribers(reading.url, options.subscribers) as seen,
        ):
            database.on_news(notifier.wake)

            async def commit() -> float:
                await replied(office, ticket)
                return time.perf_counter()

            async def request() -> float:
                began = time.perf_counter()
                body = {"query": REPLY, "variables": {"i": {"id": f"Ticket:{ticket}"}}}
                (await client.post("/graphql", json=body)).raise_for_status()
                return began

            commits = await measured(commit, seen, 2, options)
            requests = await measured(request, seen, 2 + options.changes, options)
    finally:
        for server in servers:
            await asyncio.to_thread(server.stop)
        await database.close()
    _told("request", requests)
    return [Bar("commit to delivery, p99 in ms", _told("commit", commits), MOST_MS, at_least=False)]


def _told(name: str, milliseconds: Sequence[float]) -> float:
    """Print the figures; gives the p99."""
    cuts = statistics.quantiles(milliseconds, n=100)
    print(f"{name:8} p50 {cuts[49]:6.1f}  p90 {cuts[89]:6.1f}  p99 {cuts[98]:6.1f}  most {max(milliseconds):6.1f} ms")
    return cuts[98]


def main() -> int:
    """Measure; gives 1 where the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=1_000)
    parser.add_argument("--rate", type=float, default=50.0, help="changes a second")
    parser.add_argument("--subscribers", type=int, default=10)
    options = parser.parse_args()
    with running() as cluster, tempfile.TemporaryDirectory(prefix="c360-delivery-") as folder:
        store_url = cluster.recreate("delivery").replace("postgresql:", "postgresql+asyncpg:")
        asyncio.run(schema_version.upgrade(store_url))
        bars = asyncio.run(run(store_url, Path(folder), options))
    return 0 if all(bar.passed for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
