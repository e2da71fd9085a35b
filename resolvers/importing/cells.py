"""What a cell of a file may say: each function reads one text, or raises CellError with the reason and the cure."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from resolvers.text import BadText, Text, clean_text
from store.money import is_currency

T = TypeVar("T")
E = TypeVar("E", bound=enum.StrEnum)

EARLIEST_YEAR = 1900
LATEST_YEAR = 2199

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,8})?")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class CellError(ValueError):
    """A cell does not say what its column is for; the text is the reason and the cure."""


def text(most: int = 200, *, prose: bool = False) -> Callable[[str], str]:
    """Reads text by the rules that hold for every text of the store."""
    rule = Text(most, prose)

    def read(value: str) -> str:
        try:
            kept = clean_text(value, rule)
        except BadText as bad:
            raise CellError(str(bad)) from bad
        if kept is None:
            raise CellError("holds nothing that can be seen; leave it empty")
        return kept

    return read


code = text(64)
"""Reads a human code or number."""

prose = text(10_000, prose=True)
"""Reads a text that may run over several lines."""


def whole(low: int, high: int) -> Callable[[str], int]:
    """Reads a whole number between two bounds, both allowed."""

    def read(value: str) -> int:
        if not _WHOLE.fullmatch(value):
            raise CellError("is no whole number; write digits only")
        if not low <= int(value) <= high:
            raise CellError(f"is not between {low} and {high}")
        return int(value)

    return read


def decimal(value: str) -> Decimal:
    """Reads a decimal number with a point, as 1234.50."""
    if not _DECIMAL.fullmatch(value):
        raise CellError("is no decimal number; write it as 1234.50, without spaces, commas or a currency sign")
    return Decimal(value)


def currency(value: str) -> str:
    """Reads a currency code."""
    if not is_currency(value):
        raise CellError("is no currency code; write three capital letters, such as CNY")
    return value


def boolean(value: str) -> bool:
    """Reads true or false, yes or no, 1 or 0."""
    if value.lower() not in _TRUTH:
        raise CellError("is neither true nor false; write one of them")
    return _TRUTH[value.lower()]


def instant(value: str) -> dt.datetime:
    """Reads a point in time with its offset from UTC, as 2016-02-29T01:16:00Z."""
    try:
        moment = dt.datetime.fromisoformat(value)
        moment = moment if moment.tzinfo is None else moment.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise CellError("is no point in time; write it as 2016-02-29T01:16:00Z") from error
    if moment.tzinfo is None:
        raise CellError("does not say its offset from UTC; end it with Z or, for example, +08:00")
    _check_year(moment.year)
    return moment


def day(value: str) -> dt.date:
    """Reads a day, as 2016-02-29."""
    try:
        found = dt.date.fromisoformat(value)
    except ValueError as error:
        raise CellError("is no day; write it as 2016-02-29") from error
    _check_year(found.year)
    return found


def local_time(pattern: str, shown: str) -> Callable[[str], dt.datetime]:
    """Reads a time without offset in one pattern of `strptime`; it is taken for UTC."""

    def read(value: str) -> dt.datetime:
        try:
            moment = dt.datetime.strptime(value, pattern).replace(tzinfo=dt.UTC)
        except ValueError as error:
            raise CellError(f"is no time; write it as {shown}") from error
        _check_year(moment.year)
        return moment

    return read


def local_noon(pattern: str, shown: str) -> Callable[[str], dt.datetime]:
    """Reads a day in one pattern of `strptime` as its noon in UTC, which is the same day nearly everywhere."""
    read = local_time(pattern, shown)
    return lambda value: read(value) + dt.timedelta(hours=12)


def member(members: type[E]) -> Callable[[str], E]:
    """Reads a member of an enum by its name, in any case."""

    def read(value: str) -> E:
        try:
            return members(value.upper())
        except ValueError as error:
            raise CellError(f"is none of {', '.join(members)}") from error

    return read


def one_of(meanings: dict[str, T]) -> Callable[[str], T]:
    """Reads one of some published texts as what it means here."""

    def read(value: str) -> T:
        if value not in meanings:
            raise CellError(f"is none of {', '.join(meanings)}")
        return meanings[value]

    return read


def words(value: str) -> tuple[str, ...]:
    """Reads words with semicolons between them, each once."""
    found = (text(64)(word.strip()) for word in value.split(";"))
    return tuple(dict.fromkeys(word for word in found if word))


def _check_year(year: int) -> None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise CellError(f"is not between the years {EARLIEST_YEAR} and {LATEST_YEAR}")
