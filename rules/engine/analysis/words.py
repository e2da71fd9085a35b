"""Boxes and facts as rule files write them, so that a condition can be pasted into a row and facts into a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.engine.cell import Test
from rules.engine.checking import NAME
from rules.engine.kinds import Column, Kind
from rules.engine.literal import written


def value_in_words(column: Column, value: Any) -> str:
    """A value as a cell of the column has it; words of an enum without quotes."""
    is_bare = column.kind is Kind.ENUM and isinstance(value, str) and NAME.fullmatch(value) is not None
    return value if is_bare and value not in ("null", "true", "false", "not") else written(value)


def test_in_words(column: Column, test: Test) -> str:
    """A test as a cell of the column has it."""
    if column.kind is not Kind.ENUM:
        return str(test)
    parts = [value_in_words(column, value) for value in test.values]
    if test.negated:
        parts = [f"not({', '.join(parts) or 'null'})"]
    return ", ".join([*parts, *(["null"] if test.null else [])])


def conditions_in_words(columns: Mapping[str, Column], tests: Mapping[str, Test]) -> str:
    """The conditions of a box in one line."""
    told = (f"{name} {test_in_words(columns[name], test)}" for name, test in tests.items())
    return "; ".join(told) or "whatever the facts are"


def facts_in_words(columns: Mapping[str, Column], facts: Mapping[str, Any]) -> str:
    """Facts as a case has them."""
    told = (
        f"{name}: {value_in_words(columns[name], value) if name in columns else written(value)}"
        for name, value in facts.items()
    )
    return "{" + ", ".join(told) + "}"


def listed(words: list[str], most: int = 6) -> str:
    """Some words as a list in a sentence."""
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
