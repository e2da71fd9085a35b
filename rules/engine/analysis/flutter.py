"""Flutter: a value, such as a grade, that decisions would carry to and fro though no other fact changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from rules.engine.analysis.boxes import Box, Budget, TooMuchWorkError
from rules.engine.analysis.checking_table import Subject
from rules.engine.analysis.findings import Facts, Finding, FindingKind, Severity, answer_in_words, regions_of
from rules.engine.analysis.outputs import copied_by_outputs
from rules.engine.analysis.walk import Walk, walking_order
from rules.engine.analysis.words import facts_in_words, value_in_words
from rules.engine.expression import Constant, Expression, Name
from rules.engine.reference import decide
from rules.engine.table import DecisionTable, HitPolicy, State

MOST_REGIONS: Final = 10

_Alive = tuple[tuple[int, ...], ...]
"""For each value of the state the rows that can still match."""
_Chosen = tuple[tuple[str, int], ...]
"""The slices of the inputs that outputs copy."""
_Known = tuple[_Alive, _Chosen]
_Cycle = tuple[tuple[Any, Any], ...]
"""Each value with the days after which the next one comes (None: no days are counted)."""


def flutter(subject: Subject, state: State | None) -> Iterator[Finding]:
    """The cycles of a state, one finding for each, while the other facts stay as they are.

    A cycle counts if there are days on which the table, asked then, carries each value on to the next. How often it is
    asked is not known here, so any day may be one.
    """
    if state is None:
        return
    following = _Following(subject.table, state, subject.steps)
    try:
        found = following.cycles()
    except TooMuchWorkError:
        yield subject.unfinished(f"whether {state.of} can go to and fro")
        return
    for cycle, boxes in found.items():
        finding = following.finding(cycle, boxes)
        if finding is not None:
            yield finding


class _Following:
    """Where the values of a state lead, for all other facts."""

    def __init__(self, table: DecisionTable, state: State, steps: int) -> None:
        self._state = state
        self._table = _counting_from_zero(table, state)
        self._copied = copied_by_outputs(table) - {state.fact}
        self._subject = Subject(self._table, steps, apart=frozenset({state.fact}))
        self._space = self._subject.space
        self._rows = self._subject.boxes
        self._fact = self._space.place[state.fact]
        self._since = self._space.place[state.since] if state.since else None
        own = (self._fact, self._since)
        self._others = [place for place in walking_order(self._space, self._rows) if place not in own]
        self._of = [column.name for column in table.outputs].index(state.of)
        column = self._space.columns[self._fact]
        self._values = [column.sample(number) for number in range(len(column.slices))]

    def cycles(self) -> dict[_Cycle, list[Box]]:
        """The cycles that there are, each with the other facts on which it happens.

        Raises:
            TooMuchWorkError: it took too long.
        """
        walk: Walk[_Known, _Cycle] = Walk(
            self._space, self._others, self._masks, self._follow, self._label, Budget(20 * self._subject.steps)
        )
        everything = range(len(self._rows))
        alive = tuple(
            self._trimmed([number for number in everything if self._rows[number][self._fact] >> value & 1], 0)
            for value in range(len(self._values))
        )
        found: dict[_Cycle, list[Box]] = {}
        for each in walk.boxes((alive, ())):
            found.setdefault(each.label, []).append(each.box)
        return found

    def _masks(self, known: _Known, at: int) -> Iterator[int]:
        alive, _ = known
        column = self._space.columns[self._others[at]]
        if column.column.name in self._copied:
            yield from (1 << number for number in range(len(column.slices)))
        yield from (self._rows[row][self._others[at]] for rows in alive for row in rows)

    def _follow(self, known: _Known, at: int, number: int) -> _Known:
        alive, chosen = known
        place = self._others[at]
        name = self._space.columns[place].column.name
        if name in self._copied:
            chosen = (*chosen, (name, number))
        fewer = tuple(
            self._trimmed([row for row in rows if self._rows[row][place] >> number & 1], at + 1) for rows in alive
        )
        return fewer, chosen

    def _trimmed(self, rows: Sequence[int], at: int) -> tuple[int, ...]:
        """Under FIRST, nothing after a row that asks nothing more."""
        if self._table.policy is HitPolicy.FIRST:
            ahead = [*self._others[at:], *([] if self._since is None else [self._since])]
            for count, row in enumerate(rows, 1):
                if all(self._rows[row][place] == self._space.full[place] for place in ahead):
                    return tuple(rows[:count])
        return tuple(rows)

    def _label(self, known: _Known) -> _Cycle | None:
        """The shortest cycle; of several the one that begins with the first value."""
        alive, chosen = known
        copied = {name: self._space.columns[self._space.place[name]].sample(number) for name, number in chosen}
        steps = {value: dict(self._steps(value, rows, copied)) for value, rows in zip(self._values, alive, strict=True)}
        cycles = [cycle for value in self._values if (cycle := _cycle_from(value, steps))]
        return min(cycles, key=len, default=None)

    def _steps(self, value: Any, rows: Sequence[int], copied: Facts) -> Iterator[tuple[Any, Any]]:
        """The other values to which a value leads, each with the days after which it does; the fewest are the last."""
        for number in reversed(self._days(value)):
            day = None if self._since is None else self._space.columns[self._since].sample(number)
            hits = [row for row in rows if self._since is None or self._rows[row][self._since] >> number & 1]
            found, is_decided = self._decided(hits, {**copied, self._state.fact: value})
            if is_decided and found != value:
                yield found, day

    def _days(self, value: Any) -> Sequence[int]:
        """The slices of the days; of null only where no value is held."""
        if self._since is None:
            return [0]
        column = self._space.columns[self._since]
        return [number for number in range(len(column.slices)) if column.sample(number) is not None or value is None]

    def _decided(self, hits: Sequence[int], facts: Facts) -> tuple[Any, bool]:
        """What the output is where these rows match; or that nothing is decided."""
        table = self._table
        rows = [self._outputs(table.rows[number].outputs, facts) for number in hits]
        if not rows:
            rows = [] if table.defaults is None else [self._outputs(table.defaults, facts)]
        elif table.policy is HitPolicy.PRIORITY:
            names = [column.name for column in table.outputs]
            rows.sort(key=lambda row: table.rank(dict(zip(names, row, strict=True))))
        is_refused = (table.policy is HitPolicy.UNIQUE and len(rows) > 1) or (
            table.policy is HitPolicy.ANY and any(row != rows[0] for row in rows)
        )
        return (None, False) if is_refused or not rows else (rows[0][self._of], True)

    @staticmethod
    def _outputs(expressions: Sequence[Expression], facts: Facts) -> list[Any]:
        """The values of outputs; calculations as they are written."""
        return [
            each.value
            if isinstance(each, Constant)
            else facts[each.name]
            if isinstance(each, Name) and each.name in facts
            else each
            for each in expressions
        ]

    def finding(self, cycle: _Cycle, boxes: Sequence[Box]) -> Finding | None:
        """The cycle in words, at facts where the reference evaluator goes the whole way; None if there are none."""
        for box in boxes:
            way = self._way(cycle, self._space.point(box))
            if way is not None:
                return self._told(cycle, boxes, way)
        return None

    def _way(self, cycle: _Cycle, facts: Facts) -> list[tuple[dict[str, Any], str, tuple[str, ...]]] | None:
        way = []
        for number, (value, day) in enumerate(cycle):
            here = {**facts, self._state.fact: value}
            if self._state.since is not None:
                here[self._state.since] = day
            outcome = decide(self._table, here)
            following = cycle[(number + 1) % len(cycle)][0]
            if outcome.errors or not outcome.results or outcome.results[0][self._state.of] != following:
                return None
            way.append((here, answer_in_words(self._table, outcome), outcome.rows))
        return way

    def _told(
        self, cycle: _Cycle, boxes: Sequence[Box], way: Sequence[tuple[dict[str, Any], str, tuple[str, ...]]]
    ) -> Finding:
        state, space = self._state, self._space
        column = space.inputs[state.fact]
        values = [value_in_words(column, value) for value, _ in (*cycle, cycle[0])]
        own = [name for name in (state.fact, state.since) if name is not None]
        asked = [facts_in_words(space.inputs, {name: facts[name] for name in own}) for facts, _, _ in way]
        rows = tuple(dict.fromkeys(name for _, _, names in way for name in names))
        lines = {row.id: row.line for row in self._table.rows}
        return Finding(
            FindingKind.FLUTTER,
            Severity.ERROR,
            f"{state.of} goes to and fro on unchanged facts: {' → '.join(values)}. "
            "Let it take more to get a value than to keep it",
            line=lines.get(rows[0], 0) if rows else 0,
            rows=rows,
            regions=regions_of(space, boxes[:MOST_REGIONS]),
            is_all=len(boxes) <= MOST_REGIONS,
            witness=way[0][0],
            answer="; then ".join(f"{here}: {answer}" for here, (_, answer, _) in zip(asked, way, strict=True)),
        )


def _counting_from_zero(table: DecisionTable, state: State) -> DecisionTable:
    """Days since are never less than 0, whatever the column allows."""
    inputs = tuple(
        dataclasses.replace(column, low=column.low if column.low is not None and column.low > 0 else Decimal(0))
        if column.name == state.since
        else column
        for column in table.inputs
    )
    return dataclasses.replace(table, inputs=inputs)


def _cycle_from(start: Any, steps: Mapping[Any, Mapping[Any, Any]]) -> _Cycle | None:
    """The shortest way from a value back to it."""
    ways: list[list[Any]] = [[start]]
    seen = set()
    while ways:
        way = ways.pop(0)
        for following in steps.get(way[-1], {}):
            if following == start:
                pairs = zip(way, [*way[1:], start], strict=True)
                return tuple((value, steps[value][after]) for value, after in pairs)
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return None
