"""The rows of a rule file's pipe table: heading, tests, outputs, reasons; every slip with its line, column and cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rules.engine.cell import ANYTHING, Test, read_test
from rules.engine.checking import NAME, Checked
from rules.engine.expression import Constant, Expression, read_expression
from rules.engine.kinds import Column, did_you_mean
from rules.engine.pipes import Cell, cells_of, is_row
from rules.engine.problem import CellError, Problem
from rules.engine.table import LOCALES, Row, Words
from rules.engine.yaml_tree import Node

MOST_ROWS: Final = 5_000
_ARROW: Final = "=>"


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file by their names. In a table: those that it has, in its order."""

    inputs: Mapping[str, Column]
    outputs: Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class _Heading:
    """What each cell of a row is: after the row's name, so many inputs, then outputs and reasons."""

    names: tuple[str, ...]
    inputs: int
    columns: Columns


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the table, as the whole file has it; `number` counts from 1."""

    number: int
    text: str


def block_lines(node: Node, lines: Sequence[str]) -> range:
    """The places in `lines`, from 0, of a text that is written as a block."""
    return range(node.line, min(len(lines), node.line + str(node.value).rstrip("\n").count("\n") + 1))


def read_rows(checked: Checked, node: Node, known: Columns) -> tuple[Columns, tuple[Row, ...]]:
    """The columns in the order of the table, and its rows. What is wrong is noted."""
    reader = _Reader(checked, known)
    if not node.is_block:
        checked.wrong(node, "the table is a block: write `table: |`, and its rows indented in the lines below")
        return known, ()
    lines = checked.tree.lines
    rows = [_Line(at + 1, lines[at]) for at in block_lines(node, lines) if is_row(lines[at])]
    if len(rows) > MOST_ROWS:
        checked.wrong(node, f"more than {MOST_ROWS:,} rows. Split the rule set")
        return known, ()
    if len(rows) < 2:
        checked.wrong(node, "the table needs a heading, | row | ... | => ... |, and a row below it")
        return known, ()
    heading = reader.heading(rows[0])
    if heading is None or checked.problems:
        return known, ()
    return heading.columns, reader.rows(heading, rows[1:])


class _Reader:
    def __init__(self, checked: Checked, known: Columns) -> None:
        self._checked = checked
        self._known = known

    def _wrong(self, line: _Line, at: int, message: str, cell: str = "") -> None:
        self._checked.note(Problem(self._checked.tree.path, line.number, at + 1, message, cell, line.text))

    def _cells(self, line: _Line) -> list[Cell]:
        try:
            return cells_of(line.text)
        except ValueError as error:
            self._wrong(line, 0, str(error))
            return []

    def heading(self, line: _Line) -> _Heading | None:
        """What the first row says, if it can be used."""
        cells = self._cells(line)
        arrows = [place for place, cell in enumerate(cells) if cell.text.startswith(_ARROW)]
        if not cells or cells[0].text != "row" or len(arrows) != 1:
            message = "the heading is: | row | an input ... | => an output | ... |"
            self._wrong(line, cells[0].at if cells else 0, message)
            return None
        names = tuple(cell.text.removeprefix(_ARROW).strip() for cell in cells)
        for place, (cell, name) in enumerate(zip(cells, names, strict=True)):
            self._check_name(line, cell, name, names[:place], is_input=place < arrows[0])
        inputs = {name: self._known.inputs[name] for name in names[1 : arrows[0]] if name in self._known.inputs}
        outputs = {name: self._known.outputs[name] for name in names if name in self._known.outputs}
        for name in (*(self._known.inputs.keys() - inputs.keys()), *(self._known.outputs.keys() - outputs.keys())):
            self._wrong(line, 0, f"{name} is declared, and is no column of the table. Add it or take it out")
        return _Heading(names, arrows[0] - 1, Columns(inputs, outputs))

    def _check_name(self, line: _Line, cell: Cell, name: str, before: Sequence[str], *, is_input: bool) -> None:
        reasons = tuple(f"reason.{locale}" for locale in LOCALES)
        known = ("row", *self._known.inputs) if is_input else (*self._known.outputs, *reasons)
        if name in before:
            self._wrong(line, cell.at, f"the column {name} is here twice")
        elif name not in known:
            what = "an input" if is_input else "an output"
            self._wrong(line, cell.at, f"{name} is not {what} of this file{did_you_mean(name, known)}")

    def rows(self, heading: _Heading, lines: Sequence[_Line]) -> tuple[Row, ...]:
        """The rows below the heading."""
        found: dict[str, Row] = {}
        same: dict[object, str] = {}
        for line in lines:
            before = len(self._checked.problems)
            row = self._row(heading, line)
            if row is None:
                continue
            if row.id in found:
                self._wrong(
                    line, line.text.index("|") + 2, f"row {row.id} is here twice, first in line {found[row.id].line}"
                )
            is_sound = len(self._checked.problems) == before
            earlier = same.setdefault((row.tests, row.outputs), row.id) if is_sound else row.id
            if earlier != row.id:
                self._wrong(line, 0, f"row {row.id} says the same as row {earlier}. Take one out")
            found[row.id] = row
        return tuple(found.values())

    def _row(self, heading: _Heading, line: _Line) -> Row | None:
        cells = self._cells(line)
        if not cells:
            return None
        if len(cells) != len(heading.names):
            message = f"this row has {len(cells)} cells, and the heading {len(heading.names)}"
            self._wrong(line, cells[min(len(cells), len(heading.names)) - 1].at, message)
            return None
        if not NAME.fullmatch(cells[0].text.replace("-", "_")):
            self._wrong(line, cells[0].at, "a row needs a name of letters, digits, _ and -, such as vip_up", "row")
        by_name = dict(zip(heading.names, cells, strict=True))
        columns = heading.columns
        tests = tuple(self._test(line, by_name[name], column) for name, column in columns.inputs.items())
        outputs = tuple(self._output(line, by_name[name], column, columns) for name, column in columns.outputs.items())
        return Row(cells[0].text, tests, outputs, self._reason(line, by_name, columns), line.number)

    def _test(self, line: _Line, cell: Cell, column: Column) -> Test:
        try:
            return read_test(cell.text, column)
        except CellError as error:
            self._wrong(line, cell.at + error.at, error.in_words(), column.name)
            return ANYTHING

    def _output(self, line: _Line, cell: Cell, column: Column, columns: Columns) -> Expression:
        try:
            return read_expression(cell.text, column, columns.inputs)
        except CellError as error:
            self._wrong(line, cell.at + error.at, error.in_words(), column.name)
            return Constant(None)

    def _reason(self, line: _Line, cells: Mapping[str, Cell], columns: Columns) -> Words:
        known = (*columns.inputs, *columns.outputs)
        texts = []
        for locale in LOCALES:
            cell = cells.get(f"reason.{locale}", Cell("", 0))
            texts.append(cell.text)
            for name in Words(cell.text).names():
                if name not in known:
                    at = cell.at + cell.text.index("{" + name)
                    message = f"{{{name}}} is neither an input nor an output{did_you_mean(name, known)}"
                    self._wrong(line, at, message, f"reason.{locale}")
        return Words(*texts)
