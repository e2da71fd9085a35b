"""The test of an input cell: for the value of a fact it is 0 or 1. How it is read, and how it is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from rules.engine import syntax
from rules.engine.kinds import Column, Kind
from rules.engine.literal import HOW, is_null, value_of, written
from rules.engine.problem import CellError
from rules.engine.syntax import Alternative, Anything, Comparison, Literal, Negation, moved, tests_written


@dataclass(frozen=True, slots=True)
class Interval:
    """All from `low` to `high`, each end in it or not. None: without end on that side."""

    low: Any
    high: Any
    has_low: bool = True
    has_high: bool = True

    def holds(self, value: Any) -> bool:
        """Whether the value is inside."""
        above = self.low is None or value > self.low or (self.has_low and value == self.low)
        return bool(above and (self.high is None or value < self.high or (self.has_high and value == self.high)))

    def covers(self, other: Interval) -> bool:
        """Whether all of the other is inside."""
        low = self.low is None or (
            other.low is not None
            and (self.low < other.low or (self.low == other.low and (self.has_low or not other.has_low)))
        )
        high = self.high is None or (
            other.high is not None
            and (self.high > other.high or (self.high == other.high and (self.has_high or not other.has_high)))
        )
        return bool(low and high)


@dataclass(frozen=True)
class Test:
    """What a cell admits: the values and intervals that it names, or if `negated` all others; and null or not.

    Null is never admitted by what is said of values: `not("A")` does not admit it, `not("A"), null` does.
    """

    __test__ = False
    """Not one of pytest's."""

    values: tuple[Any, ...] = ()
    """Of a column without order."""
    intervals: tuple[Interval, ...] = ()
    """Of an ordered column; a single value is an interval of one."""
    negated: bool = False
    null: bool = False

    @property
    def is_any(self) -> bool:
        """Whether it admits everything, as `-` does."""
        return self.negated and self.null and not self.values and not self.intervals

    def admits(self, value: Any) -> bool:
        """The atom: whether a fact with this value passes. The value must fit the column."""
        if value is None:
            return self.null
        if value in self.values:
            return not self.negated
        for one in self.intervals:  # a plain loop: this runs hundreds of times a decision
            if one.holds(value):
                return not self.negated
        return self.negated

    def __str__(self) -> str:
        """The test as a cell has it."""
        parts = [*map(written, self.values), *map(_written, self.intervals)]
        if self.negated and not parts:
            return "-" if self.null else "not(null)"
        if self.negated:
            parts = [f"not({', '.join(parts)})"]
        return ", ".join([*parts, *(["null"] if self.null else [])])


ANYTHING: Final = Test(negated=True, null=True)


def _written(one: Interval) -> str:
    if one.low is None:
        return f"{'<=' if one.has_high else '<'} {written(one.high)}"
    if one.high is None:
        return f"{'>=' if one.has_low else '>'} {written(one.low)}"
    if one.low == one.high:
        return written(one.low)
    ends = written(one.low), written(one.high)
    return f"{'[' if one.has_low else '('}{ends[0]}..{ends[1]}{']' if one.has_high else ')'}"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are read: those of our files, or those of DMN."""

    strict: bool = True
    """Whether alternatives that add nothing are refused, which are slips in a file that a person writes."""
    null_is_other: bool = False
    """Whether `not("A")` admits null, as it does in DMN."""


OURS: Final = Dialect()
DMN: Final = Dialect(strict=False, null_is_other=True)


def read_test(cell: str, column: Column, dialect: Dialect = OURS) -> Test:
    """The test that a cell holds.

    Raises:
        CellError: it cannot be understood, or does not suit the column.
    """
    try:
        found, text = tests_written(cell)
    except CellError as error:
        raise _for_column(error, column) from None
    if isinstance(found, Anything):
        return ANYTHING
    try:
        return _test(found, column, dialect)
    except CellError as error:
        raise moved(error, text) from None


_ALWAYS: Final = ("a date such as", "a number", "a text", "a value", "one of", "a range")
_WORTH: Final = {
    Kind.NUMBER: ("a number", "one of", "a range"),
    Kind.TEXT: ("a text",),
    Kind.ENUM: ("a value",),
    Kind.BOOLEAN: ("a value",),
    Kind.DATE: ("a date such as", "one of", "a range"),
}


def _for_column(error: CellError, column: Column) -> CellError:
    """Only what the column can take is told as expected."""
    worth = _WORTH.get(column.kind, ("one of", "a range"))
    kept = [one for one in error.expected if not one.startswith(_ALWAYS) or one.startswith(worth)]
    is_moment = column.kind.is_ordered and column.kind is not Kind.NUMBER
    cure = error.cure or (f"Write {HOW[column.kind]}" if is_moment else "")
    return CellError(error.at, error.message, cure=cure, expected=kept)


def _test(found: Sequence[Alternative | Negation], column: Column, dialect: Dialect) -> Test:
    names_null = [one for one in found if is_null(one)]
    others = [one for one in found if not is_null(one)]
    if names_null and not column.nullable:
        raise CellError(names_null[0].at, f"{column.name} is never null", cure="Leave null out")
    first = others[0] if others else None
    if isinstance(first, Negation):
        return _negation(first, others, column, dialect, null=bool(names_null))
    if isinstance(first, Comparison) and first.operator == "!=":
        alone = Negation((first.literal,), first.at)
        return _negation(alone, others, column, dialect, null=bool(names_null))
    values, intervals = _named([one for one in others if not isinstance(one, Negation)], column, dialect)
    if len(values) + len(intervals) < len(others):
        raise CellError(others[-1].at, "not(...) and other alternatives do not go together", cure="Write two rows")
    if dialect.strict:
        _refuse_everything(intervals, others)
    return Test(values, intervals, null=bool(names_null))


def _negation(
    negation: Negation, others: Sequence[Alternative | Negation], column: Column, dialect: Dialect, *, null: bool
) -> Test:
    if len(others) > 1:
        raise CellError(others[1].at, "not(...) stands alone, or with null", cure="Write two rows")
    inner = [one for one in negation.tests if not is_null(one)]
    excludes_null = len(inner) < len(negation.tests)
    if null and excludes_null:
        raise CellError(negation.at, "null is admitted and excluded at once", cure="Say null once")
    values, intervals = _named(inner, column, dialect)
    return Test(values, intervals, negated=True, null=null or (dialect.null_is_other and not excludes_null))


def _named(
    alternatives: Sequence[Alternative], column: Column, dialect: Dialect
) -> tuple[tuple[Any, ...], tuple[Interval, ...]]:
    values: list[Any] = []
    intervals: list[Interval] = []
    for one in alternatives:
        if isinstance(one, Literal) and not column.kind.is_ordered:
            value = value_of(one, column)
            if value in values and dialect.strict:
                raise CellError(one.at, f"{written(value)} is named twice", cure="Leave it out")
            values.append(value)
        else:
            interval = _interval(one, column)
            if dialect.strict:
                _refuse_useless(one, interval, intervals)
            intervals.append(interval)
    return tuple(values), tuple(intervals)


def _interval(one: Alternative, column: Column) -> Interval:
    if not column.kind.is_ordered:
        message = f"the values of {column.name} have no order"
        raise CellError(one.at, message, cure="Name the values, with , between them, or write not(...)")
    if isinstance(one, Literal):
        value = value_of(one, column)
        return Interval(value, value)
    if isinstance(one, syntax.Span):
        return _range(one, column)
    if one.operator == "!=":
        raise CellError(one.at, "!= stands alone", cure="Write not(...) around all values")
    value = value_of(_not_null(one.literal), column)
    if one.operator == "=":
        return Interval(value, value)
    is_closed = one.operator.endswith("=")
    return Interval(value, None, is_closed) if one.operator[0] == ">" else Interval(None, value, has_high=is_closed)


def _not_null(literal: Literal) -> Literal:
    if is_null(literal):
        raise CellError(literal.at, "null is not more or less than anything", cure="Write null alone")
    return literal


def _range(span: syntax.Span, column: Column) -> Interval:
    low, high = value_of(_not_null(span.low), column), value_of(_not_null(span.high), column)
    found = Interval(low, high, span.opens == "[", span.closes == "]")
    if _is_empty(found, column):
        message = f"no value is between {written(low)} and {written(high)} as the brackets stand"
        raise CellError(span.at, message, cure="[ and ] take the end in, ( and ) leave it out; the lower end is first")
    return found


def _is_empty(one: Interval, column: Column) -> bool:
    low, high, step = one.low, one.high, _step(column)
    if step is not None:
        low = low if one.has_low else low + step
        high = high if one.has_high else high - step
        return bool(low > high)
    return bool(low > high or (low == high and not (one.has_low and one.has_high)))


def _step(column: Column) -> Any:
    """The distance from one value to the next; None where there is always one between."""
    if column.kind is Kind.DATE:
        return dt.timedelta(days=1)
    return None if column.places is None else Decimal(1).scaleb(-column.places)


def _refuse_useless(one: Alternative, interval: Interval, before: Sequence[Interval]) -> None:
    if any(earlier.covers(interval) for earlier in before):
        cure = "Leave it out; and write large numbers without separators: 500000 or 50万"
        raise CellError(one.at, "this alternative adds nothing to those before it", cure=cure)
    if any(interval.covers(earlier) for earlier in before):
        raise CellError(one.at, "this alternative makes an earlier one useless", cure="Leave the earlier one out")


def _refuse_everything(intervals: Sequence[Interval], found: Sequence[Alternative | Negation]) -> None:
    """`> 3, < 5` is what someone writes who means `(3..5)`."""
    below = [one for one in intervals if one.low is None]
    above = [one for one in intervals if one.high is None]
    if any(
        up.low < down.high or (up.low == down.high and (up.has_low or down.has_high)) for up in above for down in below
    ):
        cure = "A comma means: or. For both at once write a range such as (3..5); for anything write -"
        raise CellError(found[0].at, "together the alternatives admit every value", cure=cure)
