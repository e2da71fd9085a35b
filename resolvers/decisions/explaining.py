"""Why a customer got what it got, and why not something else: from the record of the decision, for a reader."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from resolvers.decisions.telling import Telling
from rules.engine.analysis.boxes import TooMuchWorkError
from rules.engine.analysis.nearest import nearest
from rules.engine.explaining import Check, Considered, Gap, considered, passed_over, why_not
from rules.engine.kinds import MisfitError, Value, fitting
from rules.engine.recording import value_of, value_text
from rules.facts.levels import level_of


@dataclass(frozen=True, slots=True)
class ToldTest:
    """One test of a row, as the rule file has it, and whether the fact passes.

    `short` says how far the value is from what is admitted, in the fact's unit; None where there is no measure.
    Of a fact that the reader may not know, neither the value nor whether it passes is told.
    """

    fact: str
    test: str
    value: str | None
    unit: str
    passed: bool | None
    short: str | None
    withheld: str | None


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A row of the table, with its tests; those that admit everything are left out.

    `matched` is None where it would tell of a fact that the reader may not know.
    """

    row: str
    matched: bool | None
    tests: tuple[ToldTest, ...]


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A fact that would have to be another one; None stands for one that is not known."""

    fact: str
    value: str | None
    changed_to: str | None
    unit: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The row that decided, and the rows that were looked at before it and did not match."""

    decision_id: uuid.UUID
    decided: tuple[ToldRow, ...]
    before: tuple[ToldRow, ...]


class UnknownOutputError(LookupError):
    """The rule set has no such output, or the output no such value."""


def explanation(telling: Telling) -> Explanation:
    """Why it was decided so. Without facts that are known there are no rows."""
    rows = _considered(telling)
    decided = [one for one in rows if one.row.id in telling.rows]
    before = passed_over(telling.table, rows, telling.rows)
    told = (tuple(_row(telling, one) for one in rows) for rows in (decided, before))
    return Explanation(telling.record.id, *told)


def alternatives(telling: Telling, output: str, wanted: object) -> tuple[ToldRow, ...]:
    """The rows that would give an output a value, with the tests that stand in the way; the nearest first.

    Raises:
        UnknownOutputError: there is no such output, or it never has this value.
    """
    value = _wanted(telling, output, wanted)
    if telling.unknown is not None:
        return ()
    return tuple(_row(telling, one) for one in why_not(telling.table, telling.values, output, value))


def nearest_change(telling: Telling, output: str, wanted: object) -> tuple[ToldChange, ...]:
    """The fewest facts, changed as little as can be, with which an output would have had a value; exact.

    The state that the rules keep themselves stays as it is, and so does what the reader may not know. Nothing where no
    change of the others would do, or where it takes too long to find.

    Raises:
        UnknownOutputError: there is no such output, or it never has this value.
    """
    value = _wanted(telling, output, wanted)
    if telling.unknown is not None:
        return ()
    state = telling.version.rule_set.state
    kept = {name for name in (state.fact, state.since) if name} if state else set[str]()
    hidden = {column.name for column in telling.table.inputs if telling.withheld(level_of(column.name))}
    try:
        found = nearest(telling.table, telling.values, wanted={output: value}, frozen=kept | hidden)
    except (TooMuchWorkError, ValueError):
        return ()
    columns = {column.name: column for column in telling.table.inputs}
    changed = () if found is None else found.changed.items()
    return tuple(
        ToldChange(name, value_text(telling.values[name]), value_text(new), columns[name].unit) for name, new in changed
    )


def _considered(telling: Telling) -> Sequence[Considered]:
    return () if telling.unknown is not None else considered(telling.table, telling.values)


def _wanted(telling: Telling, output: str, wanted: object) -> Value:
    column = next((column for column in telling.table.outputs if column.name == output), None)
    if column is None:
        known = ", ".join(column.name for column in telling.table.outputs)
        raise UnknownOutputError(f"{telling.record.rule_set} gives {known}, and no {output}")
    try:
        value = fitting(column, value_of(column, wanted) if isinstance(wanted, str) else wanted)
    except MisfitError as error:
        raise UnknownOutputError(str(error)) from None
    except ValueError as error:
        raise UnknownOutputError(f"{output}: {error}") from None
    if value is None:
        raise UnknownOutputError(f"{output} is never null here")
    return value


def _row(telling: Telling, one: Considered) -> ToldRow:
    tests = tuple(_test(telling, check) for check in one.checks)
    is_hidden = any(test.withheld for test in tests) and one.row.id not in telling.rows
    return ToldRow(one.row.id, None if is_hidden else one.holds, tests)


def _test(telling: Telling, check: Check) -> ToldTest:
    name, unit = check.column.name, check.column.unit
    withheld = telling.withheld(level_of(name))
    if withheld:
        return ToldTest(name, str(check.test), None, unit, None, None, withheld)
    return ToldTest(name, str(check.test), value_text(check.value), unit, check.holds, _short(check.gap), None)


def _short(gap: Gap | None) -> str | None:
    """The distance as text: of dates in days, of numbers in the column's unit."""
    return None if gap is None else _distance(gap.distance)


def _distance(distance: Decimal | dt.timedelta) -> str | None:
    if isinstance(distance, Decimal):
        return format(distance.normalize(), "f")
    days: Any = distance / dt.timedelta(days=1)
    return f"{days:g} d"
