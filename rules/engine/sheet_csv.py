"""A grid of texts as CSV and back, such that a spreadsheet program neither calculates nor converts a cell."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from typing import Final

from rules.engine.sheet import MOST_LINES, Grid, SheetError
from rules.engine.yaml_tree import MOST_BYTES

_PLAIN_NUMBER: Final = re.compile(r"(0|[1-9][0-9]{0,13})(\.[0-9]{0,8}[1-9])?")
_HEADING: Final = re.compile(r'^"?row"?([,;\t])', re.MULTILINE)
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def write_csv(grid: Grid) -> bytes:
    """The cells as UTF-8 with the mark by which spreadsheets know it.

    A cell that a spreadsheet would calculate or convert (`=> 5`, `2026-01-31`, `007`) has an apostrophe before it.
    """
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[_kept(cell) for cell in cells] for cells in grid])
    return out.getvalue().encode("utf-8-sig")


def _kept(cell: str) -> str:
    return cell if _is_safe(cell) else f"'{cell}"


def _is_safe(cell: str) -> bool:
    """Whether spreadsheets take it as it is: a plain number, or surely a text."""
    if cell in ("", "-") or _PLAIN_NUMBER.fullmatch(cell):
        return True
    if cell[0] in '<>["#':
        return True
    is_no_date = not any(one.isdigit() for one in cell) or "_" in cell or "{" in cell
    return cell[0].isalpha() and is_no_date and cell.lower() not in ("true", "false")


def read_csv(data: bytes) -> tuple[Grid, str]:
    """The cells, and the encoding in which the file was.

    UTF-8, UTF-16 with its mark, else GB 18030 (with GBK and GB 2312). Commas, semicolons or tabs, as the heading has
    them. One apostrophe at the beginning of a cell only says that it is text, and is not part of it.

    Raises:
        SheetError: it is too large, in no such encoding, or no CSV.
    """
    if len(data) > MOST_BYTES:
        raise SheetError(f"the file is {len(data):,} bytes large; at most {MOST_BYTES:,} are read")
    text, encoding = _decoded(data)
    if "\0" in text:
        raise SheetError("this is no CSV: it holds zero bytes. Save it as CSV UTF-8")
    heading = _HEADING.search(text.replace("\r", "\n"))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=heading[1] if heading else ",", strict=True)
    try:
        grid = [_texts(cells) for cells in reader]
    except csv.Error as error:
        raise SheetError(f"line {reader.line_num}: this is no CSV: {error}") from None
    if len(grid) > MOST_LINES:
        raise SheetError(f"more than {MOST_LINES:,} lines. Split the rule set")
    return grid, encoding


def _decoded(data: bytes) -> tuple[str, str]:
    encodings = ("utf-16",) if data.startswith(_UTF_16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise SheetError(f"the file is not {' or '.join(encodings)}. Save it as CSV UTF-8")


def _texts(cells: Sequence[str]) -> list[str]:
    return [cell.removeprefix("'") for cell in cells]
