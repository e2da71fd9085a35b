"""What of a sheet cannot be seen, or does not look like what it is: hidden rows and columns, and merged cells."""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Final
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse
from openpyxl.utils.cell import range_boundaries

from rules.engine.sheet import Grid, SheetError, place

_SHOW: Final = "Show it or delete it: what one does not see must not decide"


@dataclass
class Layout:
    """The rows and spans of columns that are hidden, and the ranges of cells that are merged; counted from 1."""

    rows: set[int] = field(default_factory=set)
    columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)


def layout_of(part: IO[bytes]) -> Layout:
    """The layout that the XML of a sheet tells. Nothing of a cell is kept in memory."""
    found, number = Layout(), 0
    for _, element in iterparse(part):
        match str(element.tag).rpartition("}")[2]:
            case "row":
                number = int(element.get("r") or number + 1)
                if _is_hidden(element, "ht"):
                    found.rows.add(number)
                element.clear()
            case "col" if _is_hidden(element, "width"):
                found.columns.append((int(element.get("min") or 0), int(element.get("max") or 0)))
            case "mergeCell":
                found.merged.append(element.get("ref") or "")
    return found


def _is_hidden(element: Element, size: str) -> bool:
    return element.get("hidden") in ("1", "true") or float(element.get(size) or 1) == 0


def check_layout(layout: Layout, grid: Grid) -> None:
    """See that all cells of the table can be seen, each by itself.

    Raises:
        SheetError: some cannot; the text names them.
    """
    for slip in _slips(layout, grid):
        raise SheetError(slip)


def _slips(layout: Layout, grid: Grid) -> Iterator[str]:
    width = max(map(len, grid), default=0)
    height = max((number for number, cells in enumerate(grid, 1) if any(cells)), default=0)
    for number, cells in enumerate(grid, 1):
        if number in layout.rows and any(cells):
            yield f"row {number} is hidden. {_SHOW}"
    for first, last in layout.columns:
        for column in range(max(first, 1), min(last, width) + 1):
            if any(len(cells) >= column and cells[column - 1] for cells in grid):
                yield f"column {place(0, column - 1).rstrip(string.digits)} is hidden. {_SHOW}"
    for ref in layout.merged:
        left, top, _, _ = range_boundaries(ref)
        if (left or 1) <= width and (top or 1) <= height:
            yield f"{ref}: these cells are merged, and only the first has a value. Unmerge them, and fill each one"
