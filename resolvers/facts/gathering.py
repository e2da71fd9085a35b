"""Gathering facts about customers: one statement for any number of them, and at most one call of the graph."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from graph.port import Graph
from resolvers.facts.conversion import NoRateError
from resolvers.facts.customer import SOURCES
from resolvers.facts.instants import Moment
from resolvers.facts.network import ALONE, GROUP_EXPOSURE, group_exposures
from resolvers.facts.parts import CUSTOMER, Part
from rules.engine.kinds import Value
from store.lists import ListOf, member
from store.types import Uid

CHUNK: Final = 5_000
"""Customers whose facts are in memory at once when all are gathered."""

Facts = Mapping[str, Value | None]


@dataclass
class Gathered:
    """Facts of customers, a list a fact, in the order of `ids`; and of whom a fact cannot be known, with why."""

    ids: list[uuid.UUID]
    columns: dict[str, list[Any]]
    faults: dict[uuid.UUID, str] = field(default_factory=dict)

    def each(self) -> Iterator[tuple[uuid.UUID, dict[str, Any]]]:
        """Each customer with its facts; what cannot be known is null, and `faults` says why."""
        names = list(self.columns)
        for key, *values in zip(self.ids, *self.columns.values(), strict=True):
            yield key, dict(zip(names, values, strict=True))


class UnknownFactError(LookupError):
    """Nothing computes a fact of this name about customers."""


async def gather(
    connection: AsyncConnection,
    names: Sequence[str],
    moment: Moment,
    ids: Collection[uuid.UUID],
    *,
    graph: Graph | None = None,
) -> Gathered:
    """The facts of these customers, as of a moment; who is not on record is left out.

    Raises:
        UnknownFactError: a name is not a fact about customers, or needs a graph and there is none.
        GraphUnavailable: the graph store does not answer.
    """
    statement = _statement(_columns(names), narrowed=True)
    rows = await connection.execute(statement, {**moment.parameters(), "ids": sorted(set(ids))})
    return await _gathered(rows.all(), names, moment, graph)


async def gather_all(
    connection: AsyncConnection,
    names: Sequence[str],
    moment: Moment,
    *,
    graph: Graph | None = None,
    chunk: int = CHUNK,
) -> AsyncIterator[Gathered]:
    """The facts of all customers, some thousands at a time, in the order of their ids. Raises what `gather` does."""
    rows = await connection.stream(_statement(_columns(names), narrowed=False), moment.parameters())
    async for partition in rows.partitions(chunk):
        yield await _gathered(partition, names, moment, graph)


def _columns(names: Sequence[str]) -> tuple[tuple[Part | None, str], ...]:
    """All columns that the facts need, each once."""
    found: dict[tuple[Part | None, str], None] = {}
    for name in _of_store(names):
        found |= dict.fromkeys(SOURCES[name].columns)
    return tuple(found)


def _of_store(names: Sequence[str]) -> list[str]:
    """The facts that one statement gives: all but the network's, and what those start from."""
    wanted = list(dict.fromkeys([*names, *([ALONE] if GROUP_EXPOSURE in names else [])]))
    unknown = [name for name in wanted if name not in SOURCES and name != GROUP_EXPOSURE]
    if unknown:
        raise UnknownFactError(f"nothing computes {', '.join(unknown)} about customers")
    return [name for name in wanted if name != GROUP_EXPOSURE]


@lru_cache(maxsize=64)
def _statement(columns: tuple[tuple[Part | None, str], ...], *, narrowed: bool) -> sa.Select[Any]:
    """The customers with these columns: each part once, with those of its columns that are needed."""
    within = _in_ids if narrowed else _all
    by_part: dict[str, tuple[Part, set[str]]] = {}
    for part, name in columns:
        if part is not None:
            by_part.setdefault(part.name, (part, set()))[1].add(name)
    source: sa.FromClause = CUSTOMER
    subqueries = {}
    for part, names in by_part.values():
        found = subqueries[part.name] = part.subquery(frozenset(names), within)
        source = source.outerjoin(found, found.c.customer_id == CUSTOMER.c.id)
    chosen = [(CUSTOMER if part is None else subqueries[part.name]).c[name] for part, name in columns]
    return sa.select(CUSTOMER.c.id, *chosen).select_from(source).where(within(CUSTOMER.c.id)).order_by(CUSTOMER.c.id)


def _in_ids(column: sa.ColumnElement[uuid.UUID]) -> sa.ColumnElement[bool]:
    return member(column, sa.bindparam("ids", type_=ListOf(Uid())))


def _all(_: sa.ColumnElement[uuid.UUID]) -> sa.ColumnElement[bool]:
    return sa.true()


async def _gathered(rows: Sequence[sa.Row[Any]], names: Sequence[str], moment: Moment, graph: Graph | None) -> Gathered:
    place = {column: at for at, column in enumerate(_columns(names), start=1)}
    found = Gathered([row[0] for row in rows], {})
    for name in _of_store(names):
        found.columns[name] = _computed(name, rows, place, moment, found.faults)
    if GROUP_EXPOSURE in names:
        await _add_group_exposure(found, moment, graph)
    if ALONE not in names:
        found.columns.pop(ALONE, None)
    return found


def _computed(
    name: str,
    rows: Sequence[sa.Row[Any]],
    place: Mapping[tuple[Part | None, str], int],
    moment: Moment,
    faults: dict[uuid.UUID, str],
) -> list[Any]:
    """One fact of all rows."""
    value, places = SOURCES[name].value, [place[column] for column in SOURCES[name].columns]
    computed = []
    for row in rows:
        try:
            computed.append(value(moment, *[row[at] for at in places]))
        except NoRateError as error:
            faults[row[0]] = f"{name}: {error}"
            computed.append(None)
    return computed


async def _add_group_exposure(found: Gathered, moment: Moment, graph: Graph | None) -> None:
    if graph is None:
        raise UnknownFactError(f"{GROUP_EXPOSURE} is asked of the graph, and there is none here")
    amounts = await group_exposures(graph, found.ids, found.columns[ALONE], moment)
    found.columns[GROUP_EXPOSURE] = [None if isinstance(one, NoRateError) else one for one in amounts]
    for key, one in zip(found.ids, amounts, strict=True):
        if isinstance(one, NoRateError):
            found.faults[key] = f"{GROUP_EXPOSURE}: {one}"
