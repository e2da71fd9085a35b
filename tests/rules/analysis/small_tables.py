"""Small random tables, and all facts that tell their cells apart: what an analysis says is counted out fact by fact."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from rules.engine.cell import ANYTHING, Interval, Test
from rules.engine.expression import Calculation, Constant, Name
from rules.engine.kinds import Column, Kind
from rules.engine.reference import Outcome, decide
from rules.engine.table import DecisionTable, HitPolicy, Row, RuleSet, Words

DAYS = [dt.date(2026, 1, day) for day in range(1, 6)]
WHOLE = [Decimal(number) for number in range(5)]
DENSE = [Decimal(number) for number in range(3)]
HALVES = [Decimal(number) / 2 for number in range(-1, 6)]
"""Between and beside the values that the cells of a dense number name."""

COLUMNS = {
    "count": Column("count", Kind.NUMBER, low=Decimal(0), high=Decimal(4), places=0),
    "value": Column("value", Kind.NUMBER, nullable=True),
    "day": Column("day", Kind.DATE, low=DAYS[0], high=DAYS[-1], nullable=True),
    "grade": Column("grade", Kind.ENUM, values=("VIP", "KEY", "NORMAL"), nullable=True),
    "open": Column("open", Kind.BOOLEAN),
    "city": Column("city", Kind.TEXT, nullable=True),
}
NAMED: dict[str, list[Any]] = {
    "count": WHOLE,
    "value": DENSE,
    "day": DAYS,
    "grade": ["VIP", "KEY", "NORMAL"],
    "open": [True, False],
    "city": ["a", "b"],
}
"""The values that cells name."""
ALL: dict[str, list[Any]] = {
    "count": WHOLE,
    "value": [*HALVES, None],
    "day": [*DAYS, None],
    "grade": ["VIP", "KEY", "NORMAL", None],
    "open": [True, False],
    "city": ["a", "b", "elsewhere", None],
}
"""A value for each way in which cells can be told apart."""
LEVELS = ("high", "mid", "low")


@st.composite
def intervals(draw, values: list[Any]) -> Interval:
    low, high = sorted(draw(st.tuples(st.sampled_from(values), st.sampled_from(values))))
    form = draw(st.integers(0, 3))
    if form == 0:
        return Interval(None, high, has_high=draw(st.booleans()))
    if form == 1:
        return Interval(low, None, draw(st.booleans()))
    return Interval(low, high, draw(st.booleans()), draw(st.booleans())) if form == 2 else Interval(low, low)


@st.composite
def cells(draw, name: str) -> Test:
    if draw(st.integers(0, 2)) == 0:
        return ANYTHING
    column = COLUMNS[name]
    negated, null = draw(st.booleans()), column.nullable and draw(st.booleans())
    if column.kind.is_ordered:
        found = draw(st.lists(intervals(NAMED[name]), max_size=2, min_size=1))
        return Test(intervals=tuple(found), negated=negated, null=null)
    values = draw(st.lists(st.sampled_from(NAMED[name]), max_size=2, min_size=1, unique=True))
    return Test(values=tuple(values), negated=negated, null=null)


NAMES = st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=3, unique=True)
POLICIES = st.sampled_from(HitPolicy)
LISTING = st.sampled_from([each for each in HitPolicy if not each.is_total])
NUMBER = Column("out", Kind.NUMBER, nullable=True)
LEVEL = Column("out", Kind.ENUM, values=LEVELS)
FLAG = Column("flag", Kind.BOOLEAN, nullable=True)


@st.composite
def tables(draw, policies=POLICIES, names=NAMES, most: int = 6) -> DecisionTable:
    """A table of constants."""
    policy = draw(policies)
    inputs = tuple(COLUMNS[name] for name in draw(names))
    outputs = (NUMBER,) if policy.is_total else (LEVEL, FLAG) if draw(st.booleans()) else (LEVEL,)
    rows = draw(st.lists(st.tuples(*(cells(column.name) for column in inputs), answers(outputs)), max_size=most))
    defaults = draw(st.none() | answers(outputs))
    made = tuple(Row(f"r{number}", row[:-1], row[-1], Words(), number + 10) for number, row in enumerate(rows))
    return DecisionTable(inputs, outputs, policy, made, defaults)


@st.composite
def answers(draw, outputs: tuple[Column, ...]) -> tuple[Constant, ...]:
    numbers = st.sampled_from([None, *map(Decimal, (-1, 0, 1, 2))])
    values = {
        "out": numbers if outputs[0] is NUMBER else st.sampled_from(LEVELS),
        "flag": st.sampled_from([True, None]),
    }
    return tuple(Constant(draw(values[column.name])) for column in outputs)


COPY = Column("copy", Kind.ENUM, values=("VIP", "KEY", "NORMAL"), nullable=True)
AMOUNT = Column("amount", Kind.NUMBER, nullable=True)


@st.composite
def copying_tables(draw, policies=LISTING) -> DecisionTable:
    """A table whose outputs are facts or are calculated of them."""
    inputs = tuple(COLUMNS[name] for name in ("count", "grade"))
    copied = st.sampled_from([Name("grade"), Constant("VIP"), Constant("KEY")])
    doubled = Calculation("*", Name("count"), Constant(Decimal(2)))
    amounts = st.sampled_from(
        [Name("count"), doubled, Constant(Decimal(0)), Calculation("+", Name("count"), Name("count"))]
    )
    rows = draw(st.lists(st.tuples(cells("count"), cells("grade"), copied, amounts), max_size=5))
    made = tuple(Row(f"r{number}", row[:2], row[2:]) for number, row in enumerate(rows))
    return DecisionTable(inputs, (COPY, AMOUNT), draw(policies), made)


def all_facts(*some: DecisionTable) -> list[dict[str, Any]]:
    """Facts for each way in which the cells of the tables can be told apart."""
    names = list(dict.fromkeys(column.name for table in some for column in table.inputs))
    return [dict(zip(names, values, strict=True)) for values in itertools.product(*(ALL[name] for name in names))]


def answered(table: DecisionTable) -> list[tuple[dict[str, Any], Outcome]]:
    """All facts with what the reference evaluator answers."""
    return [(facts, decide(table, facts)) for facts in all_facts(table)]


def matching(table: DecisionTable, facts: dict[str, Any]) -> list[Row]:
    """The rows that match, all of them whatever the policy."""
    return [
        row
        for row in table.rows
        if all(test.admits(facts[column.name]) for test, column in zip(row.tests, table.inputs, strict=True))
    ]


def rule_set_of(table: DecisionTable) -> RuleSet:
    return RuleSet("random", Words("随机", "Random"), "nobody", table)
