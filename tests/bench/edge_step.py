"""What the step between parse and plan takes of an answer: the kept document, its variables, its cost, the admission.

Processor time of this process, without HTTP and without what the database takes. `python -m tests.bench.edge_step`.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import OperationType

from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.reading import Answerer, Context, open_reads
from resolvers.reading.cost import cost_of
from schema.build import build_answerer
from tests.bench import report, world
from tests.bench.cluster import running
from tests.bench.questions import QUERIES, document, rich_customers

SUBJECT = Subject("bench", Role.MANAGER, Clearance.SECRET, Scope.ALL)
TIMES, ROUNDS = 300, 7
MOST_OF_A = 0.05
"""The share of query A that the step may take."""


@dataclass(frozen=True)
class Taken:
    """Microseconds of processor time of one query: of the parts of the step, the step, and the whole answer."""

    query: str
    points: int
    lookup: float
    cost: float
    step: float
    answer: float

    @property
    def share(self) -> float:
        """The step's share of the answer."""
        return self.step / self.answer


async def measured(answerer: Answerer, query: str, variables: Sequence[dict[str, Any]]) -> Taken:
    """The figures of one query; the variables differ from one request to the next."""
    text = document("ours", query)
    now = dt.datetime.now(dt.UTC)
    context = Context(SUBJECT, now, admit=lambda points: 100_000 - points)
    kept = answerer.documents.get(text)
    operation = kept.operation(None)

    async def answer(turn: int) -> None:
        reply = await answerer.answer(text, variables[turn % len(variables)], None, context)
        assert reply.executed, reply.body

    async def step(turn: int) -> None:
        answerer.prepare(text, variables[turn % len(variables)], None, context, kinds=(OperationType.QUERY,))

    async def lookup(_: int) -> None:
        answerer.documents.get(text)

    async def cost(turn: int) -> None:
        cost_of(answerer.schema, kept, operation, variables[turn % len(variables)])

    async def nothing(_: int) -> None:
        pass

    loop = await _microseconds(nothing)
    taken = [await _microseconds(work) - loop for work in (lookup, cost, step, answer)]
    return Taken(query, cost_of(answerer.schema, kept, operation, variables[0]), *taken)


async def _microseconds(work: Callable[[int], Awaitable[None]]) -> float:
    """The processor time of one call, the best of several rounds."""
    rounds = []
    for _ in range(ROUNDS):
        before = time.process_time()
        for turn in range(TIMES):
            await work(turn)
        rounds.append((time.process_time() - before) / TIMES)
    return min(rounds) * 1e6


async def _all(dsn: str, customers: Sequence[str]) -> list[Taken]:
    reads = await open_reads(dsn, size=1)
    try:
        answerer = build_answerer(reads)
        one = [{"id": f"Customer:{key}"} for key in customers]
        return [await measured(answerer, query, [{"after": None}] if query == "b" else one) for query in QUERIES]
    finally:
        await reads.close()


def main() -> int:
    """Measure and print; gives 1 where the step takes more of A than it may."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--customers", type=int, default=50_000, help="how large the world is")
    chosen = options.parse_args()
    with running() as cluster:
        database = world.prepare(cluster, chosen.customers)
        dsn = cluster.database(database).replace("postgresql:", "postgresql+asyncpg:")
        found = asyncio.run(_all(dsn, rich_customers(cluster, database)))
    report.console.print(table(found))
    return int(any(each.share > MOST_OF_A for each in found if each.query == "a"))


def table(found: Sequence[Taken]) -> Any:
    """The figures as people read them."""
    names = ("query", "points", "lookup us", "cost us", "whole step us", "answer us", "step's share")
    made = report.table("The step between parse and plan, for kept documents", *names)
    for each in found:
        figures = (each.lookup, each.cost, each.step, each.answer)
        row = [f"{each.points:,}", *(f"{figure:,.1f}" for figure in figures), f"{each.share:.1%}"]
        made.add_row(each.query.upper(), *row)
    return made


if __name__ == "__main__":
    raise SystemExit(main())
