"""Decisions as fields show them: the rules of `world_decisions.py` once more in plain Python, and who may know what."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from resolvers.access import Clearance, Scope
from rules.facts.vocabulary import vocabulary
from tests.reading.naive_relations import World
from tests.reading.naive_rows import Row

Args = Mapping[str, Any]

LEVELS = {"current_grade": 0, "severity": 0, "tenure_years": 0, "value_12m": 1, "overdue_amount": 2}
UNITS = {"current_grade": "", "severity": "", "tenure_years": "年", "value_12m": "元", "overdue_amount": "元"}
NEEDED = {"tenure_years", "overdue_amount"}
"""Facts without which nothing is decided."""


@dataclass(frozen=True)
class Cell:
    """A test: what it says, what passes, and the ends to which a number that fails has a way."""

    fact: str
    text: str
    passes: Callable[[Any], bool]
    ends: tuple[int, ...] = ()

    def short(self, value: Any) -> tuple[Decimal, float] | None:
        """The way to the nearest end, as it is and as a part of the end."""
        if value is None or self.passes(value) or not self.ends:
            return None
        return min((abs(end - value), float(abs(end - value) / max(1, abs(end)))) for end in self.ends)


@dataclass(frozen=True)
class Line:
    """A row of a table, the grade that it gives, and the level of its reason."""

    name: str
    gives: str
    reason: int
    cells: tuple[Cell, ...]


def _at_least(fact: str, end: int) -> Cell:
    return Cell(fact, f">= {end}", lambda value: value is not None and value >= end, (end,))


OLD = _at_least("tenure_years", 10)
TABLES = {
    ("grading", 101): (
        Line("old", "VIP", 0, (OLD,)),
        Line("stay", "VIP", 0, (Cell("current_grade", '"VIP"', lambda grade: grade == "VIP"),)),
        Line(
            "mid",
            "KEY",
            0,
            (
                Cell("current_grade", 'not("KEY")', lambda grade: grade not in ("KEY", None)),
                Cell("tenure_years", "[3..9]", lambda years: 3 <= years <= 9, (3, 9)),
            ),
        ),
        Line("rest", "NORMAL", 0, ()),
    ),
    ("grading", 102): (
        Line("owes", "POTENTIAL", 2, (Cell("overdue_amount", "> 100", lambda owed: owed > 100, (100,)),)),
        Line("big", "VIP", 1, (_at_least("value_12m", 1000),)),
        Line(
            "late",
            "VIP",
            0,
            (Cell("overdue_amount", "<= 50", lambda owed: owed <= 50, (50,)), _at_least("tenure_years", 3)),
        ),
        Line("rest", "NORMAL", 0, ()),
    ),
    ("service_level", 101): (
        Line("owes", "", 2, (Cell("overdue_amount", "> 100", lambda owed: owed > 100, (100,)),)),
        Line(
            "bad",
            "",
            0,
            (
                Cell("severity", '"CRITICAL", "HIGH"', lambda severity: severity in ("CRITICAL", "HIGH")),
                Cell("current_grade", '"VIP"', lambda grade: grade == "VIP"),
            ),
        ),
        Line("rest", "", 0, ()),
    ),
    ("limits", 1): (
        Line("owes", "", 2, (Cell("overdue_amount", "> 0", lambda owed: owed > 0, (0,)),)),
        Line("none", "", 0, ()),
    ),
}
RESULT_LEVELS = {("owes", "limit"): 2}
"""The level of an output that is calculated from a fact."""


def withheld(world: World, level: int) -> str | None:
    """The clearance that the reader lacks."""
    return Clearance(level).name if level > world.subject.clearance else None


def content(world: World, decision: Row, _: Args) -> Row:
    """What a decision was made of, as the reader may know it."""
    kept, rows = json.loads(decision["facts"]), json.loads(decision["rows"])
    lines = {line.name: line for line in _table(decision)}
    hidden = decision["fault"] and withheld(world, max(LEVELS[name] for name in kept))
    return {
        "facts": [_fact(world, name, value) for name, value in kept.items()],
        "results": [
            _result(world, row, name, value)
            for row, result in zip(rows, json.loads(decision["results"]), strict=True)
            for name, value in result.items()
        ],
        "reasons": [
            _reason(withheld(world, lines[row].reason), words)
            for row, words in zip(rows, json.loads(decision["reasons"]), strict=True)
        ],
        "fault": None if hidden else decision["fault"],
        "fault_withheld": hidden,
    }


def _fact(world: World, name: str, value: str | None) -> Row:
    hidden, meaning = withheld(world, LEVELS[name]), vocabulary().facts[name].meaning
    shown = {"value": None if hidden else value, "withheld": hidden, "unit": UNITS[name]}
    return {"name": name, "meaning": {"zh": meaning.zh, "en": meaning.en}, **shown}


def _result(world: World, row: str, name: str, value: Any) -> Row:
    hidden = withheld(world, RESULT_LEVELS.get((row, name), 0))
    text = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
    return {"name": name, "value": None if hidden else text, "withheld": hidden}


def _reason(hidden: str | None, words: Mapping[str, str]) -> Row:
    return {**(dict.fromkeys(words) if hidden else words), "withheld": hidden}


def explanation(world: World, subject: Row, args: Args) -> Row | None:
    """Why the rules last decided so about a customer or a ticket."""
    decision = _last(world, subject, args["ruleSet"])
    if decision is None:
        return None
    lines = list(_lines(world, decision))
    decided = [each for line, each in lines if line.name in json.loads(decision["rows"])]
    place = next((n for n, (_, each) in enumerate(lines) if each in decided), 0)
    return {"decision_id": decision["id"], "decided": decided, "before": [each for _, each in lines[:place]]}


def why_not(world: World, customer: Row, args: Args) -> list[Row] | None:
    """The rows that give a grade, the nearest first."""
    decision = _last(world, customer, "grading")
    if decision is None:
        return None
    facts = _facts(decision)
    found = [(line, each) for line, each in _lines(world, decision) if line.gives == args["grade"].value]
    found.sort(key=lambda pair: _farness(pair[0], facts))
    return [each for _, each in found]


def _last(world: World, subject: Row, rule_set: str) -> Row | None:
    if world.subject.scope is Scope.PARTNER:
        return None
    found = [d for d in world.rows.where("Decision", "subject_id", subject["id"]) if d["rule_set"] == rule_set]
    return max(found, key=lambda d: (d["decided_at"], d["id"]), default=None)


def _table(decision: Row) -> tuple[Line, ...]:
    return TABLES[decision["rule_set"], decision["version"]]


def _facts(decision: Row) -> Mapping[str, Any]:
    kept = json.loads(decision["facts"])
    words = ("current_grade", "severity")
    return {name: value if value is None or name in words else Decimal(value) for name, value in kept.items()}


def _lines(world: World, decision: Row) -> Iterator[tuple[Line, Row]]:
    """Each row held against the facts; none where one that is needed is not known."""
    facts = _facts(decision)
    if any(facts[name] is None for name in NEEDED & facts.keys()):
        return
    for line in _table(decision):
        tests = [_test(world, cell, facts[cell.fact], json.loads(decision["facts"])) for cell in line.cells]
        hidden = any(test["withheld"] for test in tests) and line.name not in json.loads(decision["rows"])
        matched = all(cell.passes(facts[cell.fact]) for cell in line.cells)
        yield line, {"row": line.name, "matched": None if hidden else matched, "tests": tests}


def _test(world: World, cell: Cell, value: Any, kept: Mapping[str, str | None]) -> Row:
    shown = {"fact": cell.fact, "test": cell.text, "unit": UNITS[cell.fact]}
    hidden, short = withheld(world, LEVELS[cell.fact]), cell.short(value)
    if hidden:
        return {**shown, "value": None, "passed": None, "short": None, "withheld": hidden}
    way = None if short is None else f"{short[0].normalize():f}"
    return {**shown, "value": kept[cell.fact], "passed": cell.passes(value), "short": way, "withheld": None}


def _farness(line: Line, facts: Mapping[str, Any]) -> tuple[int, float]:
    failed = [cell for cell in line.cells if not cell.passes(facts[cell.fact])]
    ways = [cell.short(facts[cell.fact]) for cell in failed]
    return len(failed), sum(1e9 if way is None else way[1] for way in ways)


Find = Callable[[World, Row, Args], Any]

TOLD: dict[tuple[str, str], Find] = {
    ("Customer", "explanation"): explanation,
    ("Ticket", "explanation"): explanation,
    ("Customer", "whyNot"): why_not,
    ("Decision", "content"): content,
    **{
        (gtype, name): lambda _, row, __, name=name: row[name]  # type: ignore[misc]  # bound where it is made
        for gtype, name in (
            ("DecisionContent", "facts"),
            ("DecisionContent", "results"),
            ("DecisionContent", "reasons"),
            ("DecisionExplanation", "decided"),
            ("DecisionExplanation", "before"),
            ("ConsideredRow", "tests"),
        )
    },
}
"""Fields that show something of a decision: an object, a list of them, or nothing."""
