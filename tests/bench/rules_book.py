"""Rules over the whole book: `python -m tests.bench.rules_book --customers 50000`.

A made-up world on PostgreSQL. A candidate is simulated over all its customers beside the version in force, with the
time of the facts and that of the rules apart; what the simulation says of each customer is compared with the live
decision; and customers are graded live, with facts, decision, record and event.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from resolvers.decisions.grading import RULE_SET, grade_customers
from resolvers.decisions.making import Asking, decide_customers
from resolvers.decisions.simulating import Wish, simulate
from resolvers.decisions.simulation import Side, Simulation
from resolvers.facts.gathering import gather_all
from resolvers.facts.instants import Moment
from resolvers.generating import WorldPlan, generate_world
from resolvers.rule_sets.library import shipped
from resolvers.rule_sets.versions import in_force
from rules.engine.rule_file import read_rule_set
from rules.engine.table import RuleSet
from store import schema_version
from store.customer import CustomerRow
from store.session import Database
from tests.bench import report
from tests.bench.bars import Bar
from tests.bench.cluster import running

AT = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
LEAST_A_SECOND = 1_000_000 / 60
"""Customers that are simulated: a million a minute."""
LEAST_GRADED = 500
"""Customers that are graded live, a second."""
COMPARED, GRADED, CHUNK = 10_000, 5_000, 500


@dataclass(frozen=True)
class Graded:
    """How many customers were graded live, in how many seconds."""

    customers: int
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; gives 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description="Rules over the whole book.")
    parser.add_argument("--customers", type=int, default=50_000, help="of the made-up world")
    parser.add_argument("--sqlite", action="store_true", help="on SQLite; else on PostgreSQL")
    chosen = parser.parse_args(arguments)
    with _store(on_sqlite=chosen.sqlite) as url:
        bars = asyncio.run(_measured(url, chosen.customers))
    report.console.print(report.bars(bars))
    return 0 if all(bar.passed for bar in bars) else 1


@contextlib.contextmanager
def _store(*, on_sqlite: bool) -> Iterator[str]:
    if on_sqlite:
        with tempfile.TemporaryDirectory(prefix="c360-book-") as folder:
            yield f"sqlite+aiosqlite:///{folder}/book.db"
        return
    with running() as cluster:
        dsn = cluster.recreate("c360_bench_book")
        yield dsn.replace("postgresql:", "postgresql+asyncpg:")
        cluster.run("DROP DATABASE c360_bench_book WITH (FORCE)")


async def _measured(url: str, customers: int) -> list[Bar]:
    await schema_version.upgrade(url)
    database = Database(url)
    try:
        await generate_world(database, WorldPlan(customers, AT, 1, 10.0), at=AT)
        found = await simulate(database, Wish(_candidate(), AT))
        differences = await _differences(database)
        graded = await _graded(database)
    finally:
        await database.close()
    _print(found, graded)
    seconds, compared = found.facts_seconds + found.rules_seconds, min(customers, COMPARED)
    return [
        Bar("simulated, customers a second", found.customers / seconds, LEAST_A_SECOND, at_least=True),
        Bar(f"simulated as decided live, share of {compared:,}", 1 - differences / compared, 1, at_least=True),
        Bar("graded live, customers a second", graded.customers / graded.seconds, LEAST_GRADED, at_least=True),
    ]


def _candidate() -> RuleSet:
    """What ships, with lower bars."""
    text = shipped()[RULE_SET].text.replace(">= 50万", ">= 30万").replace(">= 10万", ">= 8万")
    return read_rule_set(text, "candidate.yaml")


async def _ids(database: Database, most: int) -> list[uuid.UUID]:
    async with database.transaction() as session:
        ids = list((await session.scalars(sa.select(CustomerRow.id).order_by(CustomerRow.id))).all())
    return random.Random(1).sample(ids, min(most, len(ids)))


async def _differences(database: Database) -> int:
    """Of how many customers a simulation says something else than the live decision, which is rolled back."""
    async with database.transaction() as session:
        version = await in_force(session, RULE_SET, AT)
    side = Side(version.rule_set)
    simulated: dict[uuid.UUID, str] = {}
    async with database.snapshot(idle_ms=0) as connection:
        async for part in gather_all(connection, side.reads, Moment(AT)):
            simulated |= zip(part.ids, side.labels(part.columns, part.ids, part.unknown), strict=True)
    ids, differences = sorted(await _ids(database, COMPARED)), 0
    for start in range(0, len(ids), CHUNK):
        async with database.sessions() as session:
            decided = await decide_customers(session, version, Asking("bench", AT), ids[start : start + CHUNK])
            differences += sum(side.label(one.outcome) != simulated[one.customer_id] for one in decided)
            await session.rollback()
    return differences


async def _graded(database: Database) -> Graded:
    ids = await _ids(database, GRADED)
    began, decided = time.perf_counter(), 0
    async for some in grade_customers(database, Asking("bench", AT), ids):
        decided += some.decided
    return Graded(decided, time.perf_counter() - began)


def _print(found: Simulation, graded: Graded) -> None:
    table = report.table("Rules over the whole book", "what", "customers", "seconds", "customers/s", "s a million")
    rows = [
        ("simulated: facts", found.customers, found.facts_seconds),
        ("simulated: rules, both versions", found.customers, found.rules_seconds),
        ("graded live", graded.customers, graded.seconds),
    ]
    for what, customers, seconds in rows:
        rate = customers / seconds if seconds else 0.0
        table.add_row(what, f"{customers:,}", f"{seconds:.2f}", f"{rate:,.0f}", f"{1e6 / rate:,.0f}" if rate else "")
    report.console.print(table)


if __name__ == "__main__":
    sys.exit(main())
