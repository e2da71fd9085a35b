"""The book of what was decided: the facts of decisions that are on record, for rules of which nothing else is."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from graph.port import Graph
from resolvers.decisions.books import Book, Counted, Part
from resolvers.decisions.ticket_books import how_many, in_turn, told_of
from resolvers.facts.records import Gathered
from rules.engine.kinds import Column
from rules.engine.recording import facts_of, unknown_of
from rules.engine.table import Words
from store.customer import CustomerRow
from store.decision import DecisionRow
from store.lists import ListOf, member
from store.ticket import TicketRow
from store.types import Uid


@dataclass(frozen=True)
class Recorded(Book):
    """The decisions of a rule set from a day on, up to an instant, each on the facts that were recorded."""

    at: dt.datetime
    looked_at: Words
    chosen: sa.Select[uuid.UUID]
    columns: Mapping[str, Column]
    """How recorded facts are read, by their names."""
    counted: Counted = Counted.DECISIONS

    async def total(self, connection: AsyncConnection) -> int:
        """How many there are."""
        return await how_many(connection, self.chosen)

    async def parts(
        self, connection: AsyncConnection, names: Sequence[str], graph: Graph | None
    ) -> AsyncIterator[Part]:
        """All of them, in the order of their ids. What is told of customers is as of the book's instant."""
        del graph
        row, ids_of = DecisionRow, sa.bindparam("ids", type_=ListOf(Uid()))
        wanted = sa.select(row.id, row.customer_id, row.facts).where(member(row.id, ids_of)).order_by(row.id)
        async for ids in in_turn(connection, self.chosen):
            rows = (await connection.execute(wanted, {"ids": ids})).all()
            found = Gathered([each.id for each in rows], {}, customers=[each.customer_id for each in rows])
            facts = [dict(self._facts(found, each.id, names, each.facts)) for each in rows]
            found.columns = {name: [each[name] for each in facts] for name in names}
            yield Part(found, await told_of(connection, found.customers, self.at))

    def names(self) -> sa.Select[Any]:
        """Code and name of the customer, number and title of the ticket, where it is about one."""
        row, customer, ticket = DecisionRow, CustomerRow, TicketRow
        keys: list[Any] = [row.id, row.customer_id, ticket.id.label("ticket_id")]
        words: list[Any] = [customer.code, customer.name, ticket.number, ticket.subject.label("title")]
        whose = sa.outerjoin(row, customer, customer.id == row.customer_id)
        named = sa.select(*keys, *words).select_from(whose.outerjoin(ticket, ticket.id == row.subject_id))
        return cast("sa.Select[Any]", named)

    def _facts(self, found: Gathered, key: uuid.UUID, names: Sequence[str], text: str) -> Iterator[tuple[str, Any]]:
        """The facts of a decision; what was not recorded is noted as not known."""
        recorded, unknown = json.loads(text), unknown_of(text)
        for name in names:
            if unknown is not None or name not in recorded:
                found.faults[key] = unknown or f"{name} was not recorded"
                found.unknown.setdefault(name, set()).add(key)
        columns = [self.columns[name] for name in names]
        yield from facts_of(columns, text).items()


def recorded(name: str, at: dt.datetime, since: dt.date, columns: Mapping[str, Column]) -> Recorded:
    """The decisions of a rule set of this name."""
    row, begun = DecisionRow, dt.datetime.combine(since, dt.time(), dt.UTC)
    chosen = sa.select(row.id).where(row.rule_set == name, row.decided_at >= begun, row.decided_at <= at)
    zh, en = f"{since} 起的决策，按当时记录的事实", f"decisions made since {since}, on the facts that were recorded"
    return Recorded(at, Words(zh, en), chosen.order_by(row.id), columns)
