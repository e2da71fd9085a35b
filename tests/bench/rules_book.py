"""Rules over the whole book; alone: `python -m tests.bench.rules_book --customers 50000`.

A made-up world on PostgreSQL. A candidate is simulated over all its customers beside the version in force, with the
time of the facts and that of the rules apart; what the simulation says of each customer is compared with the live
decision; and customers are graded live, with facts, decision, record and event.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import os
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import sqlalchemy as sa
from rich.table import Table

from resolvers.decisions.grading import RULE_SET, grade_customers
from resolvers.decisions.making import Asking, decide_customers
from resolvers.decisions.sides import REFUSED, Side
from resolvers.decisions.simulating import Wish, simulate
from resolvers.facts.gathering import gather_all
from resolvers.facts.instants import Moment
from resolvers.generating import WorldPlan, generate_world
from resolvers.rule_sets.library import shipped
from resolvers.rule_sets.versions import in_force
from rules.engine.outcome import Outcome, Outputs
from rules.engine.rule_file import read_rule_set
from rules.engine.table import RuleSet
from store import schema_version
from store.customer import CustomerRow
from store.session import Database
from tests.bench import report
from tests.bench.bars import Bar, least, most
from tests.bench.cluster import running

AT = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
MILLION = 1_000_000
COMPARED, GRADED, CHUNK = 10_000, 5_000, 500

Said: TypeAlias = tuple[str, tuple[str, ...], tuple[Outputs, ...]]


@dataclass(frozen=True)
class Graded:
    """How many customers were graded live, in how many seconds."""

    customers: int
    seconds: float


@dataclass(frozen=True)
class Book:
    """What was found over a book of customers. Times are in seconds."""

    customers: int
    making_seconds: float
    """Of the world itself."""
    seconds: float
    """Of the whole simulation, of which those that follow are parts."""
    facts_seconds: float
    rules_seconds: float
    """Of both versions."""
    compared: int
    differences: int
    """Of how many of them the simulation said something else than the live decision."""
    graded: Graded

    @property
    def bars(self) -> list[Bar]:
        """With what is asked of them."""
        seconds = self.seconds * MILLION / self.customers
        rate = self.graded.customers / self.graded.seconds
        return [
            most("simulated, seconds a million customers", seconds, "rules_simulated_s_most"),
            most(f"simulated otherwise than decided live, of {self.compared:,}", self.differences, "rules_unlike_most"),
            least("graded live, customers a second", rate, "rules_graded_least"),
        ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; gives 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description="Rules over the whole book.")
    parser.add_argument("--customers", type=int, default=50_000, help="of the made-up world")
    parser.add_argument("--sqlite", action="store_true", help="on SQLite; else on PostgreSQL")
    chosen = parser.parse_args(arguments)
    found = measured(chosen.customers, on_sqlite=chosen.sqlite)
    report.console.print(table(found))
    report.console.print(report.bars(found.bars))
    return 0 if all(bar.passed for bar in found.bars) else 1


def measured(customers: int, *, on_sqlite: bool = False) -> Book:
    """Make a world of so many customers, and run the rules over it."""
    with _store(on_sqlite=on_sqlite) as url:
        return asyncio.run(_measured(url, customers))


@contextlib.contextmanager
def _store(*, on_sqlite: bool) -> Iterator[str]:
    if on_sqlite:
        with tempfile.TemporaryDirectory(prefix="c360-book-") as folder:
            yield f"sqlite+aiosqlite:///{folder}/book.db"
        return
    with running() as cluster:
        dsn = cluster.recreate("c360_bench_book")
        try:
            yield dsn.replace("postgresql:", "postgresql+asyncpg:")
        finally:
            cluster.run("DROP DATABASE c360_bench_book WITH (FORCE)")


async def _measured(url: str, customers: int) -> Book:
    await schema_version.upgrade(url)
    database = Database(url)
    try:
        began = time.perf_counter()
        await generate_world(database, WorldPlan(customers, AT, 1, 10.0), at=AT, workers=os.cpu_count() or 1)
        made = time.perf_counter()
        found = await simulate(database, Wish(_candidate(), AT))
        simulated = time.perf_counter()
        differences = await _differences(database)
        graded = await _graded(database)
    finally:
        await database.close()
    times = (made - began, simulated - made, found.facts_seconds, found.rules_seconds)
    return Book(found.customers, *times, min(customers, COMPARED), differences, graded)


def _candidate() -> RuleSet:
    """What ships, with lower bars."""
    text = shipped()[RULE_SET].text.replace(">= 50万", ">= 30万").replace(">= 10万", ">= 8万")
    return read_rule_set(text, "candidate.yaml")


async def _ids(database: Database, count: int) -> list[uuid.UUID]:
    async with database.transaction() as session:
        ids = list((await session.scalars(sa.select(CustomerRow.id).order_by(CustomerRow.id))).all())
    return random.Random(1).sample(ids, min(count, len(ids)))


async def _differences(database: Database) -> int:
    """Of how many customers a simulation says something else than the live decision, which is rolled back."""
    async with database.transaction() as session:
        version = await in_force(session, RULE_SET, AT)
    side, ids = Side(version.rule_set), sorted(await _ids(database, COMPARED))
    simulated, differences = await _simulated(database, side, frozenset(ids)), 0
    for start in range(0, len(ids), CHUNK):
        async with database.sessions() as session:
            decided = await decide_customers(session, version, Asking("bench", AT), ids[start : start + CHUNK])
            differences += sum(
                _said(side.label(one.outcome), one.outcome) != simulated[one.customer_id] for one in decided
            )
            await session.rollback()
    return differences


async def _simulated(database: Database, side: Side, wanted: Collection[uuid.UUID]) -> dict[uuid.UUID, Said]:
    """What a simulation says of these customers; it is asked of all."""
    found: dict[uuid.UUID, Said] = {}
    async with database.snapshot(idle_ms=0) as connection:
        async for part in gather_all(connection, side.reads, Moment(AT)):
            said = side.answer(part.columns, part.ids, part.unknown)
            each = zip(part.ids, said.labels, said.places, strict=True)
            found |= {key: _said(label, said.outcomes[place]) for key, label, place in each if key in wanted}
    return found


def _said(label: str, outcome: Outcome) -> Said:
    """The outcome in a word, with the rows that decided and all their outputs; where nothing was decided, that."""
    return (label, (), ()) if label == REFUSED else (label, outcome.rows, outcome.results)


async def _graded(database: Database) -> Graded:
    ids = await _ids(database, GRADED)
    began, decided = time.perf_counter(), 0
    async for some in grade_customers(database, Asking("bench", AT), ids):
        decided += some.decided
    return Graded(decided, time.perf_counter() - began)


def table(found: Book) -> Table:
    """The times, as customers a second and as seconds a million."""
    made = report.table("Rules over the whole book", "what", "customers", "seconds", "customers/s", "s a million")
    rows = [
        ("making the world", found.customers, found.making_seconds),
        ("simulated", found.customers, found.seconds),
        ("simulated: facts", found.customers, found.facts_seconds),
        ("simulated: rules, both versions", found.customers, found.rules_seconds),
        ("graded live", found.graded.customers, found.graded.seconds),
    ]
    for what, customers, seconds in rows:
        rate = customers / seconds
        made.add_row(what, f"{customers:,}", f"{seconds:.2f}", f"{rate:,.0f}", f"{MILLION / rate:,.0f}")
    return made


if __name__ == "__main__":
    sys.exit(main())
