"""Values of a column as 64-bit whole numbers, so that whole columns can be compared at once, and exactly.

A number with declared places is counted in its last place, a date in days, a time in microseconds, and a text is its
place among those that the table names. What cannot be coded is left to the reference evaluator.
"""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from rules.engine.kinds import EXACT, LONGEST_TEXT, Column, Kind, MisfitError, fitting

Flags: TypeAlias = npt.NDArray[np.bool_]

MOST: Final = 2**62
"""Codes are less than this either way, so that nothing overflows."""

OTHER: Final = -1
"""The code of a text that the table does not name."""

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)


class NotCodedError(ValueError):
    """A value has no code. The reference evaluator knows what to make of it."""


@dataclass(frozen=True)
class Codes:
    """The codes of a column's values, a place a case."""

    numbers: npt.NDArray[np.int64]
    """0 where there is none."""
    known: Flags
    """False: the value is null."""
    fits: Flags
    """False: the value has no code, or null is not allowed."""


Coder: TypeAlias = Callable[[Any], int]


class Coding:
    """How one column is coded. `named` are the texts that the table's tests name."""

    def __init__(self, column: Column, named: Collection[str] = ()) -> None:
        self.column = column
        self.texts: Mapping[str, int] = _places(column, named)
        self._coder = _coder(column, self.texts)

    def codes(self, values: Sequence[Any]) -> Codes:
        """The codes of these values."""
        known = np.fromiter((value is not None for value in values), np.bool_, len(values))
        fits = known.copy() if not self.column.nullable else np.ones(len(values), np.bool_)
        try:
            coder = self._coder
            found = [0 if value is None else coder(value) for value in values]
        except _NO_CODE:
            found = [self._one(value, fits, place) for place, value in enumerate(values)]
        numbers = np.array(found, np.int64)
        return Codes(numbers, known, fits & self._in_range(numbers, known))

    def _one(self, value: Any, fits: Flags, place: int) -> int:
        try:
            return 0 if value is None else self._coder(value)
        except _NO_CODE:
            fits[place] = False
            return 0

    def _in_range(self, numbers: npt.NDArray[np.int64], known: Flags) -> Flags:
        low, high = self.column.low, self.column.high
        inside = np.ones(len(numbers), np.bool_)
        if low is not None:
            inside &= numbers >= math.ceil(exact(self.column, low))
        if high is not None:
            inside &= numbers <= math.floor(exact(self.column, high))
        return inside | ~known


_NO_CODE: Final = (NotCodedError, MisfitError, ArithmeticError, TypeError, ValueError)


def exact(column: Column, value: Any) -> Fraction:
    """Where a value of an ordered column lies among the codes: on one of them, or between two.

    Raises:
        NotCodedError: the column's values have no codes, or this is no value of its kind.
    """
    if isinstance(value, Decimal) and column.places is not None and value.is_finite():
        return Fraction(value) * (Fraction(10) ** column.places)
    if column.kind is Kind.NUMBER or not column.kind.is_ordered:
        raise NotCodedError(f"{column.name} has no codes")
    return Fraction(_MOMENTS[column.kind](value))


def _places(column: Column, named: Collection[str]) -> dict[str, int]:
    texts = column.values if column.kind is Kind.ENUM else tuple(dict.fromkeys(named))
    return {text: place for place, text in enumerate(texts) if unicodedata.is_normalized("NFC", text)}


def _coder(column: Column, texts: Mapping[str, int]) -> Coder:
    if column.kind is Kind.NUMBER:
        return _whole(column) if column.places is not None else _checked(column)
    if column.kind is Kind.ENUM:
        return lambda value: _member(texts, value)
    if column.kind is Kind.TEXT:
        return lambda value: _text(texts, value)
    return _boolean if column.kind is Kind.BOOLEAN else _MOMENTS[column.kind]


def _whole(column: Column) -> Coder:
    places = column.places or 0
    unit = Decimal(1).scaleb(-places)

    def code(value: Any) -> int:
        if type(value) is not Decimal:
            raise NotCodedError
        if not value.same_quantum(unit):  # written with other places: is it the same number?
            fitting(column, value)
        scaled = value.scaleb(places, EXACT)
        if not -MOST < scaled < MOST:
            raise NotCodedError
        return int(scaled)

    return code


def _checked(column: Column) -> Coder:
    """For a number of any places, which no test looks at: only whether it fits."""

    def code(value: Any) -> int:
        fitting(column, value)
        return 0

    return code


def _member(texts: Mapping[str, int], value: Any) -> int:
    if type(value) is not str or value not in texts:
        raise NotCodedError
    return texts[value]


def _text(texts: Mapping[str, int], value: Any) -> int:
    if type(value) is not str or len(value) > LONGEST_TEXT or not unicodedata.is_normalized("NFC", value):
        raise NotCodedError
    return texts.get(value, OTHER)


def _boolean(value: Any) -> int:
    if type(value) is not bool:
        raise NotCodedError
    return int(value)


def _date(value: Any) -> int:
    if type(value) is not dt.date:
        raise NotCodedError
    return value.toordinal()


def _time(value: Any) -> int:
    if type(value) is not dt.time or value.tzinfo is not None:
        raise NotCodedError
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond


def _instant(value: Any) -> int:
    if type(value) is not dt.datetime or value.tzinfo is None:
        raise NotCodedError
    return (value - _EPOCH) // _MICROSECOND


def _duration(value: Any) -> int:
    if type(value) is not dt.timedelta:
        raise NotCodedError
    micros = value // _MICROSECOND
    if not -MOST < micros < MOST:
        raise NotCodedError
    return micros


_MOMENTS: Final[Mapping[Kind, Coder]] = {
    Kind.DATE: _date,
    Kind.TIME: _time,
    Kind.INSTANT: _instant,
    Kind.DURATION: _duration,
}
