"""Where two versions of a rule set answer differently: all of it as regions, or a proof that they never do."""

from __future__ import annotations

import enum
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from rules.engine.analysis.boxes import Box, Budget, Space, TooMuchWorkError
from rules.engine.analysis.changes import Change, changes_of
from rules.engine.analysis.comparing import (
    REFUSED,
    Items,
    Side,
    Suffixes,
    can_cancel,
    without_common,
    without_common_ends,
)
from rules.engine.analysis.findings import Facts, Region, answer_in_words, regions_of
from rules.engine.analysis.outputs import copied_by_outputs, points, read_by_outputs
from rules.engine.analysis.slices import bits
from rules.engine.analysis.walk import Labelled, Walk, walking_order
from rules.engine.expression import Expression
from rules.engine.kinds import Fault
from rules.engine.reference import Outcome, decide
from rules.engine.table import DecisionTable, HitPolicy, RuleSet

STEPS: Final = 8_000_000
MOST_REGIONS: Final = 20
_TRIES: Final = 2_000
_LISTS: Final = (HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT)


class Verdict(enum.StrEnum):
    """What is known of two versions."""

    EQUAL = "equal"
    """Proved: they answer the same for all facts that both can be asked."""
    DIFFERENT = "different"
    UNDECIDED = "undecided"
    """No facts were found on which they differ, and not all were searched."""


@dataclass(frozen=True)
class DifferingRegion:
    """Facts on which the answers differ, with a witness that the reference evaluator has answered twice."""

    region: Region
    witness: Facts
    before: str
    after: str
    is_certain: bool = True
    """Whether they differ on all facts of the region; else, with calculated outputs, on some."""


@dataclass(frozen=True)
class Difference:
    """What was changed, and where answers differ. Facts that only one version can be asked are not compared."""

    changes: tuple[Change, ...]
    verdict: Verdict
    sentence: str
    regions: tuple[DifferingRegion, ...] = ()
    is_all: bool = True
    """Whether the regions are all facts on which answers differ."""


def difference(before: RuleSet, after: RuleSet, *, steps: int = STEPS) -> Difference:
    """Compare two versions. `steps` is how far facts are followed before one proved witness must do."""
    changes = changes_of(before, after)
    shared = [
        column.name
        for column in before.table.outputs
        if any(each.name == column.name and each.kind is column.kind for each in after.table.outputs)
    ]
    if not shared:
        return Difference(changes, Verdict.UNDECIDED, "they have no output in common, so no answers can be compared")
    try:
        comparison = _Comparison(before.table, after.table, shared, steps)
    except ValueError as error:
        return Difference(changes, Verdict.UNDECIDED, f"{error}, so no facts can be asked of both", is_all=False)
    return comparison.difference(changes)


_Chosen: TypeAlias = tuple[tuple[str, int], ...]
_Known: TypeAlias = tuple[Items, Items, _Chosen]
_Label: TypeAlias = tuple[Any, Any, bool]


class _Comparison:
    def __init__(self, before: DecisionTable, after: DecisionTable, shared: Sequence[str], steps: int) -> None:
        self._tables = (before, after)
        self._shared = shared
        self._copied = copied_by_outputs(before, after)
        self._reads = read_by_outputs(before, after)
        self._space = Space(before, after, apart=self._copied)
        rows = [box for table in self._tables for box in self._space.rows(table)]
        self._order = walking_order(self._space, rows)
        self._suffixes = Suffixes(self._space, self._order)
        self._sides = (Side(before, shared), Side(after, shared))
        self._cancels = can_cancel(*self._sides)
        self._strips = all(table.policy in _LISTS and table.defaults is None for table in self._tables)
        self._is_alike = before.policy is after.policy and before.defaults == after.defaults
        self._is_alike &= [each.name for each in before.outputs] == [each.name for each in after.outputs]
        self._is_alike &= before.outputs == after.outputs or all(side.is_plain for side in self._sides)
        numbers: dict[tuple[Expression, ...], int] = {}
        self._start = self._starting(numbers)
        self._answers = list(numbers)
        self._budget = Budget(steps)

    def _starting(self, numbers: dict[tuple[Expression, ...], int]) -> _Known | None:
        one, other = (side.start(self._space, self._suffixes, numbers) for side in self._sides)
        return self._reduced(one, other, (), 0)

    def _reduced(self, one: Items, other: Items, chosen: _Chosen, at: int) -> _Known | None:
        """What still matters; None where both can only answer the same."""
        free = self._suffixes.free[at]
        one, other = self._sides[0].reduced(one, free), self._sides[1].reduced(other, free)
        if self._is_alike and one == other:
            return None
        if self._cancels:
            one, other = without_common(one, other)
        elif self._strips:
            one, other = without_common_ends(one, other)
        return None if self._is_alike and one == other else (one, other, chosen)

    def _masks(self, known: _Known, at: int) -> Iterator[int]:
        column = self._space.columns[self._order[at]]
        if column.column.name in self._copied:
            yield from (1 << number for number in range(len(column.slices)))
        onwards = self._suffixes.onwards[at]
        yield from (onwards[asked][0] for items in known[:2] if items != REFUSED for asked, _ in items)

    def _follow(self, known: _Known, at: int, number: int) -> _Known | None:
        one, other, chosen = known
        place = self._order[at]
        name = self._space.columns[place].column.name
        if name in self._copied:
            chosen = (*chosen, (name, number))
        self._budget.spend(len(one) + len(other))
        onwards = self._suffixes.onwards[at]
        return self._reduced(_onwards(one, onwards, number), _onwards(other, onwards, number), chosen, at + 1)

    def _label(self, known: _Known) -> _Label | None:
        one, other, chosen = known
        facts = {name: self._space.columns[self._space.place[name]].sample(number) for name, number in chosen}
        (mine, is_mine), (its, is_its) = (
            self._answer(side, items, facts) for side, items in zip(self._sides, (one, other), strict=True)
        )
        is_certain = is_mine and is_its
        return None if mine == its and (is_certain or self._is_alike) else (mine, its, is_certain)

    def _answer(self, side: Side, items: Items, facts: Mapping[str, Any]) -> tuple[Any, bool]:
        if items == REFUSED:
            return Fault.HIT_POLICY, True
        return side.answer([self._answers[answer] for _, answer in items], facts)

    def difference(self, changes: tuple[Change, ...]) -> Difference:
        """The whole of it."""
        if self._start is None or not all(self._space.full):
            return Difference(changes, Verdict.EQUAL, _EQUAL)
        walk: Walk[_Known, _Label] = Walk(
            self._space, self._order, self._masks, self._follow, self._label, self._budget
        )
        try:
            boxes = walk.boxes(self._start)
        except TooMuchWorkError:
            return self._given_up(changes, walk.first)
        return self._found(changes, boxes)

    def _found(self, changes: tuple[Change, ...], boxes: Sequence[Labelled[_Label]]) -> Difference:
        space = self._space
        ordered = sorted(boxes, key=lambda each: (space.conditions(each.box), -space.size(each.box)))
        found = (region for each in ordered for region in self._differing(each))
        regions = list(itertools.islice(found, MOST_REGIONS + 1))
        if not boxes:
            return Difference(changes, Verdict.EQUAL, _EQUAL)
        if not regions:
            return Difference(changes, Verdict.UNDECIDED, _WRITTEN_DIFFERENTLY, is_all=False)
        is_all = len(regions) <= MOST_REGIONS and len(regions) == len(boxes)
        return Difference(changes, Verdict.DIFFERENT, _DIFFERENT, tuple(regions[:MOST_REGIONS]), is_all)

    def _differing(self, labelled: Labelled[_Label]) -> Iterator[DifferingRegion]:
        is_certain = labelled.label[2]
        candidates = [self._space.point(labelled.box)] if is_certain else points(self._space, labelled.box, self._reads)
        for facts in candidates:
            if self._differs(facts):
                yield self._region(labelled.box, facts, is_certain=is_certain)
                return

    def _region(self, box: Box, facts: Facts, *, is_certain: bool) -> DifferingRegion:
        [region] = regions_of(self._space, [box])
        before, after = (answer_in_words(table, decide(table, facts)) for table in self._tables)
        return DifferingRegion(region, facts, before, after, is_certain)

    def _differs(self, facts: Facts) -> bool:
        one, other = (self._compared(decide(table, facts)) for table in self._tables)
        return bool(one != other)

    def _compared(self, outcome: Outcome) -> Any:
        if outcome.errors:
            return {error.fault for error in outcome.errors}
        return [[result[name] for name in self._shared] for result in outcome.results]

    def _given_up(self, changes: tuple[Change, ...], first: Labelled[_Label] | None) -> Difference:
        """One proved witness, if there is one."""
        regions = [] if first is None else list(self._differing(first))
        if not regions:
            tried = (facts for facts in self._tries() if self._differs(facts))
            facts = next(tried, None)
            regions = [] if facts is None else [self._region(self._point_box(facts), facts, is_certain=False)]
        if not regions:
            return Difference(changes, Verdict.UNDECIDED, _GIVEN_UP, is_all=False)
        return Difference(
            changes, Verdict.DIFFERENT, f"{_DIFFERENT}; more was not searched", tuple(regions), is_all=False
        )

    def _tries(self) -> Iterator[dict[str, Any]]:
        """Facts that rows match which only one version has."""
        rows = [dict(zip(self._space.rows(table), table.rows, strict=True)) for table in self._tables]
        changed = [
            box
            for mine, its in (rows, rows[::-1])
            for box, row in mine.items()
            if all(box) and (box not in its or its[box].outputs != row.outputs)
        ]
        dice = random.Random(1)  # noqa: S311 # no secret: the same tries each time
        for _ in range(_TRIES if changed else 0):
            box = dice.choice(changed)
            yield {
                each.column.name: each.sample(dice.choice(list(bits(mask))))
                for each, mask in zip(self._space.columns, box, strict=True)
            }

    def _point_box(self, facts: Facts) -> Box:
        return tuple(1 << each.slice_of(facts[each.column.name]) for each in self._space.columns)


_EQUAL: Final = "they answer the same for all facts that both can be asked; that is proved"
_DIFFERENT: Final = "they answer differently"
_WRITTEN_DIFFERENTLY: Final = "calculations are written differently, and no facts were found on which answers differ"
_GIVEN_UP: Final = "no facts were found on which answers differ; not all were searched"


def _onwards(items: Items, onwards: Sequence[tuple[int, int]], number: int) -> Items:
    """The rows that admit a slice, and what they ask from the next column on."""
    if items == REFUSED:
        return items
    return tuple((onwards[asked][1], answer) for asked, answer in items if onwards[asked][0] >> number & 1)
