"""A walk over all facts, column by column, that keeps only what still matters: equal futures are walked once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from rules.engine.analysis.boxes import Box, Budget, Space, TooMuchWorkError

State = TypeVar("State", bound=Hashable)
"""What is still to be known of the facts chosen so far. Facts with equal states have equal futures."""
Label = TypeVar("Label", bound=Hashable)

MOST_BOXES: Final = 5_000

_Tails = tuple[tuple[tuple[int, ...], Label], ...]


@dataclass(frozen=True)
class Labelled(Generic[Label]):
    """A box, and what holds in all of it."""

    box: Box
    label: Label


class Walk(Generic[State, Label]):
    """One walk. `first` is the first box that got a label, also if the walk is given up."""

    def __init__(
        self,
        space: Space,
        order: Sequence[int],
        masks: Callable[[State, int], Iterable[int]],
        follow: Callable[[State, int, int], State | None],
        label: Callable[[State], Label | None],
        budget: Budget,
    ) -> None:
        """Walk the columns of `order`.

        `masks` is given a state and a place in `order`, and says what is asked of that column there: slices that are in
        the same of them have the same future. `follow` is given a slice too, and says the state after it; `label` what
        holds in the end. None from these two means that nothing more is wanted there.
        """
        self.first: Labelled[Label] | None = None
        self._space = space
        self._order = order
        self._masks = masks
        self._follow = follow
        self._label = label
        self._budget = budget
        self._known: dict[tuple[int, State], _Tails[Label]] = {}
        self._path: list[int] = []

    def boxes(self, start: State) -> list[Labelled[Label]]:
        """All labelled boxes: disjoint, joined where that is possible.

        Raises:
            TooMuchWorkError: it took too long.
        """
        tails = self._from(0, start)
        return joined([Labelled(self._box(masks), label) for masks, label in tails])

    def _box(self, masks: Sequence[int]) -> Box:
        box = list(self._space.full)
        for place, mask in zip(self._order, masks, strict=False):
            box[place] = mask
        return tuple(box)

    def _from(self, at: int, state: State) -> _Tails[Label]:
        key = (at, state)
        if key not in self._known:
            self._known[key] = self._ended(state) if at == len(self._order) else self._onwards(at, state)
        return self._known[key]

    def _ended(self, state: State) -> _Tails[Label]:
        label = self._label(state)
        if label is None:
            return ()
        if self.first is None:
            self.first = Labelled(self._box(self._path), label)
        return (((), label),)

    def _onwards(self, at: int, state: State) -> _Tails[Label]:
        together: dict[State, int] = {}
        for part in _parts(self._space.full[self._order[at]], self._masks(state, at)):
            self._budget.spend()
            following = self._follow(state, at, (part & -part).bit_length() - 1)
            if following is not None:
                together[following] = together.get(following, 0) | part
        masks: dict[tuple[tuple[int, ...], Label], int] = {}
        for following, mask in together.items():
            self._path.append(mask)
            for tail in self._from(at + 1, following):
                masks[tail] = masks.get(tail, 0) | mask
            self._path.pop()
        if len(masks) > MOST_BOXES:
            raise TooMuchWorkError
        return tuple(((mask, *tail), label) for (tail, label), mask in masks.items())


def _parts(full: int, masks: Iterable[int]) -> list[int]:
    """The slices that each of the masks has or has not together."""
    parts = [full]
    for mask in dict.fromkeys(masks):
        inside = [part & mask for part in parts]
        outside = [part & ~mask for part in parts]
        parts = [part for part in (*inside, *outside) if part]
    return parts


def joined(boxes: Iterable[Labelled[Label]]) -> list[Labelled[Label]]:
    """Boxes with one label that differ in one column only become one, until there are none such."""
    found = list(boxes)
    count = -1
    while count != len(found):
        count = len(found)
        for place in range(len(found[0].box) if found else 0):
            found = _joined_in(found, place)
    return found


def _joined_in(boxes: Sequence[Labelled[Label]], place: int) -> list[Labelled[Label]]:
    masks: dict[tuple[Box, Box, Label], int] = {}
    for each in boxes:
        key = (each.box[:place], each.box[place + 1 :], each.label)
        masks[key] = masks.get(key, 0) | each.box[place]
    return [Labelled((*before, mask, *after), label) for (before, after, label), mask in masks.items()]


def walking_order(space: Space, rows: Sequence[Box]) -> list[int]:
    """The places of columns, those that most rows constrain first."""
    free = [sum(row[place] == full for row in rows) for place, full in enumerate(space.full)]
    return sorted(range(len(space.full)), key=lambda place: (free[place], len(space.columns[place].slices)))
