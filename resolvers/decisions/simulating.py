"""Simulating: a candidate runs over the whole book beside the version in force, and nothing is written down."""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import time
import uuid
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from graph.port import Graph
from resolvers.decisions.backtesting import graded_month_by_month
from resolvers.decisions.simulation import NOT_IN_FORCE, Load, Mover, Side, Simulation
from resolvers.facts.gathering import gather_all
from resolvers.facts.instants import Moment
from resolvers.facts.records import Gathered
from resolvers.rule_sets.versions import UnknownRuleSetError, Version, in_force
from rules.engine.reference import evaluate
from rules.engine.table import RuleSet, Words
from rules.facts.vocabulary import Subject
from store.customer import CustomerRow
from store.lists import ListOf, member
from store.session import Database
from store.types import Uid

MOVERS: Final = 20
"""Customers who are named in a simulation."""

TOLD: Final = ("value_12m", "exposure", "open_tickets", "open_complaints")
"""Facts that a simulation tells of, whatever the rules read."""

Report = Callable[[str, int, int], None]
"""Is told what is done, how much of it, and of how much."""

Keep = Callable[[Sequence[Mover]], None]
"""Is given all who change, some thousand customers at a time."""


class NotAboutCustomersError(ValueError):
    """A rule set that does not read facts about customers cannot run over the book."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not about customers, so there is no book to run it over")


@dataclass(frozen=True)
class Wish:
    """What is to be simulated: a candidate, as of an instant, and over history from a day on if there is one."""

    candidate: RuleSet
    at: dt.datetime
    since: dt.date | None = None


async def simulate(
    database: Database,
    wish: Wish,
    *,
    graph: Graph | None = None,
    report: Report = lambda *_: None,
    keep: Keep | None = None,
) -> Simulation:
    """Run a candidate over all customers, beside the version in force.

    Raises:
        NotAboutCustomersError: the candidate reads other facts than those about customers.
        UnknownFactError: it reads what nothing computes.
        GraphUnavailable: it reads what the network knows, and the graph store does not answer.
    """
    if wish.candidate.about != Subject.CUSTOMER:
        raise NotAboutCustomersError(wish.candidate.name)
    version = await _in_force(database, wish)
    book = _Book(wish, version)
    async with database.snapshot(idle_ms=0) as connection, database.snapshot(idle_ms=0) as beside:
        await _run(connection, beside, book, graph, report, keep)
        if wish.since is not None:
            sides = book.before, book.after
            book.found.history = await graded_month_by_month(
                connection, sides, wish.since, wish.at, graph=graph, report=report
            )
    return book.found


async def _in_force(database: Database, wish: Wish) -> Version | None:
    async with database.transaction() as session:
        try:
            return await in_force(session, wish.candidate.name, wish.at)
        except UnknownRuleSetError:
            return None


async def _run(
    connection: AsyncConnection,
    beside: AsyncConnection,
    book: _Book,
    graph: Graph | None,
    report: Report,
    keep: Keep | None,
) -> None:
    total = await connection.scalar(sa.select(sa.func.count()).select_from(CustomerRow)) or 0
    started, done = time.perf_counter(), 0
    async for part in gather_all(connection, book.names, Moment(book.found.at), graph=graph):
        begun = time.perf_counter()
        changed = book.add(part)
        book.found.rules_seconds += time.perf_counter() - begun
        if keep is not None:
            async for movers in _told(beside, book, changed):
                keep(movers)
        done += len(part.ids)
        report("customers", done, total)
    book.found.facts_seconds = time.perf_counter() - started - book.found.rules_seconds
    book.found.movers = [mover async for movers in _told(beside, book, book.top()) for mover in movers]


@dataclass(frozen=True)
class _Change:
    """A customer who would get another outcome, with the facts."""

    id: uuid.UUID
    before: str
    after: str
    facts: Mapping[str, Any]


class _Book:
    """The customers of a simulation, as far as they have been looked at."""

    def __init__(self, wish: Wish, version: Version | None) -> None:
        self.after = Side(wish.candidate)
        self.before = None if version is None else Side(version.rule_set)
        self.found = Simulation(wish.candidate, None if version is None else version.number, wish.at)
        self.names = tuple(dict.fromkeys([*TOLD, *(self.before.reads if self.before else ()), *self.after.reads]))
        self._top: list[tuple[Decimal, int, _Change]] = []
        self._turn = itertools.count()

    def add(self, part: Gathered) -> list[_Change]:
        """Count some customers in; gives those who change."""
        after = self.after.labels(part.columns, part.ids, part.unknown)
        before = [NOT_IN_FORCE] * len(after)
        if self.before is not None:
            before = self.before.labels(part.columns, part.ids, part.unknown)
        self._count(part, before, after)
        changes = []
        if self.before is not None:
            names, columns = list(part.columns), list(part.columns.values())
            for place in [at for at, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]]:
                facts = {name: column[place] for name, column in zip(names, columns, strict=True)}
                changes.append(_Change(part.ids[place], before[place], after[place], facts))
        self._keep_top(changes)
        return changes

    def top(self) -> list[_Change]:
        """Who spends most among those who change."""
        return [change for *_, change in sorted(self._top, reverse=True)]

    def _count(self, part: Gathered, before: Sequence[str], after: Sequence[str]) -> None:
        pairs = self.found.pairs
        told = (part.columns[name] for name in TOLD[1:])
        for old, new, exposure, tickets, complaints in zip(before, after, *told, strict=True):
            load = pairs.get((old, new))
            if load is None:
                load = pairs[old, new] = Load()
            load.customers += 1
            load.exposure += exposure or 0
            load.open_tickets += int(tickets)
            load.open_complaints += int(complaints)

    def _keep_top(self, changes: Sequence[_Change]) -> None:
        for change in changes:
            spent = change.facts["value_12m"]
            entry = (Decimal("-Infinity") if spent is None else spent, -next(self._turn), change)
            (heapq.heappush if len(self._top) < MOVERS else heapq.heappushpop)(self._top, entry)


async def _told(connection: AsyncConnection, book: _Book, changes: Sequence[_Change]) -> AsyncIterator[list[Mover]]:
    """Changes with names and reasons; nothing where there are none."""
    if not changes:
        return
    names = await _names(connection, [change.id for change in changes])
    yield [_mover(book, change, *names[change.id]) for change in changes]


async def _names(connection: AsyncConnection, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[str, str]]:
    row = CustomerRow
    chosen = sa.select(row.id, row.code, row.name).where(member(row.id, sa.bindparam("ids", type_=ListOf(Uid()))))
    return {key: (code, name) for key, code, name in await connection.execute(chosen, {"ids": sorted(ids)})}


def _mover(book: _Book, change: _Change, code: str, name: str) -> Mover:
    spent, owed = change.facts["value_12m"], change.facts["exposure"]
    before, after = (_reason(side, change.facts) for side in (book.before, book.after))
    return Mover(change.id, code, name, change.before, change.after, spent, owed, before, after)


def _reason(side: Side | None, facts: Mapping[str, Any]) -> Words:
    """Why a version says what it says: the reason of the row, or what is wrong with the facts."""
    if side is None:
        return Words()
    outcome = evaluate(side.rule_set, facts)
    if outcome.errors:
        wrong = "; ".join(error.message for error in outcome.errors)
        return Words(wrong, wrong)
    return outcome.reasons[0] if outcome.reasons else Words()
