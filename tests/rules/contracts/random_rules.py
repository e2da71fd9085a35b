"""Random rule sets with facts for them: tables of all policies and chains, with all kinds of columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

from rules.engine.cell import Interval, Test
from rules.engine.chain import Alternative, Chain, ChainRule, Combine, Conclusion
from rules.engine.expression import Calculation, Constant, Expression, Name
from rules.engine.kinds import Column, Kind
from rules.engine.table import DecisionTable, HitPolicy, Row, RuleSet
from rules.engine.words import Words

GRADES = ("high", "mid", "low")
SHARE_OF_BAD_FACTS = 0.05
ZONES = [dt.timezone(dt.timedelta(hours=hours)) for hours in (0, 8, -5)]

VALUES: dict[Kind, Callable[[Random], Any]] = {
    Kind.NUMBER: lambda random: Decimal(random.randint(-8, 8)) / random.choice([1, 1, 2]),
    Kind.TEXT: lambda random: random.choice(["", "a", "b", "重", 'q"', "\\", "é", "☃️"]),
    Kind.ENUM: lambda random: random.choice(GRADES),
    Kind.BOOLEAN: lambda random: random.random() < 0.5,
    Kind.DATE: lambda random: dt.date(2026, 1, random.randint(1, 9)),
    Kind.TIME: lambda random: dt.time(random.randint(0, 5), random.choice([0, 30])),
    Kind.INSTANT: lambda random: dt.datetime(2026, 1, 1, random.randint(0, 9), tzinfo=random.choice(ZONES)),
    Kind.DURATION: lambda random: dt.timedelta(hours=random.randint(-5, 5)),
}
"""Few values of each kind, so that tests and facts often meet at a bound."""


def rule_set(random: Random) -> RuleSet:
    """A table, or one time in four a chain."""
    body = chain(random) if random.random() < 0.25 else table(random)
    return RuleSet("random", Words("随机", "Random"), "nobody", body)


def facts_for(random: Random, inputs: tuple[Column, ...]) -> dict[str, Any]:
    """Facts that fit, mostly; and one that no rule reads."""
    facts: dict[str, Any] = {column.name: _fact(random, column) for column in inputs}
    if random.random() < SHARE_OF_BAD_FACTS:
        facts[random.choice(inputs).name] = random.choice([None, None, object(), "nonsense", Decimal("NaN"), 10**40])
    return {**facts, "unread": random.random()}


def table(random: Random) -> DecisionTable:
    """A table; one in fifty is so large that its rows fill several packs."""
    policy = random.choice(list(HitPolicy))
    inputs = _inputs(random, 6)
    output = _output(random, "out", policy)
    size = random.randint(61, 200) if random.random() < 0.02 else random.randint(0, 14)
    width = random.choice([0.3, 0.6, 1.0])
    rows = tuple(
        Row(
            f"r{number}",
            tuple(_test(random, column.kind) if random.random() < width else ANYTHING for column in inputs),
            (_expression(random, output, inputs),),
            Words(f"因为 {{{inputs[0].name}}}", "so {out}"),
        )
        for number in range(size)
    )
    defaults = (Constant(VALUES[output.kind](random)),) if random.random() < 0.3 else None
    return DecisionTable(inputs, (output,), policy, rows, defaults)


ANYTHING = Test(negated=True, null=True)


def chain(random: Random) -> Chain:
    """Rules each of which reads inputs and conclusions declared before its own."""
    inputs = _inputs(random, 3)
    conclusions = tuple(_conclusion(random, number) for number in range(random.randint(1, 6)))
    rules: list[ChainRule] = []
    for depth, conclusion in enumerate(conclusions):
        readable = (*inputs, *(each.column for each in conclusions[:depth]))
        for _ in range(random.randint(0, 4)):
            when = tuple(_alternative(random, readable) for _ in range(random.choice([1, 1, 2, 3])))
            then = ((conclusion.name, _expression(random, conclusion.column, readable)),)
            rules.append(ChainRule(f"rule{len(rules)}", when, then, Words("", f"{{{conclusion.name}}}")))
    random.shuffle(rules)
    return Chain(inputs, tuple(random.sample(conclusions, len(conclusions))), tuple(rules))


def _conclusion(random: Random, number: int) -> Conclusion:
    kind = random.choice([Kind.NUMBER, Kind.BOOLEAN, Kind.ENUM])
    column = Column(f"c{number}", kind, values=GRADES if kind is Kind.ENUM else (), nullable=random.random() < 0.5)
    combine = random.choice([each for each in Combine if each.suits(kind)])
    return Conclusion(column, VALUES[kind](random), combine)


def _alternative(random: Random, readable: tuple[Column, ...]) -> Alternative:
    read = random.sample(readable, random.randint(0, min(3, len(readable))))
    return tuple((column.name, _test(random, column.kind)) for column in read)


def _inputs(random: Random, most: int) -> tuple[Column, ...]:
    kinds = random.choices(list(Kind), k=random.randint(1, most))
    return tuple(_input(random, f"f{number}", kind) for number, kind in enumerate(kinds))


def _input(random: Random, name: str, kind: Kind) -> Column:
    return Column(name, kind, values=GRADES if kind is Kind.ENUM else (), nullable=random.random() < 0.6)


def _output(random: Random, name: str, policy: HitPolicy) -> Column:
    if policy.is_total or (not policy.ranks and random.random() < 0.4):
        return Column(name, Kind.NUMBER, nullable=random.random() < 0.6)
    return Column(name, Kind.ENUM, values=GRADES, nullable=policy is HitPolicy.COLLECT)


def _expression(random: Random, output: Column, facts: tuple[Column, ...]) -> Expression:
    """A value; of numbers also a calculation that may divide by zero, meet null, or leave its column."""
    numbers = [column.name for column in facts if column.kind is Kind.NUMBER]
    if output.kind is Kind.NUMBER and numbers and random.random() < 0.4:
        return Calculation(random.choice("+-*/"), Name(random.choice(numbers)), Constant(VALUES[Kind.NUMBER](random)))
    return Constant(None if output.nullable and random.random() < 0.1 else VALUES[output.kind](random))


def _test(random: Random, kind: Kind) -> Test:
    """Any form of cell, and some that no file can have: without a value, or with intervals over each other."""
    negated, null = random.random() < 0.3, random.random() < 0.3
    if kind.is_ordered:
        intervals = tuple(_interval(random, kind) for _ in range(random.choice([0, 1, 1, 2, 3])))
        return Test(intervals=intervals, negated=negated, null=null)
    values = tuple(VALUES[kind](random) for _ in range(random.choice([0, 1, 1, 2, 3])))
    return Test(values=values, negated=negated, null=null)


def _interval(random: Random, kind: Kind) -> Interval:
    low, high = sorted((VALUES[kind](random), VALUES[kind](random)))
    has_low, has_high = random.random() < 0.5, random.random() < 0.5
    match random.randint(0, 3):
        case 0:
            return Interval(None, high, has_high=has_high)
        case 1:
            return Interval(low, None, has_low)
        case 2:
            return Interval(low, low)
        case _:
            return Interval(low, high, has_low, has_high)


def _fact(random: Random, column: Column) -> Any:
    return None if column.nullable and random.random() < 0.2 else VALUES[column.kind](random)
