"""How far one value of a fact is from another: 0 to about 1, whatever the fact is measured in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple

from rules.engine.analysis.slices import Slices
from rules.engine.kinds import Column

_MICRO: Final = dt.timedelta(microseconds=1)
_SOME_DAY: Final = dt.date(2000, 1, 1)


class Step(NamedTuple):
    """The nearest way into a slice: whether the fact changes, how far, and to what."""

    changes: int
    distance: Fraction
    value: Any


def gap_between(one: Any, other: Any) -> Fraction:
    """How far two values of an ordered column are apart: in numbers, days or microseconds."""
    if isinstance(one, Decimal):
        return abs(Fraction(one) - Fraction(other))
    if isinstance(one, dt.time):
        one, other = (dt.datetime.combine(_SOME_DAY, each) for each in (one, other))
    apart = abs(one - other)
    return Fraction(apart.days if type(one) is dt.date else apart // _MICRO)


def span_of(column: Column, bounds: Sequence[Any]) -> Fraction:
    """What counts as the distance 1: from the least value to the greatest, of the column or else of its cells."""
    low = column.low if column.low is not None else min(bounds, default=None)
    high = column.high if column.high is not None else max(bounds, default=None)
    span = Fraction(0) if low is None or high is None else gap_between(low, high)
    return span or Fraction(1)


def steps_into(slices: Slices, value: Any, span: Fraction) -> list[Step]:
    """The nearest way from a value into each slice of its column. To or from null, or to another word, is 1 far."""
    own = slices.slice_of(value)
    return [
        Step(0, Fraction(0), value) if number == own else _into(slices, number, value, span)
        for number in range(len(slices.slices))
    ]


def _into(slices: Slices, number: int, value: Any, span: Fraction) -> Step:
    ends = slices.ends(number)
    if not slices.column.kind.is_ordered or value is None or ends == [None]:
        return Step(1, Fraction(1), slices.sample(number))
    known = [Step(1, gap_between(value, end) / span, end) for end in ends if end is not None]
    if None in ends:
        known.append(Step(1, Fraction(1), None))
    return min(known, key=lambda step: step.distance)
