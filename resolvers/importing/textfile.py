"""Text files as lines, CSV rows or JSON objects, read piece by piece; what is broken in their build refuses them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from resolvers.importing.errors import UnreadableFileError

MAX_LINE = 1_000_000
"""Bytes of one line; a longer one is no line of a table."""

_BOM = b"\xef\xbb\xbf"
_SIGNATURES = {
    b"\xff\xfe": ("is UTF-16", "Save it again as UTF-8"),
    b"\xfe\xff": ("is UTF-16", "Save it again as UTF-8"),
    b"PK\x03\x04": ("is a ZIP archive or an Excel workbook", "Save the sheet as CSV in UTF-8"),
    b"\x1f\x8b": ("is compressed with gzip", "Unpack it first"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text, counted from 1. `ended` is false for a last line without a line end."""

    number: int
    text: str
    ended: bool


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row: where it begins and what its cells say; None is an empty cell."""

    line: int
    cells: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that does not fit its header."""

    line: int
    value: str
    reason: str


def read_lines(path: Path, on_bytes: Callable[[int], None]) -> Iterator[Line]:
    """The lines of a file in UTF-8. `on_bytes` hears how many bytes each line had.

    Raises:
        UnreadableFileError: the file cannot be opened, is not UTF-8, holds a NUL or a line longer than MAX_LINE.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UnreadableFileError(None, f"cannot be opened: {error.strerror}", "Check its path and rights") from error
    with stream:
        yield from _decoded(stream, on_bytes)


def _decoded(stream: BinaryIO, on_bytes: Callable[[int], None]) -> Iterator[Line]:
    number = 0
    while raw := stream.readline(MAX_LINE + 1):
        number += 1
        on_bytes(len(raw))
        if number == 1:
            _refuse_foreign(raw)
            raw = raw.removeprefix(_BOM)
        _refuse_broken(number, raw)
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            reason = f"byte {error.start + 1} of the line (0x{raw[error.start]:02x}) is not UTF-8"
            raise UnreadableFileError(number, reason, "Save the file again as UTF-8") from error
        yield Line(number, text, ended=raw.endswith(b"\n"))


def _refuse_foreign(start: bytes) -> None:
    for signature, (reason, cure) in _SIGNATURES.items():
        if start.startswith(signature):
            raise UnreadableFileError(None, reason, cure)


def _refuse_broken(number: int, raw: bytes) -> None:
    if len(raw) > MAX_LINE:
        raise UnreadableFileError(number, f"is longer than {MAX_LINE} bytes", "Check that the file is a text table")
    if (place := raw.find(b"\0")) >= 0:
        raise UnreadableFileError(number, f"byte {place + 1} of the line is NUL", "Remove the NUL bytes")


class CsvTable:
    """A CSV file with a header. `header` is known at once, the rows as they are read."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._ended = True
        self._start = 1
        self._reader = csv.reader(self._texts(lines), strict=True)
        self.header = tuple(name.strip() for name in self._next() or ())

    def rows(self) -> Iterator[RawRow | BadRow]:
        """The rows after the header; blank lines are none.

        Raises:
            UnreadableFileError: a quote is not closed or stands where none may, or the file is cut off.
        """
        while (cells := self._next()) is not None:
            if len(cells) == len(self.header):
                values = (cell.strip() or None for cell in cells)
                yield RawRow(self._start, dict(zip(self.header, values, strict=True)))
            elif len(cells) < len(self.header) and not self._ended:
                raise UnreadableFileError(self._start, "the file ends within this row", "Fetch the whole file again")
            else:
                reason = f"has {len(cells)} cells where the header has {len(self.header)}; quote cells with commas"
                yield BadRow(self._start, ",".join(cells), reason)

    def _texts(self, lines: Iterator[Line]) -> Iterator[str]:
        for line in lines:
            self._ended = line.ended
            yield line.text

    def _next(self) -> list[str] | None:
        cells: list[str] = []
        while not cells:
            self._start = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return None
            except csv.Error as error:
                raise UnreadableFileError(self._start, *_quoting(str(error))) from error
        return cells


def _quoting(message: str) -> tuple[str, str]:
    if "expected after" in message:
        return "text follows a closing quote", "Write a quote within a quoted cell twice"
    return "a quote that opens in the row which begins here is not closed", "Close it, or write it twice"


def json_rows(lines: Iterator[Line]) -> Iterator[RawRow | BadRow]:
    """The rows of a JSONL file: one object a line; blank lines are none.

    Raises:
        UnreadableFileError: a line is not JSON, as when the file is cut off.
    """
    for line in lines:
        if line.text.strip():
            found = _json(line)
            yield _json_row(line.number, found) if isinstance(found, dict) else _no_object(line)


def _json(line: Line) -> Any:
    try:
        return json.loads(line.text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        reason = f"is not JSON: {error}"
        raise UnreadableFileError(line.number, reason, "Write one JSON object on each line") from error


def _no_object(line: Line) -> BadRow:
    return BadRow(line.number, line.text.strip(), "is no JSON object; write {...} with a name for each value")


def _json_row(number: int, found: dict[str, Any]) -> RawRow | BadRow:
    cells: dict[str, str | None] = {}
    for name, value in found.items():
        if isinstance(value, list | dict):
            return BadRow(number, name, f"{name!r} holds a list or an object; write text, a number or a truth value")
        said = str(value).lower() if isinstance(value, bool) else value
        cells[name] = None if said is None else said.strip() or None
    return RawRow(number, cells)
