"""Forms: which columns a source has, and how a row of text becomes values or a list of what is wrong with it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from resolvers.importing.cells import CellError
from resolvers.importing.errors import UnreadableFileError
from resolvers.importing.record import Rejection
from resolvers.importing.textfile import BadRow, CsvTable, Line, RawRow, json_rows

LONGEST_SHOWN = 200
"""Characters of a refused value that are shown."""

Values = Mapping[str, Any]
"""What the cells of a row say, by column; None is an empty cell, and a column that the file lacks is missing."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how its cells are read, what they mean, and whether each row must fill it."""

    name: str
    read: Callable[[str], Any]
    meaning: str
    required: bool = False


@dataclass(frozen=True)
class Form:
    """The columns of a source. In a `whole` form the file must have them all, otherwise only the required ones."""

    columns: tuple[Column, ...]
    whole: bool = False
    unknown: str | None = None
    """The text by which the publisher marks an empty cell."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    def check_header(self, header: tuple[str, ...]) -> None:
        """Raise UnreadableFileError when the header is not this form's."""
        cure = f"The columns are: {', '.join(self.names)}"
        if not header:
            raise UnreadableFileError(1, "the file has no header", cure)
        if repeated := [name for place, name in enumerate(header) if name in header[:place]]:
            raise UnreadableFileError(1, f"the column {repeated[0]!r} stands twice in the header", "Remove one of them")
        if missing := [each.name for each in self.columns if (self.whole or each.required) and each.name not in header]:
            raise UnreadableFileError(1, f"the header lacks {', '.join(missing)}", cure)
        if strange := [name for name in header if name not in self.names]:
            raise UnreadableFileError(1, _strange(strange[0], self.names), cure)

    def values(self, row: RawRow) -> tuple[Values, list[Rejection]]:
        """What a row says, and everything that is wrong with it."""
        values: dict[str, Any] = {}
        wrong = [
            Rejection(row.line, shown(name), shown(cell), _strange(name, self.names))
            for name, cell in row.cells.items()
            if name not in self.names
        ]
        for column in self.columns:
            cell = row.cells.get(column.name)
            if cell is None or cell == self.unknown:
                values |= {column.name: None} if column.name in row.cells else {}
                wrong += [Rejection(row.line, column.name, shown(cell), "is required")] if column.required else []
                continue
            try:
                values[column.name] = column.read(cell)
            except CellError as error:
                wrong.append(Rejection(row.line, column.name, shown(cell), str(error)))
        return values, wrong


def csv_rows(form: Form, lines: Iterator[Line]) -> Iterator[RawRow | BadRow]:
    """The rows of a CSV file whose header is the form's."""
    table = CsvTable(lines)
    form.check_header(table.header)
    return table.rows()


def any_rows(form: Form, lines: Iterator[Line], suffix: str) -> Iterator[RawRow | BadRow]:
    """The rows of a CSV or JSONL file, by the ending of its name."""
    if suffix in {".jsonl", ".ndjson"}:
        return json_rows(lines)
    if suffix == ".csv":
        return csv_rows(form, lines)
    reason = f"its name ends in {suffix!r}" if suffix else "its name has no ending"
    raise UnreadableFileError(None, reason, "Name it .csv or .jsonl")


def misfit(row: BadRow) -> Rejection:
    """The rejection of a row that does not fit its header."""
    return Rejection(row.line, "", shown(row.value), row.reason)


def shown(value: str | None) -> str:
    """A refused value as it may be shown: not endless, and nothing that a file of UTF-8 cannot hold."""
    text = (value or "").encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _strange(name: str, names: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, names, n=1)
    return f"there is no column {shown(name)!r}" + (f"; did you mean {close[0]!r}?" if close else "")
