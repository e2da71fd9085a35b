"""`make bench-edge`: what an attack costs the server, and what it costs somebody else who asks for a view meanwhile.

Each attack of the checklist is sent alone, for the processor time of one refusal; then in a loop by one client, while
another asks for the view of a customer at a steady pace. Before each loop the same pace runs alone, for the quiet p99.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench import report, world
from tests.bench.bars import Bar, most
from tests.bench.cluster import running
from tests.bench.edge_attacks import Attack, attacks
from tests.bench.edge_client import Client, loop
from tests.bench.questions import bodies, rich_customers
from tests.bench.servers import Running, ours, started
from tests.bench.usage import cpu_seconds

PACE = 30
"""Views a second of the one who behaves: nearly all that one caller may ask for by default."""
ALONE = 40
"""Requests over which the processor time of one refusal is measured."""


@dataclass(frozen=True)
class Found:
    """One attack's figures; times in milliseconds."""

    attack: Attack
    codes: Mapping[str, int]
    refusal_cpu_ms: float
    quiet_p99: float
    loop_p99: float
    loop_codes: Mapping[str, int]

    @property
    def refused(self) -> bool:
        """Whether each request was answered by one of the attack's own codes."""
        return set(self.codes) <= self.attack.codes


def main() -> int:
    """Measure; gives 1 where a bar is missed."""
    options = _options()
    with running() as cluster, tempfile.TemporaryDirectory(prefix="c360-edge-") as folder:
        database = world.prepare(cluster, options.customers)
        customers = rich_customers(cluster, database)
        chosen = [each for each in attacks() if not options.only or each.name in options.only]
        dsn = cluster.database(database)
        costs = _costs(chosen, dsn)
        with started(ours("direct"), dsn, TRUSTED) as server:
            found = asyncio.run(_loops(server, chosen, costs, _views(server, customers, Path(folder)), options.seconds))
    report.console.print(_table(found))
    bars = [bar for each in found for bar in _bars(each)]
    missed = [bar for bar in bars if not bar.passed]
    report.console.print(report.bars(missed or bars[:2]))
    return 1 if missed or not all(each.refused for each in found) else 0


TRUSTED = {"C360_TRUST_SUBJECT_HEADERS": "true"}
UNLIMITED = {"C360_RATE_POINTS": "0", "C360_PATIENCE_MS": "0"}
"""So that each request of the first measurement goes as far as it can."""
VICTIM = {"x-c360-role": "manager"}
ATTACKER = {"x-c360-role": "supervisor", "x-c360-scope": "all"}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=5_000, help="size of the world (5000)")
    parser.add_argument("--seconds", type=float, default=10, help="length of each loop (10)")
    parser.add_argument("--only", action="append", metavar="NAME", help="only this attack; may be given again")
    return parser.parse_args()


def _views(server: Running, customers: Sequence[str], folder: Path) -> list[bytes]:
    asked = bodies(server, "a", customers, folder).items
    payloads = [json.dumps(item).encode() for item in asked]
    return [f"content-type: application/json\r\ncontent-length: {len(p)}\r\n\r\n".encode() + p for p in payloads]


def _costs(chosen: Sequence[Attack], dsn: str) -> dict[str, tuple[Counter[str], float]]:
    """Per attack: the codes that came, and the server's processor milliseconds a request."""
    found = {}
    with started(ours("direct"), dsn, {**TRUSTED, **UNLIMITED}) as server:
        for attack in chosen:
            asyncio.run(loop(attack, server.port, ATTACKER, 30, 3))
            before = cpu_seconds(server.process)
            codes = asyncio.run(loop(attack, server.port, ATTACKER, 30, ALONE))
            found[attack.name] = codes, (cpu_seconds(server.process) - before) / ALONE * 1000
    return found


async def _loops(
    server: Running,
    chosen: Sequence[Attack],
    costs: Mapping[str, tuple[Counter[str], float]],
    views: Sequence[bytes],
    seconds: float,
) -> list[Found]:
    await _paced(server, views, 3)
    found = []
    for attack in chosen:
        quiet = await _paced(server, views, seconds)
        busy, loop_codes = await _attacked(server, attack, views, seconds)
        codes, cpu = costs[attack.name]
        found.append(Found(attack, codes, cpu, p99(quiet), p99(busy), loop_codes))
        print(f"{attack.name}: {found[-1].loop_p99:.1f} ms against {found[-1].quiet_p99:.1f} ms", file=sys.stderr)
    return found


async def _attacked(
    server: Running, attack: Attack, views: Sequence[bytes], seconds: float
) -> tuple[list[float], dict[str, int]]:
    words = (attack.name, str(server.port), str(seconds + 1), json.dumps(ATTACKER))
    client = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.edge_client", *words, stdout=subprocess.PIPE
    )
    await asyncio.sleep(0.8)  # it starts
    times = await _paced(server, views, seconds)
    told, _ = await client.communicate()
    return times, json.loads(told)


async def _paced(server: Running, views: Sequence[bytes], seconds: float) -> list[float]:
    """The milliseconds of views that are asked for at a steady pace, counted from when each was due."""
    client, times = Client(server.port, VICTIM), []
    began = time.perf_counter()
    for number in range(int(seconds * PACE)):
        due = began + number / PACE
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        status, body = await client.ask(views[number % len(views)])
        if status != 200 or b'"errors"' in body:
            raise RuntimeError(f"the view was not answered: {status} {body[:300]!r}")
        times.append((time.perf_counter() - due) * 1000)
    await client.end()
    return times


def p99(times: Sequence[float]) -> float:
    """The 99th percentile."""
    return statistics.quantiles(times, n=100)[98]


def _bars(found: Found) -> list[Bar]:
    return [
        most(f"{found.attack.name}: CPU ms of one refusal", found.refusal_cpu_ms, "refusal_cpu_ms_most"),
        most(f"{found.attack.name}: p99 of a view, quiet = 1", found.loop_p99 / found.quiet_p99, "attacked_p99_most"),
    ]


def _table(found: Sequence[Found]) -> object:
    made = report.table(
        "Attacks by one client",
        "attack",
        "code",
        "CPU ms a refusal",
        "view p99 quiet ms",
        "attacked ms",
        "ratio",
        "sent",
    )
    for each in found:
        made.add_row(
            each.attack.name,
            ", ".join(each.codes) + ("" if each.refused else " (NOT REFUSED)"),
            f"{each.refusal_cpu_ms:.1f}",
            f"{each.quiet_p99:.1f}",
            f"{each.loop_p99:.1f}",
            f"{each.loop_p99 / each.quiet_p99:.2f}",
            f"{sum(each.loop_codes.values()):,}",
        )
    return made


if __name__ == "__main__":
    sys.exit(main())
