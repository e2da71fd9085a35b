"""A table of 100 rows or more over 6 inputs: for our engines as a rule file, and for zen-engine in its own form."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

ROWS = 100
EPOCH = dt.date(2022, 1, 1)
GRADES = ("VIP", "KEY", "NORMAL", "POTENTIAL")
REGIONS = ("north", "south", "east", "west")


class Cell(NamedTuple):
    """A test as our rule files write it, and as zen-engine does."""

    ours: str
    zen: str


ANYTHING = Cell("-", "")


def _value(random: Random) -> Cell:
    low = random.randrange(99) * 10_000
    text = f"[{low}..{low + random.randrange(1, 30) * 10_000})"
    return Cell(text, text)


def _named(values: tuple[str, ...]) -> Callable[[Random], Cell]:
    def made(random: Random) -> Cell:
        chosen = random.sample(values, random.randint(1, 2))
        quoted = ", ".join(f'"{each}"' for each in chosen)
        if random.random() < 0.3:
            return Cell(f"not({', '.join(chosen)})", f"$ not in [{quoted}]")
        return Cell(", ".join(chosen), quoted)

    return made


def _complaints(random: Random) -> Cell:
    text = random.choice([">= 2", "< 5", "[1..4]"])
    return Cell(text, text)


def _since(random: Random) -> Cell:
    sign, days = random.choice([("<", 730), (">=", 516)])
    return Cell(f"{sign} {EPOCH + dt.timedelta(days)}", f"{sign} {days}")


def _overdue(random: Random) -> Cell:
    text = random.choice(["true", "false"])
    return Cell(text, text)


COLUMNS: dict[str, tuple[str, float, Callable[[Random], Cell]]] = {
    "value": ("{type: number, places: 2, min: 0}", 1.0, _value),
    "grade": (f"{{type: enum, values: [{', '.join(GRADES)}]}}", 0.8, _named(GRADES)),
    "complaints": ("{type: number, places: 0, min: 0}", 0.7, _complaints),
    "since": ("{type: date}", 0.6, _since),
    "region": (f"{{type: enum, values: [{', '.join(REGIONS)}]}}", 0.7, _named(REGIONS)),
    "overdue": ("{type: boolean}", 0.6, _overdue),
}
"""Each input with its declaration, the share of rows that test it, and how such a test is made."""


class World(NamedTuple):
    """The rule file, the same for zen-engine, and facts for both."""

    text: str
    zen: str
    facts: list[dict[str, Any]]

    def zen_facts(self) -> list[dict[str, Any]]:
        """The facts as zen-engine takes them: numbers as floats, and days as numbers: quicker than its dates."""
        return [{**each, "value": float(each["value"]), "since": (each["since"] - EPOCH).days} for each in self.facts]


def world(policy: str, facts: int, *, rows: int = ROWS, seed: int = 5) -> World:
    """The table with the policy `FIRST` or `COLLECT`; with FIRST its last row takes whatever is left."""
    random = Random(seed)
    made = [
        {name: cell(random) if random.random() < share else ANYTHING for name, (_, share, cell) in COLUMNS.items()}
        for _ in range(rows - (policy == "FIRST"))
    ]
    made += [dict.fromkeys(COLUMNS, ANYTHING)] * (policy == "FIRST")
    return World(_text(policy, made), _zen(policy, made), [_facts(random) for _ in range(facts)])


def _facts(random: Random) -> dict[str, Any]:
    return {
        "value": Decimal(random.randrange(120_000_000)) / 100,
        "grade": random.choice(GRADES),
        "complaints": random.randrange(8),
        "since": EPOCH + dt.timedelta(random.randrange(1_500)),
        "region": random.choice(REGIONS),
        "overdue": random.random() < 0.5,
    }


def _text(policy: str, rows: list[dict[str, Cell]]) -> str:
    lines = ["rule_set: bench", "title: {zh: 基准, en: Bench}", "owner: nobody", "inputs:"]
    lines += [f"  {name}: {declared}" for name, (declared, _, _) in COLUMNS.items()]
    lines += ["outputs:", "  points: {type: number}", f"hit_policy: {policy}", "table: |"]
    lines += [f"  | row | {' | '.join(COLUMNS)} | => points | reason.zh | reason.en |"]
    lines += [
        f"  | r{number} | {' | '.join(cell.ours for cell in row.values())} | {number} | 价值 {{value}} | {{value}} |"
        for number, row in enumerate(rows)
    ]
    return "\n".join(lines) + "\n"


def _zen(policy: str, rows: list[dict[str, Cell]]) -> str:
    content = {
        "hitPolicy": policy.lower(),
        "inputs": [{"id": name, "name": name, "field": name} for name in COLUMNS],
        "outputs": [{"id": "points", "name": "points", "field": "points"}],
        "rules": [
            {"_id": f"r{number}", "points": str(number), **{name: cell.zen for name, cell in row.items()}}
            for number, row in enumerate(rows)
        ],
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": content},
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
    ]
    return json.dumps({"nodes": nodes, "edges": edges})
