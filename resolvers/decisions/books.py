"""Books: the subjects over which a candidate is simulated, with the facts that rules read of them."""

from __future__ import annotations

import abc
import datetime as dt
import enum
import uuid
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from graph.port import Graph
from resolvers.facts.gathering import gather_all
from resolvers.facts.instants import Moment
from resolvers.facts.records import Gathered
from rules.engine.table import Words
from store.customer import CustomerRow
from store.lists import ListOf, member
from store.types import Uid

TOLD: Final = ("value_12m", "exposure", "open_tickets", "open_complaints")
"""Facts of customers that a simulation tells of, whatever the rules read."""


class Counted(enum.StrEnum):
    """What the subjects of a simulation are."""

    CUSTOMERS = "customers"
    TICKETS = "tickets"
    DECISIONS = "decisions"


@dataclass(frozen=True)
class Part:
    """Some subjects: the facts that rules read, and what is told of their customers, in the same order."""

    facts: Gathered
    told: Mapping[str, Sequence[Any]]


class Book(abc.ABC):
    """The subjects of a simulation, as of an instant."""

    at: dt.datetime
    looked_at: Words
    """Which subjects are looked at, in words."""
    counted: Counted
    """What they are."""

    @abc.abstractmethod
    async def total(self, connection: AsyncConnection) -> int:
        """How many there are."""

    @abc.abstractmethod
    def parts(self, connection: AsyncConnection, names: Sequence[str], graph: Graph | None) -> AsyncIterator[Part]:
        """All of them with these facts, some thousands at a time; one snapshot sees the same ones as `total`."""

    @abc.abstractmethod
    def names(self) -> sa.Select[Any]:
        """What people call the subjects: code and name of the customer; of tickets also number and title.

        The id comes first; `customer_id` and `ticket_id` say whom it is about.
        """

    def without_history(self, names: Sequence[str]) -> tuple[str, ...]:
        """The facts of these that are as they are now, though others are as of an instant before the book's."""
        del names
        return ()


_ALL: Final = Words("所有客户", "all customers")


@dataclass(frozen=True)
class Customers(Book):
    """All customers, as of an instant."""

    at: dt.datetime
    looked_at: Words = _ALL
    counted: Counted = Counted.CUSTOMERS

    async def total(self, connection: AsyncConnection) -> int:
        """How many there are."""
        return await connection.scalar(sa.select(sa.func.count()).select_from(CustomerRow)) or 0

    async def parts(
        self, connection: AsyncConnection, names: Sequence[str], graph: Graph | None
    ) -> AsyncIterator[Part]:
        """All of them, in the order of their ids."""
        async for found in gather_all(connection, each_once(*TOLD, *names), Moment(self.at), graph=graph):
            yield Part(found, found.columns)

    def names(self) -> sa.Select[Any]:
        """Code and name."""
        row = CustomerRow
        return cast("sa.Select[Any]", sa.select(row.id, row.id.label("customer_id"), row.code, row.name))


async def names_in(
    connection: AsyncConnection, book: Book, ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, sa.RowMapping]:
    """What people call these subjects."""
    named = book.names()
    these = member(named.selected_columns[0], sa.bindparam("ids", type_=ListOf(Uid())))
    found = await connection.execute(named.where(these), {"ids": sorted(ids)})
    return {each["id"]: each for each in found.mappings()}


def each_once(*names: str) -> list[str]:
    """Names, none of them twice, in their order."""
    return list(dict.fromkeys(names))
