"""Changing tickets, and asking for what happened to them, by a page or by a subscription."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from graph.port import Graph
from graph.relational import RelationalGraph
from outbox.event import LogEventRow
from resolvers.access import Subject
from resolvers.global_id import encode
from resolvers.reading import Answerer, Context
from resolvers.reading.context import Log
from resolvers.reading.streaming import Pace, subscribe
from resolvers.ticket import TicketDraft, open_ticket
from resolvers.ticket_state import TicketStateChange, change_ticket_state
from resolvers.ticket_work import TicketReply, reply_to_ticket
from store.interaction import Channel
from store.ticket import Severity, TicketKind, TicketStatus
from tests.commands.worlds import Office
from tests.factories import NOW

UPDATE = """cursor kind happenedAt what fromStatus toStatus version ticket { id number status customer { id } }"""
STREAM = """subscription S($after: String, $filter: TicketUpdateFilter) {
  ticketUpdates(after: $after, filter: $filter) { %s }
}"""
PAGE = """query P($first: Int, $after: String, $filter: TicketUpdateFilter) {
  events(first: $first, after: $after, filter: $filter) {
    edges { cursor node { %s } } nodes { cursor kind }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
QUICK = Pace(bookmark_seconds=0.3, confirmed_seconds=0.2, least_seconds=0.0)

Reach = Callable[[], Subject]


@dataclass
class Following:
    """The world, what answers over it, and the log that it follows."""

    office: Office
    answerer: Answerer
    log: Log
    confirmations: int = field(default=0)
    graph: Graph | None = None
    """What answers for the network in place of the record."""

    @property
    def reads(self) -> Any:
        return self.answerer.store

    def context(self, subject: Subject | None = None) -> Context:
        who = subject or self.office.world.manager
        graph = self.graph or RelationalGraph(self.reads)
        return Context(who, NOW, database=self.office.database, log=self.log, request_id="req-1", graph=graph)

    async def ask(
        self, variables: Mapping[str, Any] | None = None, *, by: Subject | None = None, text: str = PAGE % UPDATE
    ) -> Any:
        """The whole answer to a query."""
        await self.settled()
        return json.loads((await self.answerer.answer(text, variables, None, self.context(by))).body)

    async def page(self, variables: Mapping[str, Any] | None = None, *, by: Subject | None = None) -> Any:
        """A page of events."""
        answer = await self.ask(variables, by=by)
        assert "errors" not in answer, answer
        return answer["data"]["events"]

    async def settled(self) -> None:
        """The tail has come to the newest event."""
        async with self.office.database.snapshot() as connection:
            newest = await connection.scalar(sa.select(sa.func.max(LogEventRow.id))) or 0
        async with asyncio.timeout(10):
            while self.log.tail.position.id < newest:
                await self.log.tail.moved(self.log.tail.position.id)

    async def open(self, customer_id: uuid.UUID, severity: Severity = Severity.MODERATE) -> uuid.UUID:
        """A new ticket."""
        draft = TicketDraft(customer_id, TicketKind.FAULT, Channel.PHONE, "It leaks", severity)
        return await self.office.do(open_ticket, draft)

    async def move(self, ticket_id: uuid.UUID, status: TicketStatus = TicketStatus.ACKNOWLEDGED) -> None:
        """A ticket goes to another state."""
        await self.office.do(change_ticket_state, TicketStateChange(ticket_id, status))

    async def reply(self, ticket_id: uuid.UUID) -> None:
        """The customer is answered."""
        await self.office.do(reply_to_ticket, TicketReply(ticket_id))

    @contextlib.asynccontextmanager
    async def following(
        self,
        variables: Mapping[str, Any] | None = None,
        *,
        reach: Reach | None = None,
        text: str = STREAM % UPDATE,
        pace: Pace = QUICK,
        raw: bool = False,
    ) -> AsyncIterator[Follower]:
        """A subscription that is being taken, for whoever `reach` says at each confirmation."""

        async def context_of() -> Context:
            self.confirmations += 1
            return self.context(reach() if reach is not None else None)

        replies = subscribe(self.answerer, text, variables, None, context_of, pace=pace)
        try:
            yield Follower(replies)
        finally:
            await replies.aclose()  # type: ignore[attr-defined]  # it is a generator


@dataclass
class Follower:
    """Takes the replies of a subscription."""

    replies: AsyncIterator[Any]
    bodies: list[Any] = field(default_factory=list)

    async def next(self, seconds: float = 10) -> Any:
        """The next reply's whole body."""
        async with asyncio.timeout(seconds):
            reply = await anext(self.replies)
        self.bodies.append(json.loads(reply.body))
        return self.bodies[-1]

    async def update(self, seconds: float = 10) -> Any:
        """The next update or bookmark."""
        body = await self.next(seconds)
        assert "errors" not in body, body
        return body["data"]["ticketUpdates"]

    async def updates(self, number: int) -> list[Any]:
        """The next updates that are no bookmarks."""
        found: list[Any] = []
        while len(found) < number:
            update = await self.update()
            if update["kind"] != "BOOKMARK":
                found.append(update)
        return found

    async def nothing(self, seconds: float = 0.15) -> bool:
        """Whether nothing comes for so long. The stream is not to be taken from any more after that."""
        try:
            await self.update(seconds)
        except TimeoutError:
            return True
        return False


def tickets(updates: Sequence[Any]) -> list[str]:
    """Whom the updates are about."""
    return [update["ticket"]["id"] for update in updates]


def ticket(key: uuid.UUID) -> str:
    return encode("Ticket", key)


def customer(key: uuid.UUID) -> str:
    return encode("Customer", key)


def narrowed(subject: Subject, **changes: Any) -> Subject:
    return replace(subject, **changes)
