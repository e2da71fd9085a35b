"""Values that break careless code: texts, instants, days and amounts, few enough that rows share them (ties)."""

from __future__ import annotations

import datetime as dt
import enum
import random
import uuid
from typing import Any, TypeVar

import sqlalchemy as sa

from store.base import Base
from store.types import Coded, Instant, Prose, Uid
from tests.factories import NOW

Row = TypeVar("Row", bound=Base)

TEXTS = (
    "张伟",
    "王芳",
    "Ünïcode Größe",
    "e\u0301 combined",
    'O\'Brien "Bob" \\ / `x`',
    "%s %(a)s :x $1 ? {} ;--",
    "</script><!-- &amp; ]]>",
    "tab\tline\nreturn\rbell\x07 one\x01 unit\x1f del\x7f",
    "\b\f\v edge",
    "\u2028\u2029\u200b\ufeff",
    "😀👩‍👩‍👧 emoji",
    "\U0010fffd last",
    "null",
    "",
    " ",
    "a",
    "B",
    "Z",
    "z",
    "ß",
    '{"json": [1, "x"]}',
    "Customer:",
)

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

FRACTIONS = (0, 1, 10, 100_000, 120_000, 123_000, 123_400, 123_450, 123_456, 500_000, 999_999, 999_499, 999_500)

INSTANTS = (
    *(NOW.replace(microsecond=fraction) for fraction in FRACTIONS),
    *(NOW - dt.timedelta(days=days, microseconds=1) for days in (0, 1, 2, 30, 365)),
    *(NOW + dt.timedelta(days=days, seconds=-1) for days in (1, 2, 30, 365)),
    NOW - dt.timedelta(days=1),
    NOW + dt.timedelta(days=1),
    dt.datetime(2025, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC),
    dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    dt.datetime(2024, 2, 29, 12, 30, 0, 500_000, tzinfo=dt.UTC),
    dt.datetime(1999, 12, 31, 23, 59, 59, 900_000, tzinfo=dt.UTC),
    EPOCH,
    dt.datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC),
    dt.datetime(1900, 1, 1, tzinfo=dt.UTC),
)

TODAY = NOW.date()

DAYS = (
    TODAY,
    TODAY - dt.timedelta(days=1),
    TODAY + dt.timedelta(days=1),
    dt.date(2025, 12, 31),
    dt.date(2026, 1, 1),
    dt.date(2024, 2, 29),
    dt.date(2025, 2, 28),
    dt.date(2026, 3, 31),
    dt.date(1999, 12, 31),
    dt.date(2030, 6, 1),
)

BIRTHDAYS = (
    dt.date(2000, 2, 29),
    dt.date(1904, 2, 29),
    dt.date(1990, 2, 28),
    dt.date(1985, 3, 1),
    dt.date(1985, 3, 2),
    dt.date(1985, 3, 3),
    dt.date(1970, 1, 1),
    dt.date(1970, 12, 31),
)

AMOUNTS = (0, 1, 5, 9, 10, 99, 100, 101, 999, 1_000, 12_345, 100_000, 7_654_321, 10**12)

CURRENCIES = ("CNY", "JPY", "KWD", "USD")


class Chance:
    """Seeded choice of values, so that the world is the same on every store and in every process."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def key(self) -> uuid.UUID:
        """A key that says nothing about the order of creation."""
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def one(self, *of: Any) -> Any:
        """One of these."""
        return self.random.choice(of)

    def few(self, of: Any, most: int) -> list[Any]:
        """Some of these, none twice."""
        return self.random.sample(list(of), self.random.randint(0, min(most, len(of))))

    def value(self, column: sa.Column[Any]) -> Any:
        """A value of a column, often null where that is allowed."""
        if column.nullable and self.random.random() < 0.35:
            return None
        if column.name == "satisfaction":
            return self.random.randint(1, 5)
        match column.type:
            case Coded(members=members):
                return self.random.choice(list(members))
            case Instant():
                return self.random.choice(INSTANTS)
            case Prose():
                return self.random.choice(TEXTS)
            case sa.Date():
                return self.random.choice(BIRTHDAYS if column.name == "birthday" else DAYS)
            case sa.Boolean():
                return self.random.random() < 0.5
            case sa.BigInteger():
                return self.random.choice(AMOUNTS)
            case sa.Integer():
                return self.random.choice((0, 1, 2, 2**31 - 1))
        raise TypeError(f"no values for {column!r}")

    def row(self, cls: type[Row], **given: Any) -> Row:
        """A row with the given values, and any others in the columns that refer to nothing."""
        values: dict[str, Any] = {}
        for column in cls.__table__.columns:
            if column.name == "id" and "id" not in given:
                values["id"] = self.key()
            elif column.name not in given and not isinstance(column.type, Uid):
                values[column.name] = self.value(column)
        return cls(**{**values, **given})


def member(of: type[enum.StrEnum], number: int) -> Any:
    """A member of an enum by a running number."""
    return list(of)[number % len(of)]
