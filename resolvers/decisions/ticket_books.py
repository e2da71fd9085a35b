"""Books of tickets: as of an instant, or each as of its opening."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from graph.port import Graph
from resolvers.acting.escalating import ESCALATION_RULES
from resolvers.acting.owing import rules_about
from resolvers.acting.rounds import ended_tickets
from resolvers.decisions.books import TOLD, Book, Counted, Part, each_once
from resolvers.facts.gathering import gather, gather_tickets
from resolvers.facts.instants import DAY, Moment
from resolvers.facts.opening import gather_openings
from resolvers.facts.ticket import TICKETS
from rules.engine.table import Words
from rules.facts.vocabulary import Subject, vocabulary
from store.customer import CustomerRow
from store.ticket import ENDED, TicketRow

OPENED_WITHIN: Final = 90 * DAY
"""For so long after their opening tickets are looked at that have ended, if nobody says otherwise."""

TOGETHER: Final = 2_000
"""Tickets whose facts are in memory at once."""


@dataclass(frozen=True)
class _OfTickets(Book):
    """Tickets that a statement chooses, which gives their ids in order."""

    at: dt.datetime
    looked_at: Words
    chosen: sa.Select[uuid.UUID]
    counted: Counted = Counted.TICKETS

    async def total(self, connection: AsyncConnection) -> int:
        """How many there are."""
        return await how_many(connection, self.chosen)

    def names(self) -> sa.Select[Any]:
        """Number and title, and the customer's code and name."""
        ticket, row = TicketRow, CustomerRow
        whose: list[Any] = [ticket.id, row.id.label("customer_id"), ticket.id.label("ticket_id"), row.code, row.name]
        named = sa.select(*whose, ticket.number, ticket.subject.label("title"))
        return cast("sa.Select[Any]", named.join_from(ticket, row, row.id == ticket.customer_id))


class Tickets(_OfTickets):
    """Tickets as of an instant."""

    async def parts(
        self, connection: AsyncConnection, names: Sequence[str], graph: Graph | None
    ) -> AsyncIterator[Part]:
        """All of them, in the order of their ids."""
        async for ids in in_turn(connection, self.chosen):
            found = await gather_tickets(connection, each_once(*TOLD, *names), Moment(self.at), ids, graph=graph)
            yield Part(found, found.columns)


class Openings(_OfTickets):
    """Tickets, each as of its opening."""

    async def parts(
        self, connection: AsyncConnection, names: Sequence[str], graph: Graph | None
    ) -> AsyncIterator[Part]:
        """All of them, in the order of their ids. What is told of customers is as of the book's instant."""
        del graph
        async for ids in in_turn(connection, self.chosen):
            found = await gather_openings(connection, names, ids)
            yield Part(found, await told_of(connection, found.customers, self.at))

    def without_history(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those of customers: what a ticket was when it was opened is known."""
        known = vocabulary().facts
        return tuple(name for name in names if name not in TICKETS.sources and not known[name].has_history)


def openings(at: dt.datetime, since: dt.date | None) -> Openings:
    """Those opened from a day on; without a day those opened lately, and those that are open."""
    row = TicketRow
    begun = at - OPENED_WITHIN if since is None else dt.datetime.combine(since, dt.time(), dt.UTC)
    words = Words(
        f"{begun:%Y-%m-%d} 起登记的工单，按登记时的情况", f"tickets opened since {begun:%Y-%m-%d}, as they were then"
    )
    counts = row.opened_at >= begun
    if since is None:
        words = Words(
            f"未结工单，以及 {words.zh}",
            f"tickets that are open or were opened since {begun:%Y-%m-%d}, as they were when they were opened",
        )
        counts = sa.or_(counts, _is_open(at))
    return Openings(at, words, sa.select(row.id).where(row.opened_at <= at, counts).order_by(row.id))


def tickets_of(name: str, at: dt.datetime) -> Tickets:
    """The tickets that are looked at with a rule set of this name when rules act; all of those for a new one."""
    row = TicketRow
    of_open = sa.select(row.id).where(row.opened_at <= at, _is_open(at)).order_by(row.id)
    if name in ESCALATION_RULES:
        return Tickets(at, Words("未结工单", "tickets that are open"), of_open)
    if name in (rules.rule_set for rules in rules_about(Subject.TICKET)):
        words = Words(
            "近 100 天内解决的工单，和尚有待办的工单", "tickets resolved in the last 100 days, or with an open duty"
        )
        return Tickets(at, words, ended_tickets(at))
    both = sa.or_(row.id.in_(of_open.order_by(None)), row.id.in_(ended_tickets(at).order_by(None)))
    words = Words("未结工单和近 100 天内解决的工单", "tickets that are open, or were resolved in the last 100 days")
    return Tickets(at, words, sa.select(row.id).where(both).order_by(row.id))


def _is_open(at: dt.datetime) -> sa.ColumnElement[bool]:
    """Whether a ticket had not ended by an instant."""
    row = TicketRow
    ended_at = sa.func.coalesce(row.resolved_at, row.closed_at, row.updated_at)
    return ~sa.and_(row.status.in_(ENDED), ended_at <= at)


async def how_many(connection: AsyncConnection, chosen: sa.Select[uuid.UUID]) -> int:
    """The number of ids."""
    return await connection.scalar(sa.select(sa.func.count()).select_from(chosen.order_by(None).subquery())) or 0


async def in_turn(connection: AsyncConnection, chosen: sa.Select[uuid.UUID]) -> AsyncIterator[Sequence[uuid.UUID]]:
    """The ids, as many at once as may be in memory with their facts."""
    ids = (await connection.scalars(chosen)).all()
    for start in range(0, len(ids), TOGETHER):
        yield ids[start : start + TOGETHER]


async def told_of(
    connection: AsyncConnection, customers: Sequence[uuid.UUID | None], at: dt.datetime
) -> dict[str, list[Any]]:
    """What is told of each customer, null where there is none, as of an instant."""
    found = await gather(connection, TOLD, Moment(at), [key for key in customers if key is not None])
    place = {key: at for at, key in enumerate(found.ids)}
    places = [None if key is None else place[key] for key in customers]
    return {name: [None if at is None else column[at] for at in places] for name, column in found.columns.items()}
