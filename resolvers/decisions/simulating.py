"""Simulating: a candidate runs over the whole book beside the version in force, and nothing is written down."""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from graph.port import Graph
from resolvers.decisions.backtesting import graded_month_by_month
from resolvers.decisions.books import TOLD, Book, Counted, Customers, Part, names_in
from resolvers.decisions.choosing_books import book_of
from resolvers.decisions.sides import NOT_IN_FORCE, REFUSED, Answered, Side, measures, outcome_column, quiet_outputs
from resolvers.decisions.simulation import Load, Mover, Owing, Simulation, Work
from resolvers.rule_sets.versions import UnknownRuleSetError, Version, in_force
from rules.engine.reference import evaluate
from rules.engine.table import RuleSet, Words
from rules.engine.words import NO_WORDS
from store.session import Database

MOVERS: Final = 20
"""Subjects that are named in a simulation."""

Report = Callable[[str, int, int], None]
"""Is told what is done, how much of it, and of how much."""

Keep = Callable[[Sequence[Mover]], None]
"""Is given all who change, some thousand at a time."""


@dataclass(frozen=True)
class Wish:
    """What is to be simulated: a candidate, as of an instant. `output` tells outcomes apart, if not the first one.

    From the day `since` on it also runs over history, if it is about customers. Of rules that decide when a ticket is
    opened, the tickets from that day on are looked at; of all others what they have decided.
    """

    candidate: RuleSet
    at: dt.datetime
    since: dt.date | None = None
    output: str | None = None


async def simulate(
    database: Database,
    wish: Wish,
    *,
    graph: Graph | None = None,
    report: Report = lambda *_: None,
    keep: Keep | None = None,
) -> Simulation:
    """Run a candidate over all customers, tickets or decisions that it is for, beside the version in force.

    Raises:
        NoBookError: there is nothing on record to run it over.
        UnknownOutputError: it has no output of the name that is wished for.
        UnknownFactError: it reads what nothing computes.
        GraphUnavailable: it reads what the network knows, and the graph store does not answer.
    """
    async with database.transaction() as session:
        version = await _in_force(session, wish)
        book = await book_of(session, wish.candidate, version, wish.at, wish.since)
    trial = _Trial(wish, book, version)
    async with database.snapshot(idle_ms=0) as connection, database.snapshot(idle_ms=0) as beside:
        await _run(connection, beside, trial, graph, report, keep)
        if wish.since is not None and isinstance(book, Customers):
            sides = trial.before, trial.after
            trial.found.history = await graded_month_by_month(
                connection, sides, wish.since, wish.at, graph=graph, report=report
            )
    return trial.found


async def _in_force(session: AsyncSession, wish: Wish) -> Version | None:
    try:
        return await in_force(session, wish.candidate.name, wish.at)
    except UnknownRuleSetError:
        return None


async def _run(
    connection: AsyncConnection,
    beside: AsyncConnection,
    trial: _Trial,
    graph: Graph | None,
    report: Report,
    keep: Keep | None,
) -> None:
    book, found = trial.book, trial.found
    total = await book.total(connection)
    started, done = time.perf_counter(), 0
    async for part in book.parts(connection, trial.names, graph):
        begun = time.perf_counter()
        changed = trial.add(part)
        found.rules_seconds += time.perf_counter() - begun
        if keep is not None:
            async for movers in _told(beside, trial, changed):
                keep(movers)
        done += len(part.facts.ids)
        report(book.counted.value, done, total)
    found.facts_seconds = time.perf_counter() - started - found.rules_seconds
    found.work = trial.work()
    found.movers = [mover async for movers in _told(beside, trial, trial.top()) for mover in movers]


@dataclass(frozen=True)
class _Change:
    """A subject that would get another outcome, with the facts that rules read and those that are told."""

    id: uuid.UUID
    before: str
    after: str
    facts: Mapping[str, Any]
    told: Mapping[str, Any]
    unknown: str | None
    """Why a fact cannot be known."""


class _Trial:
    """Both versions, and what they say of the subjects of a book, as far as they have been looked at."""

    def __init__(self, wish: Wish, book: Book, version: Version | None) -> None:
        output = outcome_column(wish.candidate, wish.output).name
        self.book = book
        self.after = Side(wish.candidate, wish.output)
        self.before = None if version is None else Side(version.rule_set, wish.output)
        self.names = tuple(dict.fromkeys([*(self.before.reads if self.before else ()), *self.after.reads]))
        against = None if version is None else version.number
        self.found = Simulation(wish.candidate, against, wish.at, book.counted, output, book.looked_at)
        self.found.without_history = book.without_history(self.names)
        self._top: list[tuple[Decimal, int, _Change]] = []
        self._turn = itertools.count()

    def add(self, part: Part) -> list[_Change]:
        """Count some subjects in; gives those that change."""
        facts = part.facts
        after = self.after.answer(facts.columns, facts.ids, facts.unknown)
        self.after.tally(after)
        if self.before is None:
            self._count(part, [NOT_IN_FORCE] * len(facts.ids), after.labels)
            return []
        before = self.before.answer(facts.columns, facts.ids, facts.unknown)
        self.before.tally(before)
        self._count(part, before.labels, after.labels)
        self._count_quiet(before, after)
        changes = _changes(part, before.labels, after.labels)
        self._keep_top(changes)
        return changes

    def top(self) -> list[_Change]:
        """Whose customers spend most among those that change."""
        return [change for *_, change in sorted(self._top, reverse=True)]

    def work(self) -> list[Work]:
        """What all results ask for, by the measures of both versions."""
        sides = [side for side in (self.after, self.before) if side is not None]
        columns = {column.name: column for side in sides for column in side.rule_set.body.outputs}
        made = []
        for name in dict.fromkeys(name for side in sides for name in measures(side.rule_set)):
            unit = columns[name].unit if name in columns else ""
            made.append(Work(name, unit, _sums(self.before, name), _sums(self.after, name)))
        return made

    def _count(self, part: Part, before: Sequence[str], after: Sequence[str]) -> None:
        pairs, are_customers = self.found.pairs, self.book.counted is Counted.CUSTOMERS
        told = (part.told[name] for name in TOLD[1:])
        for customer, old, new, exposure, tickets, complaints in zip(
            part.facts.customers, before, after, *told, strict=True
        ):
            load = pairs.get((old, new))
            if load is None:
                load = pairs[old, new] = Load()
            owing = Owing(exposure or Decimal(0), int(tickets or 0), int(complaints or 0))
            load.add_customer(owing) if are_customers else load.add_subject(customer, owing)

    def _count_quiet(self, before: Answered, after: Answered) -> None:
        """Count those that keep their outcome and get another value of another output."""
        for (old, new), count in Counter(zip(before.places, after.places, strict=True)).items():
            if old < 0 or new < 0:
                continue
            outcomes = before.outcomes[old], after.outcomes[new]
            if self.before is not None and self.before.label(outcomes[0]) == self.after.label(outcomes[1]):
                names = quiet_outputs(*outcomes)
                self.found.quiet += count if names else 0
                self.found.quiet_outputs.update(dict.fromkeys(names, count))

    def _keep_top(self, changes: Sequence[_Change]) -> None:
        for change in changes:
            spent = change.told["value_12m"]
            entry = (Decimal("-Infinity") if spent is None else spent, -next(self._turn), change)
            (heapq.heappush if len(self._top) < MOVERS else heapq.heappushpop)(self._top, entry)


def _changes(part: Part, before: Sequence[str], after: Sequence[str]) -> list[_Change]:
    """Those of a part that would get another outcome."""
    places = [at for at, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]]
    return [
        _Change(
            part.facts.ids[place],
            before[place],
            after[place],
            {name: column[place] for name, column in part.facts.columns.items()},
            {name: part.told[name][place] for name in TOLD},
            part.facts.faults.get(part.facts.ids[place]),
        )
        for place in places
    ]


def _sums(side: Side | None, name: str) -> dict[str, Decimal]:
    if side is None:
        return {}
    return {outcome: Decimal(amount) for (outcome, measure), amount in side.work.items() if measure == name}


async def _told(connection: AsyncConnection, trial: _Trial, changes: Sequence[_Change]) -> AsyncIterator[list[Mover]]:
    """Changes with names and reasons; nothing where there are none."""
    if not changes:
        return
    names = await names_in(connection, trial.book, [change.id for change in changes])
    yield [_mover(trial, change, names[change.id]) for change in changes]


def _mover(trial: _Trial, change: _Change, names: sa.RowMapping) -> Mover:
    before = _reason(trial.before, change, change.before)
    after = _reason(trial.after, change, change.after)
    return Mover(
        id=change.id,
        customer_id=names["customer_id"],
        ticket_id=names.get("ticket_id"),
        code=names["code"],
        name=names["name"],
        number=names.get("number"),
        title=names.get("title"),
        before=change.before,
        after=change.after,
        value_12m=change.told["value_12m"],
        exposure=change.told["exposure"],
        reason_before=before,
        reason_after=after,
    )


def _reason(side: Side | None, change: _Change, label: str) -> Words:
    """Why a version says what it says: the reason of the row, or what is wrong with the facts."""
    if side is None:
        return NO_WORDS
    outcome = evaluate(side.rule_set, change.facts)
    if outcome.errors or label == REFUSED:
        wrong = "; ".join(error.message for error in outcome.errors) or change.unknown or ""
        return Words(wrong, wrong)
    return outcome.reasons[0] if outcome.reasons else NO_WORDS
