"""What a value of a rule can be: kinds, columns, and whether a value fits its column."""

from __future__ import annotations

import datetime as dt
import decimal
import difflib
import enum
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias

DIGITS: Final = 34
"""The most digits that a number has before its point, and after it; and of every calculation."""

CONTEXT: Final = decimal.Context(
    prec=DIGITS,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
"""All calculation happens in this context, whatever the thread's own is: an answer must not depend on who asks."""

EXACT: Final = decimal.Context(prec=4 * DIGITS)
"""Wide enough for a product of two numbers of `DIGITS` digits: nothing is rounded."""

LONGEST_TEXT: Final = 1_000

Value: TypeAlias = Decimal | str | bool | dt.date | dt.time | dt.datetime | dt.timedelta
"""A value that is there. One that is not known is None, in rule files `null`."""


class Kind(enum.StrEnum):
    """The kind of a column's values, as rule files name it."""

    NUMBER = "number"
    TEXT = "text"
    ENUM = "enum"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    INSTANT = "instant"
    DURATION = "duration"

    @property
    def is_ordered(self) -> bool:
        """Whether one value can be less than another."""
        return self not in (Kind.TEXT, Kind.ENUM, Kind.BOOLEAN)


_TYPES: Final[dict[Kind, type]] = {
    Kind.NUMBER: Decimal,
    Kind.TEXT: str,
    Kind.ENUM: str,
    Kind.BOOLEAN: bool,
    Kind.DATE: dt.date,
    Kind.TIME: dt.time,
    Kind.INSTANT: dt.datetime,
    Kind.DURATION: dt.timedelta,
}


@dataclass(frozen=True, slots=True)
class Column:
    """An input (a fact) or an output: its name, its kind, and which values it may have."""

    name: str
    kind: Kind
    values: tuple[str, ...] = ()
    """Of an enum. In an output of a table by priority: the most important first."""
    low: Any = None
    high: Any = None
    nullable: bool = False
    """Whether null is a value like others. If not, a fact that is not there is an error."""
    places: int | None = None
    """Decimal places of a number; 0 for whole numbers; None: any."""
    unit: str = ""
    units: tuple[tuple[str, Decimal], ...] = ()
    """Other units in which a cell may be written, each with its factor."""


class Fault(enum.StrEnum):
    """Why facts gave no decision."""

    MISSING_FACT = "MISSING_FACT"
    WRONG_TYPE = "WRONG_TYPE"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    HIT_POLICY = "HIT_POLICY"
    CONFLICT = "CONFLICT"
    ARITHMETIC = "ARITHMETIC"
    ENGINES_DIFFER = "ENGINES_DIFFER"


class MisfitError(ValueError):
    """A value does not fit its column."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


def fitting(column: Column, value: object) -> Value | None:
    """The value as the column keeps it: whole numbers as decimals, text in NFC.

    Raises:
        MisfitError: it is of another kind, too long or too precise, or outside what the column allows.
    """
    if value is None:
        if not column.nullable:
            raise MisfitError(Fault.MISSING_FACT, f"{column.name} is not known")
        return None
    kept = _of_kind(column, value)
    if isinstance(kept, Decimal):
        _check_digits(column, kept)
    elif isinstance(kept, str):
        kept = unicodedata.normalize("NFC", kept)
        _check_text(column, kept)
    _check_range(column, kept)
    return kept


def _of_kind(column: Column, value: object) -> Value:
    if isinstance(value, int) and not isinstance(value, bool) and column.kind is Kind.NUMBER:
        value = Decimal(value) if abs(value) < 10**DIGITS else Decimal("Infinity")
    wanted = _TYPES[column.kind]
    # a datetime is a date to Python, and not to us
    is_other = isinstance(value, dt.datetime) and column.kind is Kind.DATE
    if not isinstance(value, wanted) or is_other:
        raise MisfitError(
            Fault.WRONG_TYPE, f"{column.name} is of type {column.kind}, and was given as {type(value).__name__}"
        )
    if isinstance(value, dt.datetime | dt.time) and (value.tzinfo is not None) != (column.kind is Kind.INSTANT):
        need = "an offset from UTC" if column.kind is Kind.INSTANT else "no offset from UTC"
        raise MisfitError(Fault.WRONG_TYPE, f"{column.name} needs {need}")
    return value  # type: ignore[return-value] # it is an instance of one of them, as _TYPES says


def _check_digits(column: Column, value: Decimal) -> None:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or len(value.as_tuple().digits) > DIGITS:
        raise MisfitError(Fault.OUT_OF_RANGE, f"{column.name} is no number of at most {DIGITS} digits")
    if value.adjusted() >= DIGITS or exponent < -DIGITS:
        raise MisfitError(Fault.OUT_OF_RANGE, f"{column.name} is too large, or has too many decimal places")
    if column.places is not None and value != value.quantize(Decimal(1).scaleb(-column.places), context=EXACT):
        raise MisfitError(Fault.OUT_OF_RANGE, f"{column.name} has {column.places} decimal places, not {value}")


def _check_text(column: Column, value: str) -> None:
    if len(value) > LONGEST_TEXT:
        raise MisfitError(Fault.OUT_OF_RANGE, f"{column.name} is longer than {LONGEST_TEXT} characters")
    if column.kind is Kind.ENUM and value not in column.values:
        raise MisfitError(
            Fault.OUT_OF_RANGE, f"{value} is not a value of {column.name}{did_you_mean(value, column.values)}"
        )


def _check_range(column: Column, value: Any) -> None:
    if (column.low is not None and value < column.low) or (column.high is not None and value > column.high):
        low, high = (("" if each is None else each) for each in (column.low, column.high))
        raise MisfitError(Fault.OUT_OF_RANGE, f"{value} is outside {low}..{high} of {column.name}")


def did_you_mean(word: str, known: tuple[str, ...]) -> str:
    """The nearest known word, or all of a few, as the end of a sentence."""
    near = difflib.get_close_matches(word[:80], known, 1, 0.5)
    if near:
        return f" (did you mean {near[0]}?)"
    return f" (use {', '.join(known)})" if 0 < len(known) <= 12 else ""
