"""The bars: what the issue asks of the figures, and by how much they are met or missed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench.race import Cell

THRESHOLDS: dict[str, Any] = json.loads(Path(__file__).with_name("thresholds.json").read_text())
OURS = "direct"


@dataclass(frozen=True)
class Bar:
    """One measured figure with its bound: `at_least` says on which side of it the figure must lie."""

    what: str
    measured: float
    bound: float
    at_least: bool

    @property
    def passed(self) -> bool:
        """Whether the bound holds."""
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound

    @property
    def margin(self) -> float:
        """By what share of the bound the figure is better than it; negative when it is worse."""
        if self.bound == 0:  # nothing is allowed: there is no share of it
            return -self.measured
        return (self.measured / self.bound - 1) * (1 if self.at_least else -1)

    def as_json(self) -> dict[str, Any]:
        """For the file of `--json`."""
        return asdict(self) | {"passed": self.passed}


def ratio(cells: Sequence[Cell], query: str, clients: int, server: str, against: str) -> float | None:
    """How many times the throughput of one server another has; None where one of them did not run."""
    rates = {cell.server: cell.rate for cell in cells if (cell.query, cell.clients) == (query, clients)}
    return rates[server] / rates[against] if server in rates and against in rates else None


def throughput(cells: Sequence[Cell]) -> Iterator[Bar]:
    """The bars of the race."""
    for each in THRESHOLDS["throughput"]:
        measured = ratio(cells, each["query"], each["clients"], OURS, each["against"])
        if measured is not None:
            clients = "1 client" if each["clients"] == 1 else f"{each['clients']} clients"
            what = f"{each['query'].upper()}, {clients}: throughput against {each['against']}"
            yield Bar(what, measured, each["least"], at_least=True)


def most(what: str, measured: float, threshold: str) -> Bar:
    """A bar that a figure must not pass."""
    return Bar(what, measured, THRESHOLDS[threshold], at_least=False)


def least(what: str, measured: float, threshold: str) -> Bar:
    """A bar that a figure must reach."""
    return Bar(what, measured, THRESHOLDS[threshold], at_least=True)
