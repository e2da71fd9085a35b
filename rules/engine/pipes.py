"""The pipe table of a rule file: its lines taken apart, with the place of each cell, and lined up."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rules.engine.problem import width_of

_RULER: Final = frozenset("| \t\r:-")


@dataclass(frozen=True, slots=True)
class Cell:
    """What is between two pipes. `at` is where it begins in its line, from 0, without blanks around."""

    text: str
    at: int


def is_row(line: str) -> bool:
    """Whether a line of the table holds cells: not blank, no comment, no ruler of dashes."""
    return bool(line.strip()) and not line.lstrip().startswith("#") and not is_ruler(line)


def is_ruler(line: str) -> bool:
    """Whether a line only draws, as `| --- | --- |` does."""
    return "---" in line and _RULER.issuperset(line)


def cells_of(line: str) -> list[Cell]:
    """The cells between the pipes of a line. A pipe between quotes is part of its cell.

    Raises:
        ValueError: it does not begin and end with a pipe, or a quote is not closed.
    """
    pipes, is_quoted, is_escaped = [], False, False
    for at, one in enumerate(line):
        if one == '"' and not is_escaped:
            is_quoted = not is_quoted
        elif one == "|" and not is_quoted:
            pipes.append(at)
        is_escaped = one == "\\" and is_quoted and not is_escaped
    if is_quoted:
        raise ValueError('a quote " is not closed in this row')
    if len(pipes) < 2 or line[: pipes[0]].strip() or line[pipes[-1] + 1 :].strip():
        hint = "; ｜ is a pipe of another kind" if "｜" in line else ""
        raise ValueError(f"a row begins and ends with |{hint}")
    return [_cell(line, start + 1, end) for start, end in itertools.pairwise(pipes)]


def _cell(line: str, start: int, end: int) -> Cell:
    inner = line[start:end]
    return Cell(inner.strip(), start + (len(inner) - len(inner.lstrip()) if inner.strip() else min(1, len(inner))))


def aligned(lines: Sequence[str]) -> list[str]:
    """The lines of a table with its pipes under each other, as a screen shows them. Nothing else changes.

    Raises:
        ValueError: a row cannot be taken apart, or has another number of cells than the first.
    """
    grid = [cells_of(line) if is_row(line) or is_ruler(line) else None for line in lines]
    rows = [row for row, line in zip(grid, lines, strict=True) if row is not None and not is_ruler(line)]
    if not rows:
        return list(lines)
    if any(row is not None and len(row) != len(rows[0]) for row in grid):
        raise ValueError("the rows have different numbers of cells")
    widths = [max(3, *(width_of(row[place].text) for row in rows)) for place in range(len(rows[0]))]
    return [
        line if row is None else _laid(line, row, widths, ruler=is_ruler(line))
        for line, row in zip(lines, grid, strict=True)
    ]


def _laid(line: str, row: Sequence[Cell], widths: Sequence[int], *, ruler: bool) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    ending = line[len(line.rstrip()) :]
    if ruler:
        inner = " | ".join("-" * width for width in widths)
    else:
        inner = " | ".join(
            cell.text + " " * (width - width_of(cell.text)) for cell, width in zip(row, widths, strict=True)
        )
    return f"{indent}| {inner} |{ending}"
