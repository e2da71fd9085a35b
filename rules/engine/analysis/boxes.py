"""Boxes: a set of slices for each column. Rows are boxes, and so are gaps, overlaps and differences."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeAlias

from rules.engine.analysis.domain import common_column
from rules.engine.analysis.slices import Slices
from rules.engine.cell import Test
from rules.engine.kinds import Column
from rules.engine.table import DecisionTable

Box: TypeAlias = tuple[int, ...]
"""For each column the mask of its slices."""


class TooMuchWorkError(Exception):
    """A search has used up its budget. What it has found so far holds; whether there is more is not known."""


class Budget:
    """How many steps a search may take."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def spend(self, steps: int = 1) -> None:
        """Take steps.

        Raises:
            TooMuchWorkError: there are not so many left.
        """
        self._left -= steps
        if self._left < 0:
            raise TooMuchWorkError


class Space:
    """The facts that one or two tables can be asked about, cut into slices column by column."""

    def __init__(self, *tables: DecisionTable, apart: Collection[str] = ()) -> None:
        """Cut for all tests of these tables. Inputs in `apart` (enums, booleans) have a slice for each value.

        Raises:
            ValueError: an input is of different kinds in the tables.
        """
        self.inputs = _common_inputs(tables)
        tests: dict[str, list[Test]] = {name: [] for name in self.inputs}
        for table in tables:
            for place, column in enumerate(table.inputs):
                tests[column.name].extend(row.tests[place] for row in table.rows)
        self.columns = tuple(Slices(column, tests[name], apart=name in apart) for name, column in self.inputs.items())
        self.full: Box = tuple(column.full for column in self.columns)
        self.place = {name: place for place, name in enumerate(self.inputs)}

    def rows(self, table: DecisionTable) -> list[Box]:
        """The rows of a table as boxes. An input that it does not have may have any value."""
        places = {column.name: place for place, column in enumerate(table.inputs)}
        return [
            tuple(
                each.mask(row.tests[places[each.column.name]]) if each.column.name in places else each.full
                for each in self.columns
            )
            for row in table.rows
        ]

    def point(self, box: Box) -> dict[str, Any]:
        """Facts in a box."""
        return {
            each.column.name: each.sample((mask & -mask).bit_length() - 1)
            for each, mask in zip(self.columns, box, strict=True)
        }

    def tests(self, box: Box) -> dict[str, Test]:
        """The conditions that make the box, by input; inputs that may have any value are left out."""
        return {
            each.column.name: each.test(mask) for each, mask in zip(self.columns, box, strict=True) if mask != each.full
        }

    def size(self, box: Box) -> int:
        """How many combinations of slices are in the box."""
        size = 1
        for mask in box:
            size *= mask.bit_count()
        return size

    def conditions(self, box: Box) -> int:
        """How many columns the box constrains."""
        return sum(mask != full for mask, full in zip(box, self.full, strict=True))


def _common_inputs(tables: Sequence[DecisionTable]) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for column in (each for table in tables for each in table.inputs):
        common = common_column(found[column.name], column) if column.name in found else column
        if common is None:
            raise ValueError(f"{column.name} is of different types")
        found[column.name] = common
    return found


def meet(one: Box, other: Box) -> Box | None:
    """What is in both boxes; None if nothing is."""
    found = tuple(a & b for a, b in zip(one, other, strict=True))
    return found if all(found) else None


def outside(box: Box, rows: Sequence[Box], budget: Budget) -> Box | None:
    """A box inside `box` that no row meets; None proves that the rows cover it.

    Raises:
        TooMuchWorkError: the budget is used up.
    """
    if not all(box):
        return None
    todo: list[tuple[Box, Sequence[Box]]] = [(box, rows)]
    while todo:
        part, candidates = todo.pop()
        budget.spend()
        live, least = _least(part, candidates)
        if not live:
            return part
        if least is not None:
            todo.extend((piece, live) for piece in reversed(_around(part, least, live)))
    return None


def _least(box: Box, rows: Sequence[Box]) -> tuple[list[Box], Box | None]:
    """The rows that meet the box, and the one that constrains the fewest columns of it; None if one covers it all."""
    live: list[Box] = []
    least, fewest = None, len(box) + 1
    for row in rows:
        count = 0
        for mine, its in zip(box, row, strict=True):
            both = mine & its
            if not both:
                break
            if both != mine:
                count += 1
        else:
            live.append(row)
            if not count:
                return live, None
            if count < fewest:
                least, fewest = row, count
    return live, least


def _around(box: Box, row: Box, live: Sequence[Box]) -> list[Box]:
    """What of the box is not in the row, as disjoint boxes: one for each column that the row constrains."""
    places = [place for place, mask in enumerate(box) if mask & ~row[place]]
    if len(live) > 1:
        places.sort(key=lambda place: -sum(1 for each in live if box[place] & ~each[place]))
    rest, pieces = list(box), []
    for place in places:
        pieces.append((*rest[:place], rest[place] & ~row[place], *rest[place + 1 :]))
        rest[place] &= row[place]
    return pieces


def grown(box: Box, rows: Sequence[Box], space: Space, order: Sequence[int]) -> Box:
    """The largest box around one that no row meets, widened column by column in this order."""
    found = list(box)
    for place in order:
        others = [number for number in range(len(found)) if number != place]
        taken = 0
        for row in rows:
            if all(found[number] & row[number] for number in others):
                taken |= row[place]
        found[place] = space.columns[place].full & ~taken
    return tuple(found)


def meeting_pairs(rows: Sequence[Box]) -> Iterator[tuple[int, int]]:
    """The numbers of all rows that share facts, two by two, the earlier first."""
    for number, row in enumerate(rows):
        later: Sequence[int] = range(number + 1, len(rows))
        for place, mask in enumerate(row):
            later = [each for each in later if rows[each][place] & mask]
        yield from ((number, each) for each in later)
