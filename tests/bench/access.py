"""What masks and row scopes cost: the same customers, asked for by who may see all and by who may see less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.cluster import Cluster
from tests.bench.questions import bodies
from tests.bench.race import Cell, Lane, Run, cell, run, warm
from tests.bench.servers import Running

ALL = {"x-c360-role": "manager", "x-c360-clearance": "secret", "x-c360-scope": "all"}
"""Put over a restriction's headers, so that both sides send, and the server reads, the same number of headers."""

LESS = {"x-c360-role": "agent", "x-c360-clearance": "internal"}

BY_DEPARTMENT = "SELECT id::text, department_id::text FROM customer WHERE id = ANY($1::text[]::uuid[])"
BY_OWNER = """
SELECT c.id::text, a.staff_id::text FROM customer c JOIN assignment a ON a.customer_id = c.id
WHERE c.interaction_count >= 20 AND c.ticket_count >= 3 AND a.role = 'OWNER' AND a.until IS NULL
AND a.staff_id = (
  SELECT staff_id FROM assignment JOIN customer ON customer.id = customer_id
  WHERE interaction_count >= 20 AND ticket_count >= 3 AND role = 'OWNER' AND until IS NULL
  GROUP BY staff_id ORDER BY count(*) DESC, staff_id LIMIT 1
)
"""


@dataclass(frozen=True)
class Restriction:
    """A subject that sees less than all, and customers that it does see."""

    scope: str
    headers: Mapping[str, str]
    customers: Sequence[str]


@dataclass(frozen=True)
class Cost:
    """One restriction's figures beside those without it, for the same customers."""

    scope: str
    free: Cell
    held: Cell

    @property
    def ratio(self) -> float:
        """Processor time a request with restriction, against without."""
        return self.held.cpu_ms / self.free.cpu_ms


def restrictions(cluster: Cluster, database: str, customers: Sequence[str]) -> list[Restriction]:
    """A subject that sees half of the departments, and one that sees the customers it owns."""
    placed = [(key, place) for key, place in cluster.rows(BY_DEPARTMENT, customers, database=database) if place]
    half = set(sorted({place for _, place in placed})[::2])
    owned = cluster.rows(BY_OWNER, database=database)
    return [
        Restriction(
            "department",
            LESS | {"x-c360-scope": "department", "x-c360-departments": ",".join(sorted(half))},
            [key for key, place in placed if place in half],
        ),
        Restriction("own", LESS | {"x-c360-scope": "own", "x-c360-staff": owned[0][1]}, [key for key, _ in owned]),
    ]


def cost(
    running: Running, restriction: Restriction, *, folder: Path, rounds: int, seconds: int, store: psutil.Process | None
) -> Cost:
    """Measure one restriction, in turns with the same customers without it."""
    part = folder / restriction.scope
    part.mkdir(exist_ok=True)
    asked = {"a": bodies(running, "a", restriction.customers, part)}
    headers = {"free": {**restriction.headers, **ALL}, "held": restriction.headers}
    lanes = {name: Lane(running, asked, each) for name, each in headers.items()}
    runs: dict[str, list[Run]] = {name: [] for name in lanes}
    for lane in lanes.values():
        _sees(lane)
        warm(lane, "a", clients=4, seconds=seconds)
    for turn in range(rounds):
        for name, lane in sorted(lanes.items(), reverse=bool(turn % 2)):
            runs[name].append(run(lane, "a", clients=4, seconds=seconds, seed=turn, store=store))
    return Cost(restriction.scope, *(cell(name, "a", 4, runs[name]) for name in ("free", "held")))


def _sees(lane: Lane) -> None:
    """Make sure that the subject gets a customer: an empty answer would be cheap."""
    for item in lane.bodies["a"].items[:20]:
        if lane.running.ask("a", item, lane.headers)["data"]["customer"] is None:
            raise RuntimeError(f"{dict(lane.headers)} does not see {item['variables']}")
