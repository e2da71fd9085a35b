"""Why a table decided as it did, and why not otherwise: its rows, each test with the value that it looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from rules.engine.cell import Interval, Test
from rules.engine.expression import value_in
from rules.engine.kinds import EXACT, Column, Kind, MisfitError, Value, fitting
from rules.engine.reference import facts_for
from rules.engine.table import DecisionTable, HitPolicy, Row

_FAR: Final = 1e9
"""How far a value is that has no distance: farther than any that has one."""


@dataclass(frozen=True)
class Gap:
    """How far a value is from what a test admits: the nearest end, and the way to it, which is never negative."""

    edge: Value
    distance: Decimal | dt.timedelta

    @property
    def size(self) -> float:
        """The distance as a part of the edge, so that yuan can be compared with days."""
        if isinstance(self.distance, dt.timedelta):
            return self.distance / dt.timedelta(days=365)
        whole = abs(self.edge) if isinstance(self.edge, Decimal) else Decimal(0)
        return float(self.distance / max(whole, Decimal(1)))


@dataclass(frozen=True)
class Check:
    """One test of a row, and the value of the fact that it looks at."""

    column: Column
    test: Test
    value: Value | None

    @cached_property
    def holds(self) -> bool:
        """Whether the value is admitted."""
        return self.test.admits(self.value)

    @cached_property
    def gap(self) -> Gap | None:
        """How far the value is from being admitted; None where it is, or where there is no measure."""
        if self.holds or self.value is None or self.test.negated or self.column.kind is Kind.TIME:
            return None
        gaps = [_gap(one, self.value) for one in self.test.intervals]
        return min(gaps, key=lambda gap: gap.distance, default=None)


@dataclass(frozen=True)
class Considered:
    """A row with its tests, those left out that admit everything."""

    row: Row
    checks: tuple[Check, ...]

    @cached_property
    def holds(self) -> bool:
        """Whether the row matches."""
        return not self.failed

    @cached_property
    def failed(self) -> tuple[Check, ...]:
        """The tests that the facts do not pass."""
        return tuple(check for check in self.checks if not check.holds)

    @property
    def farness(self) -> tuple[int, float]:
        """How far the facts are from it: by how many tests fail, then by how much. Less is nearer."""
        return len(self.failed), sum(_FAR if check.gap is None else check.gap.size for check in self.failed)


def considered(table: DecisionTable, facts: Mapping[str, Any]) -> tuple[Considered, ...]:
    """All rows, in the order of the table. Facts that do not fit make no row match; there is none then."""
    known, errors = facts_for(table.inputs, facts)
    if errors:
        return ()
    values = [known[column.name] for column in table.inputs]
    return tuple(_considered(table, row, values) for row in table.rows)


def passed_over(table: DecisionTable, rows: Sequence[Considered], decided: Sequence[str]) -> tuple[Considered, ...]:
    """The rows that were looked at and do not match: with FIRST, those above the row that decided."""
    if table.policy is not HitPolicy.FIRST or not decided:
        return tuple(one for one in rows if not one.holds)
    place = next((place for place, one in enumerate(rows) if one.row.id == decided[0]), len(rows))
    return tuple(rows[:place])


def why_not(table: DecisionTable, facts: Mapping[str, Any], output: str, wanted: Value) -> tuple[Considered, ...]:
    """The rows that would give an output this value, the nearest first.

    One that matches, and did not decide, is among them: another row went before it.
    """
    found = [one for one in considered(table, facts) if _gives(table, one.row, facts, output, wanted)]
    return tuple(sorted(found, key=lambda one: one.farness))


def _considered(table: DecisionTable, row: Row, values: Sequence[Any]) -> Considered:
    checks = (Check(table.inputs[place], test, values[place]) for place, test in row.looks_at)
    return Considered(row, tuple(checks))


def _gives(table: DecisionTable, row: Row, facts: Mapping[str, Any], output: str, wanted: Value) -> bool:
    for column, expression in zip(table.outputs, row.outputs, strict=True):
        if column.name == output:
            try:
                return fitting(column, value_in(expression, facts)) == wanted
            except MisfitError:
                return False
    return False


def _gap(one: Interval, value: Any) -> Gap:
    """The way from a value outside an interval to its nearer end."""
    ends = [Gap(end, _distance(end, value)) for end in _ends(one)]
    return min(ends, key=lambda gap: gap.distance)


def _distance(end: Any, value: Any) -> Any:
    return EXACT.subtract(end, value).copy_abs() if isinstance(end, Decimal) else abs(end - value)


def _ends(one: Interval) -> Iterator[Any]:
    yield from (end for end in (one.low, one.high) if end is not None)
