"""How deep a statement may be nested: SQLite's parser before 3.46 has a stack of 100 entries."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache


class TooDeepError(Exception):
    """The store's parser has no room for a statement: it must be cut into several."""


def depths(dialect_name: str) -> Sequence[int]:
    """How many selects inside one another to try in one statement, the most first."""
    if dialect_name != "sqlite":
        return (1_000_000,)
    return (30,) if _has_room() else (7, 5, 3, 1)


def check_room(dialect_name: str, text: str) -> None:
    """Ask the parser, for filters and row scopes need room too. Raises TooDeepError."""
    if dialect_name != "sqlite" or _has_room():
        return
    try:
        _parser().execute(f"EXPLAIN {text}")
    except sqlite3.Error as error:  # that there are no tables is found only after the parser is through
        if "stack overflow" in str(error):
            raise TooDeepError(text) from None


def _has_room() -> bool:
    return sqlite3.sqlite_version_info >= (3, 46)


@lru_cache(maxsize=1)
def _parser() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", check_same_thread=False)
