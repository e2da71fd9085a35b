"""Subscribers that are cut again and again while eight writers change tickets: each change once, in order per ticket.

Small in every run; `C360_TEST_TORTURE=full` takes 10,000 changes and 100 cuts.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.commands.worlds import World
from tests.server.socket.talking import MANAGER, STREAM, signed_in
from tests.server.torture.process import ServerProcess
from tests.server.torture.size import sized

WRITERS = 8
CHANGES = sized(240, 10_000)
CUTS = sized(8, 100)
SUBSCRIBERS = sized(2, 4)
OPEN = "mutation ($i: OpenTicketInput!) { openTicket(input: $i) { ticket { id } errors { code } } }"
REPLY = "mutation ($i: ReplyToTicketInput!) { replyToTicket(input: $i) { ticket { version } errors { code } } }"

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1_800)]


@dataclass
class Writers:
    """Eight clients that change tickets over HTTP; `acknowledged` says how often each ticket was changed."""

    url: str
    customers: Sequence[str]
    acknowledged: Counter[str] = field(default_factory=Counter)
    ended: bool = False

    @property
    def count(self) -> int:
        return self.acknowledged.total()

    async def work(self) -> None:
        """Change a few tickets, all writers the same ones, until there are enough changes."""
        async with httpx.AsyncClient(base_url=self.url, headers=MANAGER, timeout=30) as client:
            tickets = [await self._open(client, each) for each in self.customers for _ in range(4)]
            await asyncio.gather(*(self._write(client, tickets, random.Random(n)) for n in range(WRITERS)))
        self.ended = True

    async def _open(self, client: httpx.AsyncClient, customer_id: str) -> str:
        draft = {"customerId": customer_id, "kind": "FAULT", "channel": "PHONE", "subject": "It leaks"}
        payload = (await self._ask(client, OPEN, draft))["openTicket"]
        return str(payload["ticket"]["id"])

    async def _write(self, client: httpx.AsyncClient, tickets: list[str], chance: random.Random) -> None:
        while self.count < CHANGES:
            ticket = chance.choice(tickets)
            payload = (await self._ask(client, REPLY, {"id": ticket}))["replyToTicket"]
            assert payload["errors"] == []
            self.acknowledged[ticket] += 1

    @staticmethod
    async def _ask(client: httpx.AsyncClient, query: str, given: dict[str, str]) -> dict:
        answer = (await client.post("/graphql", json={"query": query, "variables": {"i": given}})).json()
        assert "errors" not in answer, answer
        return answer["data"]


@dataclass
class Subscriber:
    """Follows from its last cursor; its connection is cut without a word, and it comes back."""

    url: str
    chance: random.Random
    cursor: str | None = None
    seen: list[tuple[str, str, int]] = field(default_factory=list)
    cuts: int = 0

    async def begin(self) -> None:
        """Take the place where it starts."""
        async with signed_in(self.url) as talk:
            await talk.subscribe()
            self.cursor = (await talk.update())["cursor"]

    async def follow(self, writers: Writers) -> None:
        """Until all that was acknowledged is seen."""
        async with asyncio.timeout(1_700):
            while not (writers.ended and len(self.seen) >= writers.count):
                with contextlib.suppress(ConnectionClosed, TimeoutError):
                    await self._once(writers)

    async def _once(self, writers: Writers) -> None:
        updates = self.chance.randint(0, CHANGES // CUTS) if self.cuts < CUTS else 10**9
        async with signed_in(self.url) as talk:
            await talk.subscribe({"query": STREAM, "variables": {"after": self.cursor}})
            while not (writers.ended and len(self.seen) >= writers.count):
                self._note(await talk.update(seconds=5))
                updates -= 1
                if updates < 0:
                    self.cuts += 1
                    talk.connection.transport.abort()
                    return

    def _note(self, update: dict) -> None:
        self.cursor = update["cursor"]
        if update["kind"] == "CHANGED":
            self.seen.append((update["cursor"], update["ticket"]["id"], update["version"]))


@contextlib.contextmanager
def serving(store_url: str, folder: Path) -> Iterator[ServerProcess]:
    """A server as a process of its own."""
    folder.mkdir()
    server = ServerProcess(store_url, folder, C360_RATE_POINTS="0", C360_BOOKMARK_SECONDS="0.5")
    server.start()
    try:
        yield server
    finally:
        assert server.stop() in {0, -15}
        assert "Traceback" not in server.log, server.log[-5_000:]


async def all_is_seen(written_at: str, followed_at: str, world: World) -> None:
    customers = [f"Customer:{key}" for key in (world.own, world.neighbour, world.foreign)]
    writers = Writers(written_at, customers)
    subscribers = [Subscriber(followed_at, random.Random(n)) for n in range(SUBSCRIBERS)]
    await asyncio.gather(*(each.begin() for each in subscribers))
    await asyncio.gather(writers.work(), *(each.follow(writers) for each in subscribers))

    for each in subscribers:
        assert each.cuts == CUTS
        cursors = [cursor for cursor, _, _ in each.seen]
        assert len(set(cursors)) == len(cursors) == writers.count
        versions = defaultdict(list)
        for _, ticket, version in each.seen:
            versions[ticket].append(version)
        assert versions == {ticket: list(range(2, 2 + n)) for ticket, n in writers.acknowledged.items()}
    assert len({tuple(each.seen) for each in subscribers}) == 1


async def test_each_change_is_seen_once_and_in_order(store_url, world: World, tmp_path: Path):
    with serving(store_url, tmp_path / "one") as server:
        await all_is_seen(server.url, server.url, world)


async def test_so_it_is_with_two_processes(store_url, world: World, tmp_path: Path, template):
    if template.kind == "sqlite" and sized(0, 1):
        pytest.skip("in full on PostgreSQL only")
    with serving(store_url, tmp_path / "one") as writing, serving(store_url, tmp_path / "two") as reading:
        await all_is_seen(writing.url, reading.url, world)
