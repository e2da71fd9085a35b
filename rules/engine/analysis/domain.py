"""All values that an ordered column can have. Each has a next one, so an open end is a closed one."""

from __future__ import annotations

import datetime as dt
import decimal
from decimal import Decimal
from typing import Any, Final

from rules.engine.kinds import DIGITS, EXACT, Column, Kind

_MOST: Final = Decimal("9" * DIGITS)
_MICRO: Final = dt.timedelta(microseconds=1)
_SOME_DAY: Final = dt.date(2000, 1, 1)
_NUMBERS: Final = decimal.Context(prec=DIGITS, traps=[])
"""As numbers of `DIGITS` digits lie: the larger they are, the wider apart."""

_ENDS: Final[dict[Kind, tuple[Any, Any]]] = {
    Kind.NUMBER: (_MOST.copy_negate(), _MOST),
    Kind.DATE: (dt.date.min, dt.date.max),
    Kind.TIME: (dt.time.min, dt.time.max),
    Kind.INSTANT: (dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)),
    Kind.DURATION: (dt.timedelta.min, dt.timedelta.max),
}


class Domain:
    """The values of an ordered column, from `first` to `last`."""

    def __init__(self, column: Column) -> None:
        self._kind = column.kind
        self._step = Decimal(1).scaleb(-(DIGITS if column.places is None else column.places))
        self._places = column.places
        first, last = _ENDS[column.kind]
        self.first: Any = first if column.low is None else self.ceiling(column.low)
        self.last: Any = last if column.high is None else self.floor(column.high)

    def after(self, value: Any) -> Any:
        """The next value; None after the last."""
        return None if value >= self.last else self._moved(value, 1)

    def before(self, value: Any) -> Any:
        """The value before it; None before the first."""
        return None if value <= self.first else self._moved(value, -1)

    def ceiling(self, value: Any) -> Any:
        """The least value that is not less: a bound may have more decimal places than the column."""
        return self._rounded(value, decimal.ROUND_CEILING)

    def floor(self, value: Any) -> Any:
        """The greatest value that is not more."""
        return self._rounded(value, decimal.ROUND_FLOOR)

    def _rounded(self, value: Any, how: str) -> Any:
        if self._places is None or value == value.to_integral_value():
            return value
        return value.quantize(self._step, how, EXACT)

    def _moved(self, value: Any, sign: int) -> Any:
        if self._kind is Kind.NUMBER:
            return self._next_number(value, sign)
        if self._kind is Kind.DATE:
            return value + sign * dt.timedelta(days=1)
        if self._kind is Kind.TIME:
            return (dt.datetime.combine(_SOME_DAY, value) + sign * _MICRO).time()
        return value + sign * _MICRO

    def _next_number(self, value: Decimal, sign: int) -> Decimal:
        """Numbers stand a step apart, or where that would need too many digits, as far as `DIGITS` digits allow."""
        if sign < 0:
            return _plain(self._next_number(value.copy_negate(), 1).copy_negate())  # a minus sign would round
        return _plain(max(EXACT.add(value, self._step), _NUMBERS.next_plus(value)))


def _plain(number: Decimal) -> Decimal:
    """The number without zeros at its end, without a power of ten, and zero without a sign."""
    if not number:
        return Decimal(0)
    whole = number.to_integral_value()
    return whole.quantize(Decimal(1), context=EXACT) if number == whole else number.normalize(EXACT)


def common_column(one: Column, other: Column) -> Column | None:
    """The values that both columns can have; None if they are of different kinds."""
    if one.kind is not other.kind:
        return None
    lows = [low for low in (one.low, other.low) if low is not None]
    highs = [high for high in (one.high, other.high) if high is not None]
    places = [each for each in (one.places, other.places) if each is not None]
    return Column(
        one.name,
        one.kind,
        tuple(value for value in one.values if value in other.values),
        max(lows, default=None),
        min(highs, default=None),
        one.nullable and other.nullable,
        min(places, default=None),
        one.unit,
        one.units,
    )
