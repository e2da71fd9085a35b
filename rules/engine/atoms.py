"""Which atoms are true for the values of facts, found by index.

The values of a column are cut into cells that no test tells apart, and the text about a cell is kept.
Written apart from `Test.admits`, so that the live engine and the reference evaluator do not share a slip.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from rules.engine.cell import Interval, Test
from rules.engine.fence import MOST_ATOMS, MOST_RULES, Pack, atom_text
from rules.engine.kinds import Column

Atom: TypeAlias = tuple[str, Test]
"""A test of the fact of this name."""

Numbering: TypeAlias = dict[Atom, int]
"""The atoms of one pack with their numbers."""

_MOST_TEXTS: Final = 20_000
"""How many texts a column keeps before it begins anew."""


def packed(rules: Iterable[tuple[int, Sequence[Atom]]]) -> list[tuple[Pack, Numbering]]:
    """Rules in packs, in their order, each pack as large as the engine allows."""
    packs: list[tuple[Pack, Numbering]] = []
    kept: list[tuple[int, tuple[int, ...]]] = []
    atoms: Numbering = {}
    for number, needed in rules:
        if len(kept) == MOST_RULES or len(atoms.keys() | needed) > MOST_ATOMS:
            packs.append((Pack(tuple(kept)), atoms))
            kept, atoms = [], {}
        for atom in needed:
            atoms.setdefault(atom, len(atoms))
        kept.append((number, tuple(sorted(atoms[atom] for atom in needed))))
    return [*packs, (Pack(tuple(kept)), atoms)] if kept else packs


class FactWriter:
    """Writes the facts of a round, one a pack, as the engine reads them.

    Args:
        columns: what rules can read, by name.
        packs: the atoms of each pack.
        heads: how the fact for each pack begins.
    """

    def __init__(self, columns: Mapping[str, Column], packs: Sequence[Numbering], heads: Sequence[str]) -> None:
        self._heads = heads
        self._indexes = [(name, _index(columns[name], numbers)) for name, numbers in _by_name(packs).items()]

    def facts(self, known: Mapping[str, Any]) -> list[str]:
        """The facts that say which atoms are true. Values must be as their columns keep them."""
        texts = [index.texts(known[name]) for name, index in self._indexes]
        return ["".join(parts) + "}" for parts in zip(self._heads, *texts, strict=True)]


def _by_name(packs: Sequence[Numbering]) -> dict[str, list[dict[Test, int]]]:
    """The atoms of each fact, pack by pack."""
    found: dict[str, list[dict[Test, int]]] = {}
    for place, atoms in enumerate(packs):
        for (name, test), number in atoms.items():
            found.setdefault(name, [{} for _ in packs])[place][test] = number
    return found


def _index(column: Column, packs: Sequence[Mapping[Test, int]]) -> _Index:
    return (_Ordered if column.kind.is_ordered else _Named)(packs)


class _Index:
    """For each cell of a column the texts of its true atoms, one a pack, made when they are first asked for."""

    def __init__(self, packs: Sequence[Mapping[Test, int]]) -> None:
        self._packs = packs
        self._tests = list(dict.fromkeys(test for tests in packs for test in tests))
        self._texts: dict[int, tuple[str, ...]] = {}
        self._of_null = self._made({test for test in self._tests if test.null})
        self._most = max(1, _MOST_TEXTS // max(1, len(packs)))

    def texts(self, value: Any) -> tuple[str, ...]:
        """What is true of this value."""
        if value is None:
            return self._of_null
        cell = self.cell(value)
        found = self._texts.get(cell)
        if found is None:
            if len(self._texts) >= self._most:
                self._texts.clear()
            true = {test for test in self._tests if self.is_named(test, cell) != test.negated}
            found = self._texts[cell] = self._made(true)
        return found

    def cell(self, value: Any) -> int:
        """The cell in which a value is."""
        raise NotImplementedError

    def is_named(self, test: Test, cell: int) -> bool:
        """Whether the values or intervals of a test take in the cell."""
        raise NotImplementedError

    def _made(self, true: set[Test]) -> tuple[str, ...]:
        return tuple(
            "".join(atom_text(number) for test, number in tests.items() if test in true) for tests in self._packs
        )


class _Named(_Index):
    """A column without order: a cell for each value that a test names, and one for all others."""

    def __init__(self, packs: Sequence[Mapping[Test, int]]) -> None:
        values = dict.fromkeys(value for tests in packs for test in tests for value in test.values)
        self._cells = {value: cell for cell, value in enumerate(values, 1)}
        super().__init__(packs)
        self._named = {test: {self._cells[value] for value in test.values} for test in self._tests}

    def cell(self, value: Any) -> int:
        """The cell of the value's own, or 0."""
        return self._cells.get(value, 0)

    def is_named(self, test: Test, cell: int) -> bool:
        """Whether the test names the value."""
        return cell in self._named[test]


class _Ordered(_Index):
    """An ordered column: with n cuts, cell 2 i + 1 is the i-th cut itself, and the even ones are between them."""

    def __init__(self, packs: Sequence[Mapping[Test, int]]) -> None:
        tests = dict.fromkeys(test for tests in packs for test in tests)
        ends = ((each.low, each.high) for test in tests for each in test.intervals)
        self._cuts: list[Any] = sorted({end for end in itertools.chain.from_iterable(ends) if end is not None})
        super().__init__(packs)
        self._spans = {test: [self._span(each) for each in test.intervals] for test in self._tests}

    def cell(self, value: Any) -> int:
        """Found by bisection."""
        place = bisect_left(self._cuts, value)
        return 2 * place + (place < len(self._cuts) and self._cuts[place] == value)

    def is_named(self, test: Test, cell: int) -> bool:
        """Whether the cell is in one of the spans."""
        return any(cell in span for span in self._spans[test])

    def _span(self, one: Interval) -> range:
        """The cells of an interval."""
        low = 0 if one.low is None else self.cell(one.low) + (not one.has_low)
        high = 2 * len(self._cuts) if one.high is None else self.cell(one.high) - (not one.has_high)
        return range(low, high + 1)
