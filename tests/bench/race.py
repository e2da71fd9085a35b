"""The race itself: short runs of all servers in turn, many rounds, and the medians."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import psutil

from tests.bench import wrk
from tests.bench.questions import Bodies, skips
from tests.bench.servers import Running
from tests.bench.usage import cpu_seconds

ANSWERS_A_CLIENT = 10
LONGEST = 8


@dataclass(frozen=True)
class Lane:
    """One server with the requests that it is sent."""

    running: Running
    bodies: Mapping[str, Bodies]
    headers: Mapping[str, str]

    @property
    def name(self) -> str:
        """The server's short name."""
        return self.running.server.name


@dataclass(frozen=True)
class Run:
    """One run: the client's view, and processor seconds of the server and of PostgreSQL."""

    load: wrk.Load
    server_cpu: float
    store_cpu: float

    @property
    def cpu(self) -> float:
        """All of it, the client's too."""
        return self.server_cpu + self.store_cpu + self.load.client_cpu


@dataclass(frozen=True)
class Cell:
    """What several runs of one server, query and number of clients give: medians; CPU is milliseconds a request."""

    server: str
    query: str
    clients: int
    rate: float
    p50_ms: float
    p99_ms: float
    server_cpu_ms: float
    store_cpu_ms: float
    client_cpu_share: float
    requests: int
    mean_bytes: float

    @property
    def cpu_ms(self) -> float:
        """Processor time of server and PostgreSQL together."""
        return self.server_cpu_ms + self.store_cpu_ms

    def as_json(self) -> dict[str, Any]:
        """For the file of `--json`."""
        return asdict(self)


def run(lane: Lane, query: str, *, clients: int, seconds: int, seed: int, store: psutil.Process | None) -> Run:
    """One run of one server. Raises RuntimeError when a request fails."""
    bodies = lane.bodies[query]
    server_before, store_before = cpu_seconds(lane.running.process), cpu_seconds(store)
    load = wrk.load(
        lane.running.url(query),
        bodies.file,
        clients=clients,
        seconds=seconds,
        skip=skips(bodies, seed),
        headers=dict(lane.headers),
    )
    if load.failed:
        raise RuntimeError(f"{lane.name}, query {query}, {clients} clients: {load.failed} requests failed")
    return Run(load, cpu_seconds(lane.running.process) - server_before, cpu_seconds(store) - store_before)


def warm(lane: Lane, query: str, *, clients: int, seconds: int) -> float:
    """Fill caches and connections, and read every answer; gives answers a second. Raises RuntimeError on errors."""
    load = wrk.load(
        lane.running.url(query),
        lane.bodies[query].file,
        clients=clients,
        seconds=seconds,
        check=True,
        headers=dict(lane.headers),
    )
    if load.failed or load.wrong or not load.requests:
        raise RuntimeError(f"{lane.name}, query {query}: {load.failed} failed, {load.wrong} wrong of {load.requests}")
    return load.rate


def length(rate: float, clients: int, seconds: int) -> int:
    """How long a run of a server with this rate must be, so that what is under way at its end does not count."""
    return max(seconds, min(LONGEST, math.ceil(ANSWERS_A_CLIENT * clients / rate)))


def cell(server: str, query: str, clients: int, runs: Sequence[Run]) -> Cell:
    """The medians of some runs; processor time is that of all runs over all their requests."""
    requests = sum(each.load.requests for each in runs)
    seconds = sum(each.load.seconds for each in runs)
    return Cell(
        server=server,
        query=query,
        clients=clients,
        rate=statistics.median(each.load.rate for each in runs),
        p50_ms=statistics.median(each.load.p50 for each in runs) * 1e3,
        p99_ms=statistics.median(each.load.p99 for each in runs) * 1e3,
        server_cpu_ms=sum(each.server_cpu for each in runs) * 1e3 / requests,
        store_cpu_ms=sum(each.store_cpu for each in runs) * 1e3 / requests,
        client_cpu_share=sum(each.load.client_cpu for each in runs) / seconds,
        requests=requests,
        mean_bytes=sum(each.load.bytes for each in runs) / requests,
    )
