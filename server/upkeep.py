"""What an open store needs while the application runs: it is looked at, told of in metrics, and kept in order."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from graph.relational import RelationalGraph
from outbox.tail import Tail
from resolvers.acting.rounds import Acted
from resolvers.decisions.grading import Graded
from resolvers.reading import ReadStore
from resolvers.rule_sets.engines import LIVE
from server.acting import Acting
from server.grading import KeepingGrades
from server.housekeeping import HOUR, SIMULATIONS, Done, Housekeeping
from server.metrics import Metrics
from server.settings import Settings
from server.simulating import Simulating
from store import schema_version
from store.session import Database

if TYPE_CHECKING:  # its module loads Neo4j's driver
    from graph.projection import Projector

LONGEST_LAG: Final = 30.0
"""Seconds that the reader of the event log may be behind; beyond it the process is not ready."""


class NotReadyError(Exception):
    """The process cannot do its work now; the text says why, in words for whoever runs it."""


@dataclass(frozen=True)
class Upkeep:
    """Looks after one store.

    `names` are those of the operations in trusted documents, `interval` the seconds between two rounds of housekeeping,
    `grading` those between two looks for customers whose grade is due, `acting` those between two rounds of the rules
    about tickets and duties; 0: nobody looks. `simulates` are the settings with which simulations are run that were
    asked for, and kept; None: nobody runs them.
    """

    reads: ReadStore
    database: Database
    tail: Tail
    retention: dt.timedelta
    names: frozenset[str] = frozenset()
    projector: Projector | None = None
    interval: float = HOUR
    grading: float = 0.0
    acting: float = 0.0
    simulates: Settings | None = None
    version: str = field(default_factory=schema_version.head)

    async def check(self) -> None:
        """Ask whether all is well: the tables are ours, and the event log is read. What the driver says is raised.

        Raises:
            NotReadyError: the database answers, and is not as it must be.
        """
        found = (await self.reads.row("SELECT version_num FROM alembic_version", ()))[0]
        if found != self.version:
            raise NotReadyError(f"The tables are of version {found}, and {self.version} is needed: run `c360 migrate`")
        lag = self.tail.lag_seconds
        if lag > LONGEST_LAG:
            raise NotReadyError(f"The event log could not be read for {lag:.0f} s")

    async def run(self, metrics: Metrics) -> None:
        """Keep house, grades and the copy of the network where there is one, and simulate what is asked for."""

        def counted(done: Done) -> None:
            metrics.housekeeping.labels("events").inc(done.events)
            metrics.housekeeping.labels("idempotency_keys").inc(done.keys)
            metrics.housekeeping.labels("simulations").inc(done.simulations)
            metrics.handovers.inc(done.handovers)

        def graded(some: Graded) -> None:
            metrics.grades.labels("decided").inc(some.decided)
            metrics.grades.labels("moved").inc(sum(some.moves.values()))
            metrics.grades.labels("refused").inc(len(some.refused))

        def acted(round_: Acted) -> None:
            for what, count in round_.counts().items():
                metrics.acts.labels(what).inc(count)

        def simulated(how: str) -> None:
            metrics.simulations.labels(how).inc()

        url = self.database.engine.url
        keeping = Housekeeping(
            url,
            retention=self.retention,
            simulations=SIMULATIONS if self.simulates is None else dt.timedelta(days=self.simulates.simulation_days),
            position=lambda: self.tail.position.id,
            told=counted,
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keeping.run(_now, interval=self.interval))
            if self.grading:
                tasks.create_task(KeepingGrades(url, clock=_now, told=graded).run(interval=self.grading))
            if self.acting:
                of_record = RelationalGraph(self.reads)
                tasks.create_task(Acting(url, of_record, clock=_now, told=acted).run(interval=self.acting))
            if self.simulates is not None and self.simulates.simulating_seconds:
                simulating = Simulating(self.simulates, self.reads, clock=_now, told=simulated)
                tasks.create_task(simulating.run(interval=self.simulates.simulating_seconds))
            if self.projector is not None:
                tasks.create_task(self.projector.run())

    def gauges(self, metrics: Metrics) -> None:
        """Set the gauges of the event log and of the connections to what holds now."""
        tail = self.tail
        for which, number in (("head", tail.head), ("horizon", tail.horizon), ("position", tail.position.id)):
            metrics.log_ids.labels(which).set(number)
        metrics.log_ids.labels("floor").set(tail.floor)
        metrics.log_lag.set(tail.lag_seconds)
        metrics.rule_differences.set(LIVE.differences)
        if self.projector is not None:
            metrics.graph_lag.set(self.projector.lag_seconds)
            metrics.graph_events.set(self.projector.events)
        for what in ("looks", "moves", "resyncs", "outages"):
            metrics.log_reads.labels(what).set(getattr(tail.counters, what))
        pool: Any = self.database.engine.pool
        metrics.pool.labels("write", "in_use").set(pool.checkedout())
        metrics.pool.labels("write", "most").set(pool.size())
        for name, in_use, most in self.reads.usage():
            metrics.pool.labels(name, "in_use").set(in_use)
            metrics.pool.labels(name, "most").set(most)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
