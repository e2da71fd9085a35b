"""kill -9 of the server while people write: nothing that was acknowledged is lost, half done or done twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.global_id import encode
from store.customer import CustomerRow
from store.ticket import TicketEventRow, TicketRow
from tests import stores
from tests.factories.customer import add_customer
from tests.server.torture.process import MANAGER, ServerProcess
from tests.server.torture.size import FULL, sized

WRITERS = 8
KILLS = sized(5, 100)
OPEN_TICKET = """
mutation ($input: OpenTicketInput!) { openTicket(input: $input) { ticket { id subject } errors { code message } } }
"""


class Writer:
    """Opens one ticket after the other; whatever gets no answer is sent again with the same key."""

    def __init__(self, number: int, url: str, customer_id: str) -> None:
        self._name, self._url, self._customer_id = f"writer-{number}", url, customer_id
        self.acknowledged: dict[str, str] = {}
        self.sent_again = 0

    async def work(self, ended: asyncio.Event) -> None:
        """Write until the event is set, and the last request is answered."""
        async with httpx.AsyncClient(base_url=self._url, headers=MANAGER, timeout=15) as client:
            while not ended.is_set():
                subject = f"{self._name}-{len(self.acknowledged)}"
                self.acknowledged[subject] = await self._open(client, subject)

    async def _open(self, client: httpx.AsyncClient, subject: str) -> str:
        given = {"customerId": self._customer_id, "kind": "COMPLAINT", "channel": "PHONE", "subject": subject}
        body = {"query": OPEN_TICKET, "variables": {"input": {**given, "idempotencyKey": subject}}}
        while True:
            try:
                response = await client.post("/graphql", json=body)
            except httpx.TransportError:
                self.sent_again += 1
                await asyncio.sleep(0.05)
                continue
            if response.status_code == 503:  # the database is being recovered
                continue
            payload = response.json()["data"]["openTicket"]
            assert payload["errors"] == []
            assert payload["ticket"]["subject"] == subject
            return str(payload["ticket"]["id"])


@pytest.mark.timeout(1_800)
def test_nothing_acknowledged_is_lost_half_done_or_doubled_when_the_server_is_killed(store_url, tmp_path: Path):
    customers = asyncio.run(some_customers(store_url))
    server = ServerProcess(store_url, tmp_path)
    server.start()
    writers = [Writer(n, server.url, encode("Customer", key)) for n, key in enumerate(customers)]

    asyncio.run(killed_again_and_again(server, writers))

    acknowledged = {subject: key for writer in writers for subject, key in writer.acknowledged.items()}
    assert len(acknowledged) > WRITERS
    assert sum(writer.sent_again for writer in writers) > 0
    assert "Traceback" not in server.log
    asyncio.run(check_store(store_url, acknowledged))
    assert max(server.restarts) < (5 if FULL else 20), server.restarts


async def killed_again_and_again(server: ServerProcess, writers: list[Writer]) -> None:
    ended, chance = asyncio.Event(), random.Random(4)
    working = asyncio.gather(*(writer.work(ended) for writer in writers))
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.05, 1.2))
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
    await asyncio.sleep(0.3)
    ended.set()
    await working
    assert await asyncio.to_thread(server.stop) == 0


async def some_customers(store_url: str) -> list:
    async with stores.opened(store_url) as database, database.transaction() as session:
        return [(await add_customer(session)).id for _ in range(WRITERS)]


async def check_store(store_url: str, acknowledged: dict[str, str]) -> None:
    """Each ticket that was acknowledged is there once, with its history, its event and its customer's figures."""
    async with stores.opened(store_url) as database, database.sessions() as session:
        tickets = {row.subject: row.id for row in await session.scalars(sa.select(TicketRow))}
        count = await session.scalar(sa.select(sa.func.count()).select_from(TicketRow))
        opened = Counter(await session.scalars(sa.select(TicketEventRow.ticket_id)))
        told = Counter(await session.scalars(sa.select(LogEventRow.aggregate_id)))
        figures = await session.scalar(sa.select(sa.func.sum(CustomerRow.ticket_count)))
    assert {subject: encode("Ticket", key) for subject, key in tickets.items()} == acknowledged
    assert count == figures == len(tickets)
    assert opened == told == Counter(tickets.values())
