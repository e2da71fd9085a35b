"""One value as rule files write it: reading it for a column, and writing it so that it is read as the same."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Any, Final

from rules.engine.kinds import DIGITS, EXACT, Column, Kind, MisfitError, Value, did_you_mean, fitting
from rules.engine.problem import CellError
from rules.engine.syntax import Form, Literal

_MULTIPLES: Final = {"千": Decimal(1000), "万": Decimal(10_000), "亿": Decimal(100_000_000), "%": Decimal("0.01")}
"""Units that every number knows, unless the column says otherwise."""

_CALLS: Final = {
    "date": Kind.DATE,
    "time": Kind.TIME,
    "date and time": Kind.INSTANT,
    "duration": Kind.DURATION,
}
HOW: Final = {
    Kind.NUMBER: "a number such as 1000.50",
    Kind.TEXT: 'a text in "quotes"',
    Kind.ENUM: "one of its values",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "a date such as 2026-01-31",
    Kind.TIME: 'a time such as @"09:30:00"',
    Kind.INSTANT: 'an instant such as @"2026-01-31T09:30:00+08:00"',
    Kind.DURATION: 'a duration such as @"P3DT4H30M"',
}
"""How a value of each kind is written."""

_DURATION: Final = re.compile(
    r"(-?)P(?=[0-9T])(?:([0-9]{1,9})D)?(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9}(?:\.[0-9]{1,6})?)S)?)?"
)


def is_null(literal: object) -> bool:
    """Whether it is the word `null`."""
    return isinstance(literal, Literal) and literal.form is Form.WORD and literal.text == "null"


def value_of(literal: Literal, column: Column) -> Value:
    """The value that a literal has in a column.

    Raises:
        CellError: it is of another kind, or the column does not allow it.
    """
    value = _read(literal, column)
    try:
        kept = fitting(column, value)
    except MisfitError as error:
        raise CellError(literal.at, str(error)) from None
    assert kept is not None, "a literal other than null"  # noqa: S101 # for the type checkers
    return kept


def _read(literal: Literal, column: Column) -> Value:
    if column.kind is Kind.NUMBER and literal.form is Form.NUMBER:
        return _number(literal, column)
    if column.kind is Kind.BOOLEAN and literal.form is Form.WORD and literal.text in ("true", "false"):
        return literal.text == "true"
    if column.kind in (Kind.TEXT, Kind.ENUM) and literal.form is Form.QUOTED:
        return unicodedata.normalize("NFC", literal.text)
    if column.kind is Kind.ENUM and literal.form is Form.WORD and literal.text not in ("true", "false", "null"):
        return unicodedata.normalize("NFC", literal.text)
    if literal.form is Form.DAY and column.kind is Kind.DATE:
        return _moment(Kind.DATE, literal)
    if literal.form is Form.CALL and _CALLS.get(literal.call, column.kind) is column.kind:
        return _moment(column.kind, literal)
    raise _other_kind(literal, column)


def _other_kind(literal: Literal, column: Column) -> CellError:
    if column.kind is Kind.TEXT and literal.form is Form.WORD:
        return CellError(literal.at, f"{column.name} is a text", cure=f'Write "{literal.text}"')
    written = literal.text if literal.form is not Form.QUOTED else f'"{literal.text}"'
    close = did_you_mean("", column.values) if column.kind is Kind.ENUM else ""
    return CellError(
        literal.at,
        f"{column.name} is of type {column.kind}, not {written[:40]}",
        cure=f"Write {HOW[column.kind]}{close}",
    )


def _number(literal: Literal, column: Column) -> Decimal:
    digits = literal.text.lstrip("-")
    if re.match(r"0[0-9]", digits):
        cure = "Write large numbers without separators: 500000 or 50万"
        raise CellError(literal.at, f"{literal.text} begins with 0, as if it were a group of a large number", cure=cure)
    if len(digits) > DIGITS:
        raise CellError(literal.at, f"a number has at most {DIGITS} digits")
    value = Decimal(literal.text)
    if literal.unit and literal.unit != column.unit:
        factors = {**_MULTIPLES, **dict(column.units)}
        if literal.unit not in factors:
            known = [each for each in (column.unit, *factors) if each]
            message = f"{literal.unit} is not a unit of {column.name}"
            raise CellError(literal.unit_at, message, cure=f"Use {', '.join(known)} or no unit")
        value = EXACT.multiply(value, factors[literal.unit])
    return value


def _moment(kind: Kind, literal: Literal) -> Value:
    try:
        return moment(kind, literal.text)
    except (ValueError, OverflowError):
        months = " (a month has no fixed length: use a number)" if kind is Kind.DURATION else ""
        message = f"{literal.text[:40]!r} is no {kind} that there is{months}"
        raise CellError(literal.at, message, cure=f"Write {HOW[kind]}") from None


def moment(kind: Kind, text: str) -> Value:
    """A date, time, instant or duration by its ISO text.

    Raises:
        ValueError: there is none such.
        OverflowError: a duration is too long.
    """
    if kind is Kind.DATE:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 # stricter than fromisoformat: no weeks
    if kind is Kind.TIME:
        return _without_offset(dt.time.fromisoformat(text))
    if kind is Kind.INSTANT:
        found = dt.datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise ValueError("no offset from UTC")
        return found
    if kind is Kind.DURATION:
        return _duration(text)
    raise ValueError(f"{kind} has no ISO text")


def _without_offset(time: dt.time) -> dt.time:
    if time.tzinfo is not None:
        raise ValueError("an offset from UTC")
    return time


def _duration(text: str) -> dt.timedelta:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError("no duration")
    sign, days, hours, minutes, seconds = found.groups()
    micros = int(Decimal(seconds or 0) * 1_000_000)
    length = dt.timedelta(days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0), microseconds=micros)
    return -length if sign else length


def written(value: Any) -> str:
    """A value as a cell has it; `null` for None."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime | dt.time):
        return f'@"{value.isoformat()}"'
    return f'@"{_iso(value)}"' if isinstance(value, dt.timedelta) else str(value.isoformat())


def _iso(length: dt.timedelta) -> str:
    if length < dt.timedelta(0):
        return "-" + _iso(-length)
    micros = f".{length.microseconds:06}".rstrip("0").rstrip(".")
    seconds = f"T{length.seconds}{micros}S" if length.seconds or length.microseconds else ""
    return f"P{length.days}D{seconds}"
