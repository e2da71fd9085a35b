"""Rows on their way to a store: tuples of values that both stores take as they are."""

from __future__ import annotations

from dataclasses import dataclass

Value = str | int | None
"""A value in the store's own form: keys, instants, dates and enum members are texts already."""

Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """The table that rows go to, and the columns that they fill."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one table, to be written together."""

    target: Target
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A page as a store wants it: rows for SQLite, the text of a COPY for PostgreSQL."""

    target: Target
    count: int
    content: bytes | list[Row]
