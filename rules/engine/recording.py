"""Facts and outcomes as canonical JSON: the same values give the same bytes, and the bytes give the values back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from rules.engine.kinds import Column, Kind
from rules.engine.literal import moment
from rules.engine.reference import Outcome

UNKNOWN: Final = "?"
"""Stands where a fact's name would: why the facts cannot be known. No fact has such a name."""


def facts_text(columns: Sequence[Column], facts: Mapping[str, Any], unknown: str | None = None) -> str:
    """The facts that a table reads, in the order of its inputs. Others are not recorded.

    `unknown` says why nothing may be decided on them, where one of them cannot be known.
    """
    kept = {column.name: _plain(facts.get(column.name)) for column in columns}
    return _text(kept if unknown is None else {**kept, UNKNOWN: unknown})


def facts_of(columns: Sequence[Column], text: str) -> dict[str, Any]:
    """The facts that were recorded."""
    kept = json.loads(text)
    return {column.name: _read(column, kept.get(column.name)) for column in columns}


def unknown_of(text: str) -> str | None:
    """Why the recorded facts could not be known; None where they were."""
    found: str | None = json.loads(text).get(UNKNOWN)
    return found


def results_text(outcome: Outcome) -> str:
    """The results, each as its outputs by name."""
    return _text([{name: _plain(value) for name, value in result.items()} for result in outcome.results])


def rows_text(outcome: Outcome) -> str:
    """The rows from which the results are, in order."""
    return _text(list(outcome.rows))


def reasons_text(outcome: Outcome) -> str:
    """The reasons of those rows, filled in, in both languages."""
    return _text([{"zh": words.zh, "en": words.en} for words in outcome.reasons])


def fault_text(outcome: Outcome) -> str | None:
    """Why nothing was decided, as `FAULT: words`, a line each; None where something was."""
    return "\n".join(f"{error.fault}: {error.message}" for error in outcome.errors) or None


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def value_text(value: Any) -> str | None:
    """One value as text, as records have it; None where there is none."""
    found = _plain(value)
    return str(found).lower() if isinstance(found, bool) else found


def value_of(column: Column, text: str) -> Any:
    """The value that a text stands for, as `value_text` writes it.

    Raises:
        ValueError: it stands for none of the column's type.
    """
    if column.kind is Kind.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    try:
        return _read(column, text)
    except (ArithmeticError, ValueError):
        raise ValueError(f"{text} is no {column.kind}") from None


def _plain(value: Any) -> Any:
    """A value as JSON has it: numbers, dates and times as texts, so that nothing is rounded."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, dt.timedelta):
        return _duration(value)
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _duration(value: dt.timedelta) -> str:
    """ISO 8601, to the microsecond."""
    sign = "-" if value < dt.timedelta() else ""
    seconds = abs(value)
    return f"{sign}PT{seconds.days * 86_400 + seconds.seconds}.{seconds.microseconds:06}S"


def _read(column: Column, value: Any) -> Any:
    if value is None or column.kind in (Kind.TEXT, Kind.ENUM, Kind.BOOLEAN):
        return value
    return Decimal(value) if column.kind is Kind.NUMBER else moment(column.kind, value)
