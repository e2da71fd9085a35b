"""What is wrong in a rule file: where, in which cell, and what to write instead."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


def width_of(text: str) -> int:
    """The columns that a text takes on a screen: Chinese characters take two, combining marks none."""
    return sum(_width_of_one(one) for one in text)


def _width_of_one(one: str) -> int:
    if unicodedata.category(one) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(one) in "WF" else 1


class CellError(ValueError):
    """A cell cannot be understood. `at` counts characters of the cell from 0."""

    def __init__(self, at: int, message: str, *, cure: str = "", expected: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.at = at
        self.message = message
        self.cure = cure
        self.expected = tuple(expected)

    def in_words(self) -> str:
        """The message with what was expected and what to write instead."""
        expected = f"; expected {' or '.join(self.expected)}" if self.expected else ""
        return f"{self.message}{expected}{f'. {self.cure}' if self.cure else ''}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file. `line` and `column` count from 1."""

    path: str
    line: int
    column: int
    message: str
    cell: str = ""
    """The column of the table in which the cell is, as the file names it."""
    source: str = ""
    """The line as it is written."""

    def __str__(self) -> str:
        cell = f"{self.cell}: " if self.cell else ""
        told = f"{self.path}:{self.line}:{self.column}: {cell}{self.message}"
        return f"{told}\n{self._excerpt()}" if self.source.strip() else told

    def _excerpt(self) -> str:
        """The piece of the line around the place, and a caret under it."""
        at = self.column - 1
        start = max(0, at - 50)
        piece = self.source[start : at + 30].replace("\t", " ")
        return f"    {piece}\n    {' ' * width_of(piece[: at - start])}^"


class RuleFileError(Exception):
    """A file is refused, for each of its `problems`."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
