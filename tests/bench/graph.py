"""`make bench-graph`: every question about the network on both adapters, and how the copy in Neo4j is kept.

One network of 200 departments, 2,000 people and 100,000 customers, on SQLite, on PostgreSQL, and copied into Neo4j.
Ends with 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import gc
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph.neo4j import Neo4jGraph
from graph.port import Graph
from graph.relational import RelationalGraph
from resolvers.reading import open_reads
from tests.bench import bars, graph_world, report
from tests.bench.cluster import Cluster, running, running_neo4j
from tests.bench.graph_copy import Copy, opened, rebuilt, taken_in, verified
from tests.bench.graph_questions import QUESTIONS, status
from tests.bench.graph_timing import BARE, NEO4J, Answer, Plan, measure, ways

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
RECORDS = (SQLITE, POSTGRESQL)
BATCH = 50
WORK = "c360_bench_graph_work"
"""The database that the measurement may change: a copy of the world."""


@dataclass
class Results:
    """What has been found so far."""

    bars: list[bars.Bar] = field(default_factory=list)
    json: dict[str, Any] = field(default_factory=dict)

    def finish(self, file: Path | None) -> int:
        """Print the bars, write the file; gives the exit status."""
        report.console.print(report.bars(self.bars))
        self.json["bars"] = [bar.as_json() for bar in self.bars]
        if file:
            file.write_text(json.dumps(self.json, indent=1) + "\n")
        return 0 if all(bar.passed for bar in self.bars) else 1


def main() -> int:
    """Measure; gives the exit status."""
    options, results = _options(), Results()
    with running() as cluster, running_neo4j() as neo4j:
        file, world = graph_world.on_sqlite(), graph_world.on_postgresql(cluster)
        try:
            asyncio.run(_measure(results, f"sqlite+aiosqlite:///{file}", _work(cluster, world), neo4j, options))
        finally:
            cluster.run(f"DROP DATABASE IF EXISTS {WORK} WITH (FORCE)")
    return results.finish(options.json)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    parser.add_argument("--rounds", type=int, default=3, help="rounds over all questions; the calmest one counts (3)")
    parser.add_argument("--calls", type=int, default=100, help="calls of each question for one key, each round (100)")
    parser.add_argument("--batches", type=int, default=15, help=f"calls of each question for {BATCH} keys (15)")
    parser.add_argument("--events", type=int, default=20_000, help="events that wait for the copy (20000)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only questions whose name holds this text")
    return parser.parse_args()


def _work(cluster: Cluster, world: str) -> str:
    cluster.run(f"DROP DATABASE IF EXISTS {WORK} WITH (FORCE)")
    cluster.run(f'CREATE DATABASE {WORK} TEMPLATE "{world}"')
    return cluster.database(WORK).replace("postgresql:", "postgresql+asyncpg:")


async def _measure(results: Results, sqlite: str, record: str, neo4j: str, options: argparse.Namespace) -> None:
    load = os.getloadavg()[0]
    async with opened(record, neo4j) as copy:
        seconds = {"rebuild": await rebuilt(copy), "verify": await verified(copy)}
        async with _graphs(sqlite, copy) as graphs:
            await _questions(results, graphs, copy, options)
        rate = await taken_in(copy, options.events)
        await verified(copy)
    _print_copy(results, seconds, rate, options.events)
    report.console.print(
        f"Load of the machine (waiting processes): {load:.1f} before, {os.getloadavg()[0]:.1f} after.\n"
    )


@contextlib.asynccontextmanager
async def _graphs(sqlite: str, copy: Copy) -> AsyncIterator[dict[str, Graph]]:
    """The relational adapter over both stores, and Neo4j."""
    reads = await open_reads(sqlite, size=2)
    try:
        yield {
            SQLITE: RelationalGraph(reads),
            POSTGRESQL: RelationalGraph(copy.reads),
            NEO4J: Neo4jGraph(copy.bolt, copy.reads),
        }
    finally:
        await reads.close()


async def _questions(results: Results, graphs: Mapping[str, Graph], copy: Copy, options: argparse.Namespace) -> None:
    asked, chosen = ways(graphs, copy.bolt), [each for each in QUESTIONS if options.only in each.name]
    state = [status(dt.datetime.now(dt.UTC))] if options.only in "status" else []
    gc.collect()
    gc.freeze()  # the keys to choose from are many, and no service has them in its memory
    single, batch = Plan(options.rounds, options.calls, 100, 1), Plan(options.rounds, options.batches, 5, BATCH)
    for plan, questions in ((single, [*chosen, *state]), (batch, chosen)):
        found = await measure(questions, copy.people, asked, plan)
        results.json[f"keys_{plan.size}"] = [each.as_json() for each in found]
        _print(found, plan)
        _judge(results, found, plan)


def _print(found: Sequence[Answer], plan: Plan) -> None:
    """Both adapters side by side."""
    title = "One key" if plan.size == 1 else f"{plan.size} keys"
    names = (*RECORDS, NEO4J, BARE)
    heads = [head for name in names for head in (f"{name} p50", "p95")]
    made = report.table(f"{title} a call, ms", "question", *heads, f"Neo4j, {BARE} = 1")
    for each in found:
        figures = (each.figures[name].quantile(share) for name in names for share in (0.5, 0.95))
        made.add_row(each.question, *(f"{figure:.2f}" for figure in figures), f"{each.times_bare:.2f}")
    report.console.print(made)


def _judge(results: Results, found: Sequence[Answer], plan: Plan) -> None:
    """The bars: of each store the slowest question, and any other that is too slow."""
    if not found:
        return
    what, threshold = ("one key", "graph_single_ms_most") if plan.size == 1 else ("50 keys", "graph_batch_ms_most")
    for store in RECORDS:
        results.bars += _worst({e.question: e.figures[store].p50 for e in found}, f"{store}, {what}, ms", threshold)
    if plan.size == 1:
        ratios = {each.question: each.times_bare for each in found}
        results.bars += _worst(ratios, f"Neo4j, {what}, {BARE} = 1", "graph_bare_most")


def _worst(measured: Mapping[str, float], what: str, threshold: str) -> list[bars.Bar]:
    made = [
        bars.most(f"{what}: {name}", measured[name], threshold) for name in sorted(measured, key=measured.__getitem__)
    ]
    return [bar for bar in made[:-1] if not bar.passed] + made[-1:]


def _print_copy(results: Results, seconds: Mapping[str, float], rate: float, events: int) -> None:
    made = report.table("The copy in Neo4j", "what", "")
    made.add_row("making it, s", f"{seconds['rebuild']:.1f}")
    made.add_row("comparing it with the record, s", f"{seconds['verify']:.1f}")
    made.add_row(f"events a second, of {events:,} that waited", f"{rate:,.0f}")
    report.console.print(made)
    results.json["copy"] = {**seconds, "events_a_second": rate}
    results.bars += [
        bars.most("making the copy, s", seconds["rebuild"], "graph_rebuild_s_most"),
        bars.most("comparing it with the record, s", seconds["verify"], "graph_verify_s_most"),
        bars.Bar("events taken in a second", rate, bars.THRESHOLDS["graph_events_least"], at_least=True),
    ]


if __name__ == "__main__":
    sys.exit(main())
