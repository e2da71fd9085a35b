"""The nearest change of facts that makes a table answer something else: fewest facts first, then the shortest way."""

from __future__ import annotations

import dataclasses
import heapq
import itertools
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from rules.engine.analysis.boxes import Box, Budget, Space
from rules.engine.analysis.distance import Step, span_of, steps_into
from rules.engine.analysis.findings import Facts
from rules.engine.analysis.outputs import DECIDED_BY_ONE, constants, copied_by_outputs, deciding_order, is_constant
from rules.engine.analysis.slices import bits
from rules.engine.expression import Constant, Name
from rules.engine.reference import Outcome, decide, facts_for
from rules.engine.table import DecisionTable, HitPolicy, Row

STEPS: Final = 200_000
_ROWS_A_STEP: Final = 50
_LISTS: Final = (HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT)
_REFUSING: Final = (HitPolicy.UNIQUE, HitPolicy.ANY)


@dataclass(frozen=True)
class NearestChange:
    """Other facts, as near as can be, on which the table answers as it was wanted to."""

    changed: Facts
    """The facts that change, with their new values."""
    distance: Fraction
    """The sum of their ways, each a part of what its column spans."""
    outcome: Outcome
    """What is answered then."""
    is_exact: bool
    """Whether nothing is nearer: so if all outputs are constants, or copies of enums and booleans."""


def nearest(
    table: DecisionTable,
    facts: Facts,
    *,
    wanted: Mapping[str, Any] | None = None,
    frozen: Collection[str] = (),
    steps: int = STEPS,
) -> NearestChange | None:
    """The nearest change of facts with any other answer, or with one in which outputs have the `wanted` values.

    An error is no answer; that nothing matches is one. Facts in `frozen` do not change. None: there is no such change.

    Raises:
        ValueError: the facts do not suit the table.
        TooMuchWorkError: it was not found in so many steps.
    """
    known, errors = facts_for(table.inputs, facts)
    if errors:
        raise ValueError("; ".join(error.message for error in errors))
    return _Search(table, known, wanted, frozen, Budget(steps)).result()


class _Search:
    def __init__(
        self,
        table: DecisionTable,
        facts: Facts,
        wanted: Mapping[str, Any] | None,
        frozen: Collection[str],
        budget: Budget,
    ) -> None:
        self._table = table
        self._facts = facts
        self._wanted = wanted
        self._budget = budget
        self._now = decide(table, facts)
        copied = copied_by_outputs(table)
        self._space = Space(table, apart=copied)
        self._rows = self._space.rows(table)
        self._copied = [self._space.place[name] for name in copied]
        self._steps = [self._steps_of(place) for place in range(len(self._space.columns))]
        self._start: Box = tuple(
            1 << column.slice_of(facts[column.column.name]) if column.column.name in frozen else column.full
            for column in self._space.columns
        )
        self._bounds: list[dict[int, tuple[int, int]]] = [{} for _ in self._space.columns]
        self._unit = math.lcm(*(step.distance.denominator for steps in self._steps for step in steps))
        is_plain = all(map(is_constant, table.rows))
        self._first_decides = table.policy is HitPolicy.FIRST or (is_plain and table.policy in DECIDED_BY_ONE)
        self._is_told_by_rows = is_plain and (
            self._first_decides or table.policy in _REFUSING or (table.policy in _LISTS and wanted is not None)
        )
        self._suits = [self._suits_row(row) for row in table.rows] if self._is_told_by_rows else []
        self._suits_nothing = self._is_wanted(decide(dataclasses.replace(table, rows=()), facts))

    def _steps_of(self, place: int) -> list[Step]:
        column = self._space.columns[place]
        tests = (row.tests[place] for row in self._table.rows)
        bounds = [end for test in tests for one in test.intervals for end in (one.low, one.high) if end is not None]
        return steps_into(column, self._facts[column.column.name], span_of(column.column, bounds))

    def _is_wanted(self, outcome: Outcome) -> bool:
        if outcome.errors:
            return False
        if self._wanted is None:
            return bool(self._now.errors) or outcome.results != self._now.results
        wanted = self._wanted.items()
        return any(all(result[name] == value for name, value in wanted) for result in outcome.results)

    def _suits_row(self, row: Row) -> bool:
        names = (column.name for column in self._table.outputs)
        return self._is_wanted(Outcome((dict(zip(names, constants(row), strict=True)),)))

    def result(self) -> NearestChange | None:
        """The best of all boxes, taken from the nearest on."""
        tie = itertools.count()
        heap: list[tuple[int, int, int, Box, Sequence[int]]] = []
        everything = deciding_order(self._table) if self._first_decides else range(len(self._rows))
        if all(self._start):
            heap.append((*self._bound(self._start), next(tie), self._start, everything))
        while heap:
            _, _, _, box, candidates = heapq.heappop(heap)
            self._budget.spend(1 + len(candidates) // _ROWS_A_STEP)
            sure, open_rows = self._sorted(box, candidates)
            if not self._is_possible(sure, open_rows):
                continue
            pieces = self._pieces(box, sure, open_rows)
            if not pieces:
                found = self._told(box)
                if found is not None:
                    return found
            live = {*sure, *(number for number, _ in open_rows)}
            fewer = [number for number in candidates if number in live]
            for piece in pieces:
                heapq.heappush(heap, (*self._bound(piece), next(tie), piece, fewer))
        return None

    def _bound(self, box: Box) -> tuple[int, int]:
        """How near the nearest facts of a box are; in whole units, which are quick to add."""
        changes = distance = 0
        for place, mask in enumerate(box):
            known = self._bounds[place].get(mask)
            if known is None:
                step = self._step(place, mask)
                known = self._bounds[place][mask] = (step.changes, int(step.distance * self._unit))
            changes += known[0]
            distance += known[1]
        return changes, distance

    def _step(self, place: int, mask: int) -> Step:
        return min((self._steps[place][number] for number in bits(mask)), key=lambda step: step[:2])

    def _sorted(self, box: Box, candidates: Sequence[int]) -> tuple[list[int], list[tuple[int, int]]]:
        """The rows that match in all of the box; and those that match in a part, with how many columns decide it."""
        sure: list[int] = []
        open_rows: list[tuple[int, int]] = []
        for number in candidates:
            count = 0
            for mine, its in zip(box, self._rows[number], strict=True):
                if not mine & its:
                    break
                if mine & ~its:
                    count += 1
            else:
                if count:
                    open_rows.append((number, count))
                    continue
                sure.append(number)
                if self._first_decides:
                    break
        return sure, open_rows

    def _is_possible(self, sure: Sequence[int], open_rows: Sequence[tuple[int, int]]) -> bool:
        """Whether some row, or that none matches, could be what is wanted."""
        if not self._is_told_by_rows:
            return True
        if sure and self._table.policy in _REFUSING:
            rows = [self._table.rows[number] for number in sure]
            is_refused = len(rows) > 1 and (
                self._table.policy is HitPolicy.UNIQUE or len({r.outputs for r in rows}) > 1
            )
            return not is_refused and self._suits[sure[0]]
        live = (*sure, *(number for number, _ in open_rows))
        return any(self._suits[number] for number in live) or (not sure and self._suits_nothing)

    def _is_certain(self, sure: Sequence[int], open_rows: Sequence[tuple[int, int]]) -> bool:
        """Whether all of a box is what is wanted, though not every row is decided."""
        if not self._is_told_by_rows or not sure or self._table.policy in _REFUSING:
            return False
        if self._table.policy in _LISTS:
            return any(self._suits[number] for number in sure)
        return all(self._suits[number] for number in (*sure, *(number for number, _ in open_rows)))

    def _pieces(self, box: Box, sure: Sequence[int], open_rows: Sequence[tuple[int, int]]) -> list[Box]:
        """The box in smaller ones, so that a row is decided in each; none if nothing more need be known."""
        if self._is_certain(sure, open_rows):
            return []
        if open_rows:
            number, _ = open_rows[0] if self._first_decides else min(open_rows, key=lambda each: each[1])
            return list(_split(box, self._rows[number]))
        if any(not is_constant(self._table.rows[number]) for number in sure):
            for place in self._copied:
                if box[place].bit_count() > 1:
                    return [(*box[:place], 1 << each, *box[place + 1 :]) for each in bits(box[place])]
        return []

    def _told(self, box: Box) -> NearestChange | None:
        steps = [self._step(place, mask) for place, mask in enumerate(box)]
        values = {column.column.name: step.value for column, step in zip(self._space.columns, steps, strict=True)}
        outcome = decide(self._table, values)
        if not self._is_wanted(outcome):
            return None
        changed = {name: value for (name, value), step in zip(values.items(), steps, strict=True) if step.changes}
        distance = sum((step.distance for step in steps), Fraction(0))
        return NearestChange(changed, distance, outcome, self._is_exact)

    @property
    def _is_exact(self) -> bool:
        """Whether the answer is the same in all of a box in which all rows are decided."""
        names = {self._space.columns[place].column.name for place in self._copied}
        outputs = (output for row in self._table.rows for output in row.outputs)
        return all(isinstance(each, Constant) or (isinstance(each, Name) and each.name in names) for each in outputs)


def _split(box: Box, row: Box) -> Iterator[Box]:
    """What of a box is outside a row, a box for each column; then what is inside."""
    rest = list(box)
    for place, mask in enumerate(row):
        if rest[place] & ~mask:
            yield (*rest[:place], rest[place] & ~mask, *rest[place + 1 :])
            rest[place] &= mask
    yield tuple(rest)
