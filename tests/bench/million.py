"""The view in a world of a million customers, beside the same in one of fifty thousand."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench import world
from tests.bench.cluster import Cluster
from tests.bench.questions import bodies, rich_customers
from tests.bench.race import Cell, Lane, Run, cell, run, warm
from tests.bench.servers import UNBOUNDED, ours, started

SIZES = (50_000, 1_000_000)
CUSTOMERS = 1_000
"""How many customers are asked for, in each world: what is cached then is alike too."""


def compare(cluster: Cluster, folder: Path, *, rounds: int, seconds: int, sizes: Sequence[int] = SIZES) -> list[Cell]:
    """Query A with one client on worlds of both sizes in turns; a cell for each size, named by it."""
    store = cluster.postmaster()
    with ExitStack() as stack:
        lanes = {size: _lane(stack, cluster, folder, size) for size in sizes}
        runs: dict[int, list[Run]] = {size: [] for size in sizes}
        for lane in lanes.values():
            warm(lane, "a", clients=4, seconds=10)
        for turn in range(rounds):
            for size, lane in sorted(lanes.items(), reverse=bool(turn % 2)):
                runs[size].append(run(lane, "a", clients=1, seconds=seconds, seed=turn, store=store))
    return [cell(f"{size:,} customers", "a", 1, runs[size]) for size in sizes]


def _lane(stack: ExitStack, cluster: Cluster, folder: Path, size: int) -> Lane:
    database = world.prepare(cluster, size)
    running = stack.enter_context(started(ours("direct"), cluster.database(database), UNBOUNDED))
    part = folder / str(size)
    part.mkdir()
    customers = rich_customers(cluster, database)[:CUSTOMERS]
    return Lane(running, {"a": bodies(running, "a", customers, part)}, running.server.headers)
