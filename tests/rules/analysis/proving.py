"""What z3 proves of tables. It is told of columns and tests as rules/README.md explains them, and nothing of the check.

Numbers with decimal places, dates, times, instants and durations are whole numbers to it, all other numbers real ones.
Null is a flag beside the value.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import z3

from rules.engine.cell import Interval, Test
from rules.engine.kinds import Column, Kind
from rules.engine.table import DecisionTable, HitPolicy, Row

MICRO = dt.timedelta(microseconds=1)
EPOCH = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
MOST = Decimal("9" * 34)
ENDS = {
    Kind.NUMBER: (-MOST, MOST),
    Kind.DATE: (dt.date.min, dt.date.max),
    Kind.TIME: (dt.time.min, dt.time.max),
    Kind.INSTANT: (EPOCH, dt.datetime.max.replace(tzinfo=dt.UTC)),
    Kind.DURATION: (dt.timedelta.min, dt.timedelta.max),
}
LATEST = {HitPolicy.MIN: 1, HitPolicy.MAX: -1}
NOTHING, REFUSED = -1, -2
"""Answers of tables where no row matches, and where more do than may."""


def no_row(claims: Iterable[z3.BoolRef]) -> z3.BoolRef:
    return z3.Not(z3.Or(*claims))


class Facts:
    """All facts that some columns can have, and which of them tests admit."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = {column.name: column for column in columns}
        self._texts: dict[str, dict[str, int]] = {name: {} for name in self.columns}
        self._values = {name: self._variable(column) for name, column in self.columns.items()}
        self._nulls = {name: z3.Bool(f"{name} is null") for name in self.columns}
        self.possible = z3.And(*(claim for column in columns for claim in self._bounds(column)))

    def admit(self, tests: Mapping[str, Test]) -> z3.BoolRef:
        """That all the tests hold."""
        return z3.And(*(self._admits(self.columns[name], test) for name, test in tests.items()))

    def match(self, table: DecisionTable, row: Row) -> z3.BoolRef:
        """That a row of a table matches."""
        return self.admit({column.name: test for column, test in zip(table.inputs, row.tests, strict=True)})

    def _variable(self, column: Column) -> z3.ArithRef:
        is_dense = column.kind is Kind.NUMBER and column.places is None
        return z3.Real(column.name) if is_dense else z3.Int(column.name)

    def _bounds(self, column: Column) -> Iterable[z3.BoolRef]:
        value = self._values[column.name]
        if not column.nullable:
            yield z3.Not(self._nulls[column.name])
        if column.kind.is_ordered:
            first, last = ENDS[column.kind]
            low = first if column.low is None else column.low
            high = last if column.high is None else column.high
            yield self._inside(column, Interval(low, high))
        elif column.kind is not Kind.TEXT:
            yield z3.And(value >= 0, value < (len(column.values) if column.kind is Kind.ENUM else 2))

    def _admits(self, column: Column, test: Test) -> z3.BoolRef:
        named = [self._values[column.name] == self._code(column, value) for value in test.values]
        named += [self._inside(column, interval) for interval in test.intervals]
        said = no_row(named) if test.negated else z3.Or(*named)
        if not column.nullable:
            return said
        is_null = self._nulls[column.name]
        return z3.Or(is_null, said) if test.null else z3.And(z3.Not(is_null), said)

    def _code(self, column: Column, value: Any) -> int:
        """The number of a value that has no order; a text that no test names is any other number."""
        if column.kind is Kind.ENUM:
            return column.values.index(value)
        known = self._texts[column.name]
        return int(value) if column.kind is Kind.BOOLEAN else known.setdefault(value, len(known))

    def _inside(self, column: Column, one: Interval) -> z3.BoolRef:
        value, claims = self._values[column.name], []
        if one.low is not None:
            low = _number(column, one.low)
            if value.is_real():
                claims.append(value >= low if one.has_low else value > low)
            else:
                claims.append(value >= (math.ceil(low) if one.has_low else math.floor(low) + 1))
        if one.high is not None:
            high = _number(column, one.high)
            if value.is_real():
                claims.append(value <= high if one.has_high else value < high)
            else:
                claims.append(value <= (math.floor(high) if one.has_high else math.ceil(high) - 1))
        return z3.And(*claims)


def _number(column: Column, value: Any) -> Fraction:
    """A value of an ordered column as a number, in the column's smallest steps if it has any."""
    match value:
        case Decimal():
            return Fraction(value) * 10 ** (column.places or 0)
        case dt.datetime():
            return Fraction((value - EPOCH) // MICRO)
        case dt.date():
            return Fraction(value.toordinal())
        case dt.time():
            return Fraction((dt.datetime.combine(EPOCH, value, dt.UTC) - EPOCH) // MICRO)
        case _:
            return Fraction(value // MICRO)


class Prover:
    """Questions about the rows of tables over the same facts."""

    def __init__(self, *tables: DecisionTable) -> None:
        self.facts = Facts(tables[0].inputs)
        self._solver = z3.Solver()
        self._solver.set("random_seed", 1)
        self._solver.add(self.facts.possible)
        self._flags: dict[tuple[Test, ...], z3.BoolRef] = {}
        self.rows = [[self._flag(table, row) for row in table.rows] for table in tables]
        """For each table, that each of its rows matches."""
        self.seen: list[z3.ModelRef] = []
        """Facts with which questions were answered."""

    def _flag(self, table: DecisionTable, row: Row) -> z3.BoolRef:
        if row.tests not in self._flags:
            flag = self._flags[row.tests] = z3.Bool(f"row {len(self._flags)}")
            self._solver.add(flag == self.facts.match(table, row))
        return self._flags[row.tests]

    def can_be(self, *claims: z3.BoolRef) -> bool:
        """Whether there are facts for which all the claims hold."""
        self._solver.push()
        self._solver.add(*claims)
        answer = self._solver.check()
        if answer == z3.sat:
            self.seen.append(self._solver.model())
        self._solver.pop()
        assert answer != z3.unknown, self._solver.reason_unknown()
        return answer == z3.sat

    def inside(self, regions: Iterable[Mapping[str, Test]]) -> z3.BoolRef:
        """That facts are in one of the regions."""
        return z3.Or(*(self.facts.admit(tests) for tests in regions))

    def signature(self, flag: z3.BoolRef) -> tuple[bool, ...]:
        """Whether it holds for each of the facts that were seen."""
        return tuple(z3.is_true(model.eval(flag, model_completion=True)) for model in self.seen)


def outputs(row: Row) -> tuple[Any, ...]:
    return tuple(output.value for output in row.outputs)


def rank(table: DecisionTable, row: Row) -> tuple[int, ...]:
    """The place of a row by the order of its outputs' values; the least decides first."""
    ranked = zip(table.outputs, outputs(row), strict=True)
    return tuple([*column.values, None].index(value) for column, value in ranked if column.values)


def weight(table: DecisionTable, row: Row) -> tuple[int, Decimal]:
    """Of a least or greatest: null decides before all numbers."""
    [value] = outputs(row)
    return (0, Decimal(0)) if value is None else (1, value * LATEST[table.policy])


class Answer:
    """What a table answers, as something that z3 can compare."""

    def __init__(self, table: DecisionTable, flags: Sequence[z3.BoolRef], codes: dict[Any, int]) -> None:
        self._table, self._codes = table, codes
        policy = table.policy
        self.rows = list(zip(table.rows, flags, strict=True))
        if policy.ranks:
            self.rows.sort(key=lambda pair: rank(table, pair[0]))
        elif policy in LATEST:
            self.rows.sort(key=lambda pair: weight(table, pair[0]))
        self.without = NOTHING
        if table.defaults is not None:
            self.without = self.code(tuple(output.value for output in table.defaults))
        elif policy.is_total:
            self.without = self.code((Decimal(0) if policy is HitPolicy.COUNT else None,))

    def code(self, values: tuple[Any, ...]) -> int:
        return self._codes.setdefault(values, len(self._codes))

    def first(self) -> z3.ArithRef:
        """The code of the first row that matches."""
        found = z3.IntVal(self.without)
        for row, flag in reversed(self.rows):
            found = z3.If(flag, self.code(outputs(row)), found)
        return found

    def only(self) -> z3.ArithRef:
        """The code of what matches, where that is one row (UNIQUE), or rows that all say the same (ANY)."""
        saying: dict[Any, list[z3.BoolRef]] = {}
        for row, flag in self.rows:
            saying.setdefault(row.id if self._table.policy is HitPolicy.UNIQUE else outputs(row), []).append(flag)
        several = z3.AtLeast(*(z3.Or(*flags) for flags in saying.values()), 2) if len(saying) > 1 else z3.BoolVal(False)
        return z3.If(several, REFUSED, self.first())

    def total(self, policy: HitPolicy) -> tuple[z3.BoolRef, Mapping[z3.BoolRef, Fraction]]:
        """Whether it is null, and what each row that matches adds."""
        adds: dict[z3.BoolRef, Fraction] = {}
        for row, flag in self.rows:
            value = 1 if policy is HitPolicy.COUNT else outputs(row)[0] or 0
            adds[flag] = adds.get(flag, Fraction(0)) + Fraction(value)
        nulls = [flag for row, flag in self.rows if policy is HitPolicy.SUM and outputs(row)[0] is None]
        return z3.Or(*nulls), adds


def differ(before: DecisionTable, after: DecisionTable, prover: Prover) -> z3.BoolRef:
    """That two tables of one policy answer differently."""
    codes: dict[Any, int] = {}
    one, other = (Answer(table, flags, codes) for table, flags in zip((before, after), prover.rows, strict=True))
    match before.policy:
        case HitPolicy.FIRST | HitPolicy.PRIORITY | HitPolicy.MIN | HitPolicy.MAX:
            return one.first() != other.first()
        case HitPolicy.UNIQUE | HitPolicy.ANY:
            return one.only() != other.only()
        case HitPolicy.SUM | HitPolicy.COUNT:
            return z3.Not(_same_total(one, other, before.policy))
        case _:
            return z3.Not(_same_list(one, other))


def _same_total(one: Answer, other: Answer, policy: HitPolicy) -> z3.BoolRef:
    """Equal totals; where no row of one of them matches, what it answers then stands for its total."""
    (is_null, mine), (is_null_too, its) = one.total(policy), other.total(policy)
    amounts = {flag: mine.get(flag, Fraction(0)) - its.get(flag, Fraction(0)) for flag in {**mine, **its}}
    names = {code: values for values, code in one._codes.items()}
    mine_in_all, its_in_all, balance = map(_sum, (mine, its, amounts))
    empty, empty_too = (no_row(flag for _, flag in side.rows) for side in (one, other))

    def says(side: Answer, null: z3.BoolRef, amount: z3.ArithRef) -> z3.BoolRef:
        """That a total of the other is what this one answers without a row."""
        [value] = names[side.without]
        return null if value is None else z3.And(z3.Not(null), amount == z3.RealVal(str(Fraction(value))))

    both = z3.If(z3.Or(is_null, is_null_too), is_null == is_null_too, balance == 0)
    return z3.If(
        empty,
        z3.If(empty_too, z3.BoolVal(one.without == other.without), says(one, is_null_too, its_in_all)),
        z3.If(empty_too, says(other, is_null, mine_in_all), both),
    )


def _sum(adds: Mapping[z3.BoolRef, Fraction]) -> z3.ArithRef:
    """The sum of what rows that match add."""
    return z3.Sum(*(z3.If(flag, z3.RealVal(str(value)), 0) for flag, value in adds.items() if value))


def _same_list(one: Answer, other: Answer) -> z3.BoolRef:
    """Equal lists: from the ends of both tables on, row by row."""
    mine, its = ([(side.code(outputs(row)), flag) for row, flag in side.rows] for side in (one, other))

    @functools.cache
    def same(at: int, its_at: int) -> z3.BoolRef:
        """That the rest of both lists is equal."""
        if at == len(mine):
            return no_row(flag for _, flag in its[its_at:])
        if its_at == len(its):
            return no_row(flag for _, flag in mine[at:])
        (code, flag), (its_code, its_flag) = mine[at], its[its_at]
        together = same(at + 1, its_at + 1) if code == its_code else z3.BoolVal(False)
        if flag.eq(its_flag) and code == its_code:
            return together  # both have it, or none
        return z3.If(its_flag, z3.If(flag, together, same(at + 1, its_at)), same(at, its_at + 1))

    lists = same(0, 0)
    empty, empty_too = (no_row(flag for _, flag in side.rows) for side in (one, other))
    if one.without == other.without == NOTHING:
        return lists
    if_one_is_empty = _is_only(other, one.without, empty_too)
    return z3.If(empty, if_one_is_empty, z3.If(empty_too, _is_only(one, other.without, empty), lists))


def _is_only(side: Answer, code: int, is_empty: z3.BoolRef) -> z3.BoolRef:
    """That a list is this one answer: of its default, or of one row."""
    if code == NOTHING:
        return z3.And(is_empty, z3.BoolVal(side.without == NOTHING))
    saying = [flag for row, flag in side.rows if side.code(outputs(row)) == code]
    others = [flag for row, flag in side.rows if side.code(outputs(row)) != code]
    once = z3.And(z3.PbEq([(flag, 1) for flag in saying], 1), no_row(others)) if saying else z3.BoolVal(False)
    return z3.If(is_empty, z3.BoolVal(side.without == code), once)
