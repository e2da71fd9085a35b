"""`make bench`: the race of all servers, what access control costs, and memory under many different documents.

Everything runs on this machine, on the loopback address, one server process each, bounded in count and time. Ends
with 1 where a bar is missed. `--million` is another measurement: the view in a world of a million customers.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.bench import access, agreement, bars, memory, million, report, world, wrk
from tests.bench.cluster import Cluster, running
from tests.bench.questions import QUERIES, bodies, rich_customers
from tests.bench.race import Cell, Lane, Run, cell, length, run, warm
from tests.bench.servers import LIMIT, PEER, STRAWBERRY, UNBOUNDED, Running, install_postgraphile, ours, started
from tests.bench.usage import Watch, resident_mb

SERVERS = {server.name: server for server in (*map(ours, ("direct", "lean", "walk")), STRAWBERRY, PEER, LIMIT)}
PARTS = ("race", "access", "documents")
CLIENTS = (1, 16)
ALIKE = 25
"""How many answers of each query are compared between all servers before the race."""


@dataclass
class Results:
    """What has been found so far; its parts are what `--json` writes."""

    json: dict[str, Any] = field(default_factory=dict)
    bars: list[bars.Bar] = field(default_factory=list)

    def finish(self, file: Path | None) -> int:
        """Print the bars, write the file; gives the exit status."""
        report.console.print(report.bars(self.bars))
        self.json["bars"] = [bar.as_json() for bar in self.bars]
        if file:
            file.write_text(json.dumps(self.json, indent=1) + "\n")
        return 0 if all(bar.passed for bar in self.bars) else 1


@dataclass(frozen=True)
class Ground:
    """What all parts stand on."""

    cluster: Cluster
    database: str
    customers: Sequence[str]
    folder: Path
    options: argparse.Namespace
    store: psutil.Process | None

    @property
    def dsn(self) -> str:
        """The address of the world."""
        return self.cluster.database(self.database)


def main() -> int:
    """Measure what the command line asks for; gives the exit status."""
    options = _options()
    wrk.require()
    results = Results({"machine": _machine(), "rounds": options.rounds, "seconds": options.seconds})
    with running() as cluster, tempfile.TemporaryDirectory(prefix="c360-bench-") as folder:
        if options.million:
            _million(results, cluster, Path(folder), options)
        else:
            _parts(results, cluster, Path(folder), options)
    return results.finish(options.json)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    parser.add_argument("--customers", type=int, default=50_000, help="size of the world (50000)")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each server, query and number of clients (5)")
    parser.add_argument("--seconds", type=int, default=2, help="length of one run (2)")
    parser.add_argument("--servers", default=",".join(SERVERS), help="who races: " + ",".join(SERVERS))
    parser.add_argument("--only", choices=PARTS, action="append", help="only this part; may be given again")
    parser.add_argument("--million", action="store_true", help="compare 1,000,000 customers with 50,000 instead")
    return parser.parse_args()


def _parts(results: Results, cluster: Cluster, folder: Path, options: argparse.Namespace) -> None:
    database = world.prepare(cluster, options.customers)
    results.json["world"] = sizes = world.sizes(cluster, database)
    print(", ".join(f"{count:,} {table.replace('_', ' ')}" for table, count in sizes.items()))
    ground = Ground(cluster, database, rich_customers(cluster, database), folder, options, cluster.postmaster())
    parts = {"race": _race, "access": _access, "documents": _documents}
    for part in options.only or PARTS:
        parts[part](results, ground)


def _race(results: Results, ground: Ground) -> None:
    entrants = [SERVERS[name] for name in ground.options.servers.split(",")]
    if PEER in entrants:
        install_postgraphile()
    with ExitStack() as stack:
        lanes = [_lane(stack.enter_context(started(server, ground.dsn, UNBOUNDED)), ground) for server in entrants]
        before = {lane.name: resident_mb(lane.running.process) for lane in lanes}
        leaves = {query: _agree(lanes, query) for query in QUERIES}
        rates = {(lane.name, q): warm(lane, q, clients=max(CLIENTS), seconds=2) for lane in lanes for q in QUERIES}
        cells, others = _cells(lanes, rates, ground)
        after = {lane.name: resident_mb(lane.running.process) for lane in lanes}
    results.json |= {
        "leaves": leaves,
        "cells": [each.as_json() for each in cells],
        "memory_mb": after,
        "others": others,
    }
    titles = {server.name: server.title for server in entrants}
    report.print_race(cells, titles, leaves, others)
    report.console.print(report.memory(before, after, titles))
    results.bars.extend(bars.throughput(cells))
    if bars.OURS in after:
        results.bars.append(bars.most("worker after the race, MB", after[bars.OURS], "worker_mb_most"))


def _lane(server: Running, ground: Ground) -> Lane:
    asked = {query: bodies(server, query, ground.customers, ground.folder) for query in QUERIES}
    return Lane(server, asked, server.server.headers)


def _agree(lanes: Sequence[Lane], query: str) -> int:
    """All servers give the same data; gives the mean number of leaves."""
    counts = []
    for place in range(ALIKE):
        answers = {
            lane.name: lane.running.ask(query, lane.bodies[query].items[place % len(lane.bodies[query].items)])["data"]
            for lane in lanes
        }
        counts.append(agreement.compare(answers))
    return sum(counts) // len(counts)


def _cells(lanes: Sequence[Lane], rates: Mapping[tuple[str, str], float], ground: Ground) -> tuple[list[Cell], float]:
    """All rounds, and what share of the machine others used meanwhile.

    In a round every server in turn answers every query; who begins changes with the round.
    """
    runs: dict[tuple[str, int, str], list[Run]] = {}
    watch = Watch()
    for turn in range(ground.options.rounds):
        order = [*lanes[turn % len(lanes) :], *lanes[: turn % len(lanes)]]
        for query, clients, lane in ((q, c, each) for q in QUERIES for c in CLIENTS for each in order):
            seconds = length(rates[lane.name, query], clients, ground.options.seconds)
            found = run(lane, query, clients=clients, seconds=seconds, seed=turn, store=ground.store)
            runs.setdefault((query, clients, lane.name), []).append(found)
    others = watch.others(sum(each.cpu for found in runs.values() for each in found))
    names = [lane.name for lane in lanes]
    return [cell(name, q, c, runs[q, c, name]) for q in QUERIES for c in CLIENTS for name in names], others


def _access(results: Results, ground: Ground) -> None:
    found = access.restrictions(ground.cluster, ground.database, ground.customers)
    with started(ours("direct"), ground.dsn, UNBOUNDED) as server:
        costs = [
            access.cost(
                server,
                each,
                folder=ground.folder,
                rounds=2 * ground.options.rounds,
                seconds=ground.options.seconds,
                store=ground.store,
            )
            for each in found
        ]
    results.json["access"] = {each.scope: {"free": each.free.as_json(), "held": each.held.as_json()} for each in costs}
    report.console.print(report.access(costs))
    for each in costs:
        results.bars.append(bars.most(f"CPU with masks, scope {each.scope}", each.ratio, "access_cpu_most"))


def _documents(results: Results, ground: Ground) -> None:
    with started(ours("direct"), ground.dsn, UNBOUNDED) as server:
        samples = memory.documents(server, ground.customers, ground.store)
    results.json["documents"] = [each.as_json() for each in samples]
    report.console.print(report.documents(samples))
    results.bars.append(bars.most("worker after 10,000 documents, MB", samples[-1].worker_mb, "worker_mb_most"))
    results.bars.append(
        bars.most(
            "worker's growth from 2,000 to 10,000 documents, MB", memory.growth(samples), "documents_growth_mb_most"
        )
    )


def _million(results: Results, cluster: Cluster, folder: Path, options: argparse.Namespace) -> None:
    small, large = million.compare(cluster, folder, rounds=6 * options.rounds, seconds=1)
    results.json["million"] = [small.as_json(), large.as_json()]
    report.console.print(report.million(small, large))
    ratio = large.p50_ms / small.p50_ms
    results.bars.append(
        bars.most("A, 1 client: p50 with 1,000,000 customers against 50,000", ratio, "million_p50_most")
    )


def _machine() -> str:
    return (
        f"{psutil.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB, Python {platform.python_version()}"
    )


if __name__ == "__main__":
    sys.exit(main())
