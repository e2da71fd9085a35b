"""Cursors: the ordering values of a row, and which order they belong to, as opaque text."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from resolvers.reading.errors import InvalidError
from resolvers.reading.sqljson import CursorText
from store.types import Coded, Instant, Prose, Uid

EXPECTED: tuple[tuple[type, type, Callable[[Any], Any]], ...] = (
    (Instant, str, lambda text: _aware(dt.datetime.fromisoformat(text))),
    (Uid, str, uuid.UUID),
    (sa.Date, str, dt.date.fromisoformat),
    (Prose, str, str),
    (Coded, str, str),
    (sa.BigInteger, int, lambda number: _within(number, 64)),
    (sa.Integer, int, lambda number: _within(number, 32)),
)
"""(column type, JSON type, how to read it)"""


def cursor_of(order: str, keys: Sequence[Any]) -> CursorText:
    """The cursor of a row under a named order, as SQL."""
    return CursorText(sa.literal_column(f"CAST('{order}' AS TEXT)"), *keys)


def key_reader(order: str, types: Sequence[Any], index: int) -> Callable[[str], Any]:
    """A function that takes one ordering value out of a cursor of this order."""
    return lambda cursor: read_cursor(cursor, order, types)[index]


def read_cursor(cursor: str, order: str, types: Sequence[Any]) -> list[Any]:
    """The ordering values of a cursor. One of another connection or order, or a forged one, is refused."""
    try:
        name, *values = orjson.loads(bytes.fromhex(cursor))
        if name != order or len(values) != len(types):
            raise ValueError(cursor)
        return [_read(value, column_type) for value, column_type in zip(values, types, strict=True)]
    except (ValueError, TypeError, OverflowError):
        message = "This cursor is not one of this connection in this order. Take endCursor of its own pageInfo."
        raise InvalidError("BAD_CURSOR", message) from None


def is_pageable(column_type: Any) -> bool:
    """Whether rows can be paged in the order of such a column."""
    return any(isinstance(column_type, kind) for kind, _, _ in EXPECTED)


def _read(value: Any, column_type: Any) -> Any:
    json_type, read = next((j, r) for kind, j, r in EXPECTED if isinstance(column_type, kind))
    if type(value) is not json_type or "\0" in str(value):
        raise ValueError(value)
    return column_type.members(value) if isinstance(column_type, Coded) else read(value)


def _aware(value: dt.datetime) -> dt.datetime:
    if value.tzinfo is None:
        raise ValueError(value)
    return value.astimezone(dt.UTC)


def _within(number: int, bits: int) -> int:
    if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise ValueError(number)
    return number
