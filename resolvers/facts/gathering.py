"""Gathering facts: one statement for any number of subjects, one more for their customers, at most one graph call."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from graph.port import Graph
from resolvers.facts.conversion import NoRateError
from resolvers.facts.customer import CUSTOMERS
from resolvers.facts.instants import Moment
from resolvers.facts.network import ALONE, GROUP_EXPOSURE, group_exposures
from resolvers.facts.records import (
    Gathered,
    UnknownFactError,
    columns_of,
    computed,
    read,
    statement_of,
)
from resolvers.facts.ticket import CUSTOMER_OF, TICKETS
from rules.engine.kinds import Value

CHUNK: Final = 5_000
"""Customers whose facts are in memory at once when all are gathered."""

Facts = Mapping[str, Value | None]


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
    found = await read(connection, CUSTOMERS, _of_store(names), moment, ids)
    return await _with_network(found, names, moment, graph)


async def gather_all(
    connection: AsyncConnection,
    names: Sequence[str],
    moment: Moment,
    *,
    graph: Graph | None = None,
    chunk: int = CHUNK,
) -> AsyncIterator[Gathered]:
    """The facts of all customers, some thousands at a time, in the order of their ids. Raises what `gather` does."""
    stored = _of_store(names)
    statement = statement_of(CUSTOMERS, columns_of(CUSTOMERS, stored), narrowed=False)
    rows = await connection.stream(statement, moment.parameters())
    async for partition in rows.partitions(chunk):
        yield await _with_network(computed(CUSTOMERS, stored, partition, moment), names, moment, graph)


async def gather_tickets(
    connection: AsyncConnection,
    names: Sequence[str],
    moment: Moment,
    ids: Collection[uuid.UUID],
    *,
    graph: Graph | None = None,
) -> Gathered:
    """The facts of these tickets and of their customers, as of a moment; what is not on record is left out.

    Raises:
        UnknownFactError: a name is a fact neither about tickets nor about customers, or needs a graph.
        GraphUnavailable: the graph store does not answer.
    """
    own = [name for name in names if name in TICKETS.sources]
    theirs = [name for name in names if name not in TICKETS.sources]
    found = await read(connection, TICKETS, [*own, CUSTOMER_OF], moment, ids)
    found.customers = found.columns.pop(CUSTOMER_OF)
    if theirs:
        _spread(found, await gather(connection, theirs, moment, found.customers, graph=graph))
    return found


def _spread(found: Gathered, theirs: Gathered) -> None:
    """Give each subject the facts of its customer, and what is not known of them."""
    place = {key: at for at, key in enumerate(theirs.ids)}
    for name, values in theirs.columns.items():
        found.columns[name] = [values[place[customer]] for customer in found.customers]
    for key, customer in zip(found.ids, found.customers, strict=True):
        if customer in theirs.faults:
            found.faults[key] = theirs.faults[customer]
        for name in theirs.columns:
            if customer in theirs.unknown.get(name, ()):
                found.unknown.setdefault(name, set()).add(key)


def _of_store(names: Sequence[str]) -> list[str]:
    """The facts that one statement gives: all but the network's, and what those start from."""
    alone: list[str] = [ALONE] if GROUP_EXPOSURE in names else []
    return [name for name in dict.fromkeys([*names, *alone]) if name != GROUP_EXPOSURE]


async def _with_network(found: Gathered, names: Sequence[str], moment: Moment, graph: Graph | None) -> Gathered:
    found.customers = found.ids
    if GROUP_EXPOSURE in names:
        await _add_group_exposure(found, moment, graph)
    if ALONE not in names:
        found.columns.pop(ALONE, None)
    return found


async def _add_group_exposure(found: Gathered, moment: Moment, graph: Graph | None) -> None:
    if graph is None:
        raise UnknownFactError(f"{GROUP_EXPOSURE} is asked of the graph, and there is none here")
    amounts = await group_exposures(graph, found.ids, found.columns[ALONE], moment)
    found.columns[GROUP_EXPOSURE] = [None if isinstance(one, NoRateError) else one for one in amounts]
    for key, one in zip(found.ids, amounts, strict=True):
        if isinstance(one, NoRateError):
            found.note(key, GROUP_EXPOSURE, one)
