"""What the event log costs and how soon its readers hear: `python -m tests.bench.edge_log`.

A ticket changes its state with its event and without, in turns, by the same command; and commits of one process are
read in another, each timed from the end of the commit to the moment at which the reader has the event in its hands.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from outbox.event import EventKind
from outbox.following import follow
from outbox.log import Change, append
from outbox.tail import open_tail
from outbox.waking import open_notifier
from resolvers import commands
from resolvers.reading import open_reads
from resolvers.ticket_state import TicketStateChange, change_ticket_state
from store import schema_version
from store.session import Database
from store.ticket import TicketStatus
from tests.bench import report
from tests.bench.bars import Bar
from tests.bench.cluster import running
from tests.commands.worlds import World, built
from tests.factories import NOW

ROUNDS, TURN = 60, 20
"""How often the two ways take turns, and commands of one turn."""
COMMITS, PACE, WRITERS = 1_500, 150, 4
"""Commits that are timed, how many a second, and how many writers make them."""
MOST_COST, MOST_P99_MS = 1.15, 100
NEXT = {
    TicketStatus.IN_PROGRESS: TicketStatus.AWAITING_CUSTOMER,
    TicketStatus.AWAITING_CUSTOMER: TicketStatus.IN_PROGRESS,
}


@dataclass(frozen=True)
class Cost:
    """A command without its event and with it, in milliseconds: the medians of all turns.

    `ratio` is the median over the rounds of how many times the time without an event the command took with it: both
    turns of a round have the same neighbours on the machine.
    """

    store: str
    without_ms: float
    with_ms: float
    without_cpu_ms: float
    with_cpu_ms: float
    ratio: float


@dataclass(frozen=True)
class Delays:
    """From commit to delivery in another process, in milliseconds."""

    store: str
    all: Sequence[float]

    def quantile(self, share: float) -> float:
        """The delay that this share of the deliveries did not pass."""
        ordered = sorted(self.all)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def main() -> int:
    """Measure on both stores; gives 1 where a bar is missed."""
    costs, delays = [], []
    with _stores() as urls:
        for name, url in urls.items():
            asyncio.run(schema_version.upgrade(url))
            delays.append(asyncio.run(_delays(name, url)))
            costs.append(asyncio.run(_cost(name, url)))
    _print(costs, delays)
    bars = [
        Bar(f"{each.store}: command with its event, without = 1", each.ratio, MOST_COST, at_least=False)
        for each in costs
    ]
    bars += [
        Bar(f"{each.store}: commit to delivery, p99 ms", each.quantile(0.99), MOST_P99_MS, at_least=False)
        for each in delays
    ]
    report.console.print(report.bars(bars))
    return 0 if all(bar.passed for bar in bars) else 1


@contextlib.contextmanager
def _stores() -> Iterator[dict[str, str]]:
    with running() as cluster, tempfile.TemporaryDirectory(prefix="c360-log-") as folder:
        dsn = cluster.recreate("c360_bench_log")
        yield {
            "PostgreSQL": dsn.replace("postgresql:", "postgresql+asyncpg:"),
            "SQLite": f"sqlite+aiosqlite:///{folder}/log.db",
        }
        cluster.run("DROP DATABASE c360_bench_log WITH (FORCE)")


@contextlib.asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    """The writing side as the service has it, with its notifier."""
    database = Database(url, pool_size=5)
    try:
        async with open_notifier(url) as notifier:
            database.on_news(notifier.wake)
            yield database
    finally:
        await database.close()


async def _cost(name: str, url: str) -> Cost:
    """Take turns, beside a tail that follows as in a service."""
    times: dict[bool, list[float]] = {True: [], False: []}
    cpu: dict[bool, list[float]] = {True: [], False: []}
    async with _opened(url) as database, open_tail(url):
        moving = _Moving(database, await built(database))
        await moving.turn(with_events=True)
        await moving.turn(with_events=False)
        for number in range(ROUNDS):
            for with_events in (True, False) if number % 2 else (False, True):
                began, began_cpu = time.perf_counter(), time.process_time()
                await moving.turn(with_events=with_events)
                times[with_events].append((time.perf_counter() - began) / TURN * 1e3)
                cpu[with_events].append((time.process_time() - began_cpu) / TURN * 1e3)
    found = (statistics.median(each[way]) for each in (times, cpu) for way in (False, True))
    ratios = (held / free for held, free in zip(times[True], times[False], strict=True))
    return Cost(name, *found, statistics.median(ratios))


class _Moving:
    """A ticket that goes to and fro between two states."""

    def __init__(self, database: Database, world: World) -> None:
        self._database, self._world = database, world
        self._status = TicketStatus.IN_PROGRESS

    async def turn(self, *, with_events: bool) -> None:
        """Some changes of state, one after the other."""
        with contextlib.nullcontext() if with_events else _without_events():
            for _ in range(TURN):
                draft = TicketStateChange(self._world.ticket, self._status)
                await commands.run(self._database, self._world.manager, NOW, change_ticket_state, draft)
                self._status = NEXT[self._status]


@contextlib.contextmanager
def _without_events() -> Iterator[None]:
    """Commands as they would be if there were no log."""

    async def nothing(session: AsyncSession, *_: object, **__: object) -> None:
        await session.flush()

    commands.append = nothing
    try:
        yield
    finally:
        commands.append = append


async def _delays(name: str, url: str) -> Delays:
    """Read here what another process commits."""
    reads = await open_reads(url, size=2)
    arrived: dict[int, float] = {}
    try:
        async with open_tail(url) as tail:
            words = [sys.executable, "-m", "tests.bench.edge_log", "--write", url]
            process = await asyncio.create_subprocess_exec(
                *words, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
            )
            async with contextlib.aclosing(follow(tail, reads, tail.position)) as batches:
                while len(arrived) < COMMITS:
                    batch = await anext(batches)
                    now = time.monotonic()
                    arrived |= {event.data["number"]: now for event in batch.events}
            told, _ = await process.communicate()
    finally:
        await reads.close()
    committed = {int(number): at for number, at in json.loads(told).items()}
    return Delays(name, [max(0.0, arrived[number] - at) * 1e3 for number, at in committed.items()])


async def _write(url: str) -> None:
    """The writing process: commits at a steady pace, and at the end tells when each of them was done."""
    done: dict[int, float] = {}
    about = uuid.uuid4()
    async with _opened(url) as database:
        began = time.monotonic() + 0.5

        async def writer(first: int) -> None:
            for number in range(first, COMMITS, WRITERS):
                await asyncio.sleep(began + number / PACE - time.monotonic())
                async with database.transaction() as session:
                    told = Change(EventKind.TICKET_CHANGED, "Ticket", about, {"number": number})
                    await append(session, [told], at=NOW, actor="bench")
                done[number] = time.monotonic()

        await asyncio.gather(*(writer(first) for first in range(WRITERS)))
    print(json.dumps(done))


def _print(costs: Sequence[Cost], delays: Sequence[Delays]) -> None:
    table = report.table(
        "A ticket changes its state", "store", "without ms", "with event ms", "ratio", "CPU ms without", "CPU ms with"
    )
    for each in costs:
        times = (each.without_ms, each.with_ms, each.ratio, each.without_cpu_ms, each.with_cpu_ms)
        table.add_row(each.store, *(f"{figure:.2f}" for figure in times))
    report.console.print(table)
    table = report.table(
        "From commit to delivery in another process, ms", "store", "commits", "p50", "p95", "p99", "most"
    )
    for delay in delays:
        marks = (delay.quantile(share) for share in (0.5, 0.95, 0.99, 1))
        table.add_row(delay.store, f"{len(delay.all):,}", *(f"{mark:.1f}" for mark in marks))
    report.console.print(table)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        asyncio.run(_write(sys.argv[2]))
    else:
        sys.exit(main())
