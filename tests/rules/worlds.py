"""Random cells, tables and facts; and a second evaluator of a few lines, which knows nothing of the first."""

from __future__ import annotations

import datetime as dt
import functools
import operator
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import strategies as st

from rules.engine.cell import Interval, Test
from rules.engine.expression import Calculation, Constant, Name
from rules.engine.kinds import Column, Kind
from rules.engine.table import HitPolicy


class Sketch(NamedTuple):
    """A cell as text, and what it admits, each made without the other."""

    text: str
    admits: Callable[[Any], bool]


ANY = Sketch("-", lambda _: True)
NULL = Sketch("null", lambda value: value is None)
COMPARE = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 9))
WHOLE = st.integers(-4, 4).map(Decimal)


def compared(values):
    def made(sign, value):
        return Sketch(f"{sign} {value}", lambda given: given is not None and COMPARE[sign](given, value))

    return st.builds(made, st.sampled_from(sorted(COMPARE)), values)


def ranges(values):
    def made(ends, opens, closes):
        low, high = sorted(ends)
        above, below = {"[": operator.ge, "(": operator.gt}[opens], {"]": operator.le, ")": operator.lt}[closes]

        def admits(given):
            return given is not None and above(given, low) and below(given, high)

        return Sketch(f"{opens}{low}..{high}{closes}", admits)

    far = st.tuples(values, values).filter(lambda ends: abs(ends[0] - ends[1]) > type(ends[0] - ends[1])(1))
    return st.builds(made, far, st.sampled_from("[("), st.sampled_from("])"))


def named(values):
    """One or two values, as they are, or all others."""

    def made(chosen, negated, null):
        inner = ", ".join(map(str, chosen))
        text = f"not({inner})" if negated else inner

        def admits(given):
            return null if given is None else (given in chosen) != negated

        return Sketch(f"{text}, null" if null else text, admits)

    return st.builds(made, st.lists(values, min_size=1, max_size=2, unique=True), st.booleans(), st.booleans())


GRADES = ("VIP", "KEY", "普通")
CELLS = {
    "days": st.one_of(st.just(ANY), st.just(NULL), compared(WHOLE), ranges(WHOLE), named(WHOLE)),
    "since": st.one_of(st.just(ANY), st.just(NULL), compared(DAYS), ranges(DAYS), named(DAYS)),
    "grade": st.one_of(st.just(ANY), st.just(NULL), named(st.sampled_from(GRADES))),
    "open": st.one_of(st.just(ANY), st.just(NULL), st.just(Sketch("true", lambda given: given is True))),
}
VALUES = {
    "days": st.none() | WHOLE,
    "since": st.none() | DAYS,
    "grade": st.none() | st.sampled_from(GRADES),
    "open": st.none() | st.booleans(),
}
LEVELS = ("high", "mid", "low")
HEAD = """\
rule_set: levels
title: {zh: 等级, en: Levels}
owner: nobody
inputs:
  days: {type: number, places: 0, nullable: true}
  since: {type: date, nullable: true}
  grade: {type: enum, values: [VIP, KEY, 普通], nullable: true}
  open: {type: boolean, nullable: true}
outputs:
"""


class World(NamedTuple):
    """A random table as text and as sketches, with facts for it."""

    policy: HitPolicy
    rows: list[tuple[dict[str, Sketch], Any]]
    facts: dict[str, Any]

    def text(self) -> str:
        """The rule file."""
        out = "{type: number}" if self.policy.is_total else "{type: enum, values: [high, mid, low]}"
        lines = [f"| row | {' | '.join(CELLS)} | => out | reason.zh |"]
        lines += [
            f"|r{number}| {' | '.join(cells[name].text for name in CELLS)} | {output} |  因为{number} |"
            for number, (cells, output) in enumerate(self.rows)
        ]
        block = "".join(f"  {line}\n" for line in lines)
        return f"{HEAD}  out: {out}\nhit_policy: {self.policy}\ntable: |\n{block}"

    def answer(self) -> Any:
        """What the table must answer, by the words of the standard; `VIOLATED` where it may not be asked."""
        hits = [out for cells, out in self.rows if all(cells[name].admits(self.facts[name]) for name in CELLS)]
        match self.policy:
            case HitPolicy.UNIQUE:
                return hits if len(hits) < 2 else "VIOLATED"
            case HitPolicy.ANY:
                return hits[:1] if len(set(hits)) < 2 else "VIOLATED"
            case HitPolicy.FIRST:
                return hits[:1]
            case HitPolicy.PRIORITY:
                return sorted(hits, key=LEVELS.index)[:1]
            case HitPolicy.OUTPUT_ORDER:
                return sorted(hits, key=LEVELS.index)
            case HitPolicy.SUM:
                return [sum(hits) if hits else None]
            case HitPolicy.MIN:
                return [min(hits, default=None)]
            case HitPolicy.MAX:
                return [max(hits, default=None)]
            case HitPolicy.COUNT:
                return [len(hits)]
            case _:
                return hits


@st.composite
def worlds(draw) -> World:
    policy = draw(st.sampled_from(list(HitPolicy)))
    outputs = st.integers(-9, 9).map(Decimal) if policy.is_total else st.sampled_from(LEVELS)
    row = st.tuples(st.fixed_dictionaries(CELLS), outputs)
    rows = draw(st.lists(row, min_size=1, max_size=6, unique_by=lambda each: _texts(each[0])))
    return World(policy, rows, draw(st.fixed_dictionaries(VALUES)))


def _texts(cells: dict[str, Sketch]) -> tuple[frozenset[str], ...]:
    """Cells that say the same in another order are one to the reader, who refuses a row that is there twice."""
    return tuple(frozenset(cells[name].text.replace("not(", "not,").replace(")", ",)").split(",")) for name in CELLS)


NUMBERS = st.decimals(-(10**12), 10**12, places=3) | st.decimals(-9, 9, places=0)
MOMENTS = st.datetimes(timezones=st.just(dt.UTC))
OF_KIND: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.NUMBER: NUMBERS,
    Kind.DATE: st.dates(),
    Kind.TIME: st.times(),
    Kind.INSTANT: MOMENTS,
    Kind.DURATION: st.timedeltas(dt.timedelta(days=-999), dt.timedelta(days=999)),
    Kind.TEXT: st.text(max_size=12).map(functools.partial(unicodedata.normalize, "NFC")),
    Kind.ENUM: st.sampled_from(GRADES),
    Kind.BOOLEAN: st.booleans(),
}


def column_of(kind: Kind, name: str = "it") -> Column:
    return Column(name, kind, values=GRADES if kind is Kind.ENUM else (), nullable=True)


@st.composite
def intervals(draw, kind: Kind) -> Interval:
    low, high = sorted(draw(st.tuples(OF_KIND[kind], OF_KIND[kind])))
    form = draw(st.integers(0, 3))
    if form == 0:
        return Interval(None, high, has_high=draw(st.booleans()))
    if form == 1:
        return Interval(low, None, draw(st.booleans()))
    if form == 2 or low == high:
        return Interval(low, low)
    return Interval(low, high, draw(st.booleans()), draw(st.booleans()))


@st.composite
def cells_of_kind(draw, kind: Kind) -> Test:
    negated, null = draw(st.booleans()), draw(st.booleans())
    fewest = 0 if negated or null else 1
    if kind.is_ordered:
        found = draw(st.lists(intervals(kind), min_size=fewest, max_size=3))
        return Test(intervals=tuple(found), negated=negated, null=null)
    values = draw(st.lists(OF_KIND[kind], min_size=fewest, max_size=3))
    return Test(values=tuple(values), negated=negated, null=null)


FACTS = {name: Column(name, Kind.NUMBER, nullable=True) for name in ("a", "b")}
EXPRESSIONS = st.recursive(
    NUMBERS.map(Constant) | st.sampled_from(list(FACTS)).map(Name),
    lambda inner: st.builds(Calculation, st.sampled_from("+-*/"), inner, inner),
    max_leaves=8,
)
