"""Cypher from its files: named texts with a few words of ours in them, which are spelled out before they are sent.

The words are HOLDS(link), WORKS(person), AVAILABLE(person), REACH(customer), MEETS(party), KIND(party) and
HOP(link, near); REACH_ALL(path) and MEETS_ALL(path) ask that of every party on a path, and nothing where all are met.
Nothing that a caller says becomes text: only which kind of reach it is decides.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Final

from graph.reach import Reach, ReachKind

NEVER: Final = 99991231
"""The day that stands for no end: a property that is not there would be a hole in every comparison."""

_WORD: Final = re.compile(
    r"\b(HOLDS|WORKS|AVAILABLE|REACH|MEETS|REACH_ALL|MEETS_ALL|KIND|HOP)\(([^()]*(?:\[[^\]]*\])?[^()]*)\)"
)

_WORKS: Final = "({0}.leftOn = 0 AND {0}.status <> 'LEFT') OR $day < {0}.leftOn"

_REACH: Final = {
    ReachKind.ALL: "true",
    ReachKind.CUSTOMERS: "{0}.id IN $reachIds",
    ReachKind.DEPARTMENTS: "{0}.departmentId IN $reachIds",
    ReachKind.SERVED: (
        "EXISTS {{ MATCH ({0})<-[seen:SERVES]-(who:Staff) WHERE who.id IN $reachIds "
        "AND seen.since <= $reachDay AND $reachDay < seen.until }}"
    ),
}


def day_number(day: dt.date) -> int:
    """A day as the graph store has it, 20260302: read and compared faster than text, and a person can read it."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_of(number: int) -> dt.date:
    """The day of a number."""
    return dt.date(number // 10_000, number // 100 % 100, number % 100)


@cache
def text(name: str) -> str:
    """A named text as it stands in its file."""
    return files("graph").joinpath("queries", f"{name}.cypher").read_text(encoding="utf-8")


@cache
def statements(name: str) -> tuple[str, ...]:
    """The statements of a file that holds several."""
    return tuple(part.strip() for part in text(name).split(";") if part.strip())


def query(name: str, reach: Reach | None = None) -> str:
    """A named text, spelled out for a kind of reach."""
    return _spelled(name, reach.kind if reach else ReachKind.ALL, directory=reach.directory if reach else True)


@cache
def _spelled(name: str, kind: ReachKind, *, directory: bool) -> str:
    spell: dict[str, Callable[..., str]] = {
        "HOLDS": "{0}.since <= $day AND $day < {0}.until".format,
        "WORKS": _WORKS.format,
        "AVAILABLE": f"{{0}}.status <> 'ON_LEAVE' AND ({_WORKS})".format,
        "REACH": _REACH[kind].format,
        "MEETS": lambda party: _meets(party, kind, directory=directory),
        "REACH_ALL": lambda path: _all(path, _REACH[kind].format("met")),
        "MEETS_ALL": lambda path: _all(path, _meets("met", kind, directory=directory)),
        "KIND": "CASE WHEN {0}:Customer THEN 'CUSTOMER' WHEN {0}:Staff THEN 'STAFF' ELSE 'DEPARTMENT' END".format,
        "HOP": "CASE WHEN startNode({0}) = {1} THEN type({0}) + '>' ELSE '<' + type({0}) END".format,
    }

    def spelled(found: re.Match[str]) -> str:
        words = [word.strip() for word in found[2].split(",")]
        return f"({spell[found[1]](*words)})"

    return _WORD.sub(spelled, text(name))


def _meets(party: str, kind: ReachKind, *, directory: bool) -> str:
    """Whether a party of any kind may be met."""
    if kind is ReachKind.ALL:
        return "true" if directory else f"{party}:Customer"
    seen = _REACH[kind].format(party)
    return f"NOT {party}:Customer OR {seen}" if directory else f"{party}:Customer AND {seen}"


def _all(path: str, condition: str) -> str:
    """Whether all parties of a path fulfil a condition; the server would look at each even where it is none."""
    return condition if condition == "true" else f"all(met IN nodes({path}) WHERE {condition})"
