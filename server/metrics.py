"""Metrics for Prometheus: what is asked, how it is answered, what is refused, sockets, the event log, pools, processes.

Several workers write to files in one folder (`PROMETHEUS_MULTIPROC_DIR`), and whichever is asked adds all of them up.
No label holds what a client can choose freely: beyond the first few, names count as `other`.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder of several processes' metrics; must be set before `prometheus_client` is loaded."""

MAX_NAMES: Final = 50
"""Operation names that count each by itself, beside those that are known from the start."""
MAX_CODES: Final = 100
"""Codes of errors that count each by itself; we have fewer."""
BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latencies that are told apart, in seconds."""

Collect = Callable[["Metrics"], None]
"""Sets gauges to what holds now."""


class Names:
    """Keeps the values of a label few: the known ones, and the first that come; all further ones are `other`."""

    def __init__(self, limit: int) -> None:
        self._known: set[str] = set()
        self._left = limit

    def know(self, names: Iterable[str]) -> None:
        """These always count by themselves."""
        self._known.update(names)

    def of(self, name: str | None) -> str:
        """The label's value for a name; no name is `none`."""
        if name is None:
            return "none"
        if name in self._known:
            return name
        if self._left == 0:
            return "other"
        self._left -= 1
        self._known.add(name)
        return name


class _Counted(NamedTuple):
    """Where requests of one kind, way, outcome and name are counted."""

    seconds: Histogram
    number: Counter
    spent: Counter


class Metrics:
    """All metrics of a process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._names = Names(MAX_NAMES)
        self._codes = Names(MAX_CODES)
        self._counted: dict[tuple[str | None, str | None, str, str], _Counted] = {}
        self._collects: list[Collect] = [_process]
        self._define_requests()
        self._define_sockets()
        self._define_surroundings()

    def _define_requests(self) -> None:
        labels = ("kind", "way", "outcome")
        self._seconds = Histogram(
            "c360_request_seconds", "Time to an answer", labels, registry=self.registry, buckets=BUCKETS
        )
        self._operations = self._counter("c360_operations", "Operations by name", "operation", "outcome")
        self._spent = self._counter("c360_operation_seconds", "Time spent on operations by name", "operation")
        self._cost = self._counter("c360_cost_points", "Cost points of what ran")
        self._errors = self._counter("c360_errors", "Refusals, and errors in answers, by code", "code")

    def _define_sockets(self) -> None:
        self.sockets = self._gauge("c360_sockets_open", "Sockets that are open")
        self.socket_closes = self._counter("c360_socket_closes", "Sockets that ended, by code", "code")
        self.subscriptions = self._gauge("c360_subscriptions_running", "Subscriptions that run")
        self.updates = self._counter("c360_updates_delivered", "Updates sent to subscribers")

    def _define_surroundings(self) -> None:
        self.log_ids = self._gauge("c360_log_id", "Ids in the event log", "which", mode="livemax")
        self.graph_lag = self._gauge(
            "c360_graph_lag_seconds", "How far the copy of the network in Neo4j is behind", mode="livemax"
        )
        self.graph_events = self._gauge("c360_graph_events", "Events that the copy has taken in since the start")
        self.log_lag = self._gauge("c360_log_lag_seconds", "How far its reader is behind", mode="livemax")
        self.rule_differences = self._gauge(
            "c360_rule_differences", "Decisions refused since the start because the two engines did not agree"
        )
        self.log_reads = self._gauge("c360_log_reads", "What its readers did since the start", "what")
        self.housekeeping = self._counter("c360_housekeeping_rows", "Rows that housekeeping deleted", "what")
        self.handovers = self._counter("c360_handovers_due", "Handovers that housekeeping executed on their day")
        self.grades = self._counter(
            "c360_grades", "Customers that were graded by themselves, by what came of it", "what"
        )
        self.acts = self._counter("c360_acts", "What rules did by themselves, by what it was", "what")
        self.simulations = self._counter("c360_simulations", "Simulations that it ran, by how they ended", "how")
        self.pool = self._gauge("c360_pool_connections", "Connections to the database", "pool", "state")
        self.cpu = self._gauge("c360_process_cpu_seconds", "CPU time that a process has used", mode="liveall")
        self.memory = self._gauge("c360_process_resident_bytes", "Memory that a process holds", mode="liveall")

    def know(self, names: Iterable[str]) -> None:
        """Operations of these names always count by themselves."""
        self._names.know(names)

    def observed(
        self,
        *,
        kind: str | None,
        name: str | None,
        way: str | None,
        outcome: str,
        codes: Iterable[str],
        seconds: float,
        cost: int,
    ) -> None:
        """Count one request. `outcome` is ok, errors (it ran, and has errors) or refused (nothing ran)."""
        # whoever sends nonsense must not use the names up
        operation = "none" if outcome == "refused" else self._names.of(name)
        key = (kind, way, outcome, operation)
        counted = self._counted.get(key) or self._count(key)
        counted.seconds.observe(seconds)
        counted.number.inc()
        counted.spent.inc(seconds)
        if cost:
            self._cost.inc(cost)
        for code in codes:
            self._errors.labels(self._codes.of(code)).inc()

    def _count(self, key: tuple[str | None, str | None, str, str]) -> _Counted:
        """Looking labels up takes longer than counting, and the combinations are few."""
        kind, way, outcome, operation = key
        found = _Counted(
            self._seconds.labels(kind or "none", way or "none", outcome),
            self._operations.labels(operation, outcome),
            self._spent.labels(operation),
        )
        self._counted[key] = found
        return found

    def socket_closed(self, code: int) -> None:
        """Count the end of a socket, by its code."""
        self.socket_closes.labels(self._codes.of(str(code))).inc()

    def collect(self, collect: Collect) -> None:
        """Have gauges set by this function before they are read, for as long as the process lives."""
        self._collects.append(collect)

    def refresh(self) -> None:
        """Set the gauges to what holds now; a worker does it every few seconds, so that others see it."""
        for each in self._collects:
            each(self)

    def text(self) -> bytes:
        """All metrics, of all workers, as Prometheus reads them."""
        self.refresh()
        if FOLDER not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # ships none
        return generate_latest(together)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, *labels: str, mode: Any = "livesum") -> Gauge:
        return Gauge(name, meaning, labels, registry=self.registry, multiprocess_mode=mode)


def _process(metrics: Metrics) -> None:
    """What the operating system says of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    metrics.cpu.set(usage.ru_utime + usage.ru_stime)
    metrics.memory.set(_resident(usage.ru_maxrss))


def _resident(peak: int) -> int:
    """Bytes in memory; where the system does not tell, the most there were."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    return peak if sys.platform == "darwin" else peak * 1024
