"""The table of a rule file as a grid of texts, as spreadsheets have it, and back; nothing else changes."""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from rules.engine.pipe_table import block_lines
from rules.engine.pipes import aligned, cells_of, is_row, is_ruler
from rules.engine.problem import Problem, RuleFileError
from rules.engine.yaml_tree import Node, tree_of

MOST_LINES: Final = 10_000
"""Lines of a table with its comments; of the lines around it too."""
MOST_WIDE: Final = 130
"""Columns of a grid: all inputs and outputs that a table can have, its row's name and its reasons."""

Grid: TypeAlias = list[list[str]]
"""A list of cells for each line of the table. A comment is one cell that begins with #, an empty line has none."""


class SheetError(ValueError):
    """A sheet cannot be read or written; the text says which cell, and what to do."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A rule file taken apart at its table."""

    before: tuple[str, ...]
    """The lines above the rows; the last is `table: |`."""
    table: tuple[str, ...]
    after: tuple[str, ...]


def place(line: int, column: int) -> str:
    """How a spreadsheet names a cell, both counted from 0: `B7`."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = string.ascii_uppercase[rest] + letters
    return f"{letters}{line + 1}"


def parts_of(text: str, path: str) -> Parts:
    """Take a rule file apart.

    Raises:
        RuleFileError: it is no YAML, or has no table written as a block.
    """
    tree = tree_of(text, path)
    table = tree.root.value.get("table") if isinstance(tree.root.value, dict) else None
    if not isinstance(table, Node) or not table.is_block:
        message = "there is no table here, as a block below `table: |`; only tables go to spreadsheets and back"
        raise RuleFileError([Problem(path, 1, 1, message)])
    lines = text.split("\n")
    block = block_lines(table, lines)
    return Parts(tuple(lines[: block.start]), tuple(lines[block.start : block.stop]), tuple(lines[block.stop :]))


def grid_of(parts: Parts) -> Grid:
    """The cells of the table.

    Raises:
        SheetError: a row cannot be taken apart.
    """
    return [_cells(line, len(parts.before) + number) for number, line in enumerate(parts.table, 1)]


def _cells(line: str, number: int) -> list[str]:
    if not is_row(line) and not is_ruler(line):
        return [line.strip()] if line.strip() else []
    try:
        return [cell.text for cell in cells_of(line)]
    except ValueError as error:
        raise SheetError(f"line {number}: {error}") from None


def text_with(parts: Parts, grid: Grid) -> str:
    """The file with these cells in place of its table, lined up. Lines outside of the table stay as they are.

    Raises:
        SheetError: there is no heading, or a cell holds what a table cannot hold.
    """
    example = next((line for line in parts.table if line.strip()), "  ")
    indent = example[: len(example) - len(example.lstrip())]
    ending = "\r" if example.endswith("\r") else ""
    lines = [f"{indent}{line}{ending}" if line else ending for line in _lines(_trimmed(grid))]
    return "\n".join((*parts.before, *aligned(lines), *parts.after))


def _trimmed(grid: Grid) -> Grid:
    """The cells without blanks around them, and without what is empty at the ends of lines and of the sheet."""
    found = [_without_end([cell.strip() for cell in cells]) for cells in grid]
    while found and not found[-1]:
        found.pop()
    return found


def _without_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _lines(grid: Grid) -> Iterator[str]:
    heading = next((at for at, cells in enumerate(grid) if cells and not cells[0].startswith("#")), None)
    if heading is None or grid[heading][0] != "row":
        where = place(heading or 0, 0)
        raise SheetError(f"{where}: the heading is expected here: row, the inputs, => and the first output, the others")
    width = len(grid[heading])
    for number, cells in enumerate(grid):
        _check(number, cells)
        if not cells:
            yield ""
        elif cells[0].startswith("#"):
            yield " ".join(cell for cell in cells if cell)
        else:
            yield _row(number, cells, width)


def _check(number: int, cells: Sequence[str]) -> None:
    for column, cell in enumerate(cells):
        if len(cell.splitlines()) > 1 or any(ord(one) < 32 for one in cell):
            raise SheetError(f"{place(number, column)}: a cell is one line without tabs. Take the line break out")


def _row(number: int, cells: Sequence[str], width: int) -> str:
    if len(cells) > width:
        raise SheetError(f"{place(number, len(cells) - 1)}: this cell has no heading above it. Empty it")
    padded = [*cells, *[""] * (width - len(cells))]
    for column, cell in enumerate(padded):
        if not _stands_alone(cell):
            raise SheetError(
                f"{place(number, column)}: | outside of quotes, or a quote that is not closed. Mend the cell"
            )
    return f"| {' | '.join(padded)} |"


def _stands_alone(cell: str) -> bool:
    try:
        return [each.text for each in cells_of(f"| {cell} |")] == [cell]
    except ValueError:
        return False


def in_sheet(problem: Problem, parts: Parts, text: str, path: str) -> Problem:
    """A problem of the text that was made from a sheet, told by the cell of the sheet that it is about."""
    at = problem.line - 1 - len(parts.before)
    line = text.split("\n")[problem.line - 1]
    if at < 0 or not line.strip().startswith("|"):
        return problem
    column = max(0, sum(cell.at <= problem.column - 1 for cell in cells_of(line)) - 1)
    name = f"{place(at, column)} {problem.cell}".strip()
    return Problem(path, at + 1, column + 1, problem.message, name)
