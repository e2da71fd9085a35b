"""A rule file as a workbook and back: its table in one sheet, all texts; the lines around it in a second one."""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import IllegalCharacterError

from rules.engine.sheet import MOST_LINES, MOST_WIDE, Grid, Parts, SheetError, place
from rules.engine.sheet_layout import check_layout, layout_of
from rules.engine.yaml_tree import MOST_BYTES

TABLE: Final = "table"
HEAD: Final = "head"
_MOST_UNPACKED: Final = 20_000_000
_MOST_PARTS: Final = 200
_LONGEST: Final = 32_767
"""Characters that a spreadsheet keeps in a cell."""
_MOST_EXACT: Final = 10**15
"""From here on a spreadsheet has lost digits of a whole number."""


def write_xlsx(parts: Parts, grid: Grid) -> bytes:
    """The workbook. Every cell is text, so that nothing is calculated or converted.

    Raises:
        SheetError: a line is too long for a cell, or holds a control character.
    """
    book = Workbook(write_only=True)
    _write_sheet(book, TABLE, grid)
    lines = (line.removesuffix("\r") for line in (*parts.before, *parts.after))
    _write_sheet(book, HEAD, [[line] if line else [] for line in lines])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_sheet(book: Workbook, title: str, grid: Grid) -> None:
    sheet = book.create_sheet(title)
    for number, cells in enumerate(grid):
        try:
            sheet.append([_text_cell(sheet, cell) for cell in cells])
        except (IllegalCharacterError, SheetError):
            message = f"sheet {title}, line {number + 1}: a control character or more than {_LONGEST:,} characters"
            raise SheetError(message) from None


def _text_cell(sheet: Any, text: str) -> Any:
    if len(text) > _LONGEST:
        raise SheetError("too long")
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"  # a text that begins with = is no formula here
    cell.number_format = "@"
    cell.quotePrefix = True
    return cell


def read_xlsx(data: bytes) -> tuple[Grid, list[str] | None]:
    """The cells of the sheet `table` (else of the first sheet), and the lines of the sheet `head` if there is one.

    Macros are never run.

    Raises:
        SheetError: it is no workbook, too large, a cell is a formula or something that has no sure meaning, or what
            the table has cannot all be seen: rows, columns or the sheet are hidden, or cells are merged.
    """
    _check_size(data)
    try:
        return _sheets(data)
    except SheetError:
        raise
    except Exception as error:  # noqa: BLE001 # of a broken file openpyxl lets any error through
        cause = error.__cause__ or error
        if isinstance(cause, DefusedXmlException | ParseError):
            raise SheetError(f"the workbook holds XML that is not read ({type(cause).__name__})") from None
        raise SheetError(f"this is no XLSX workbook that can be read ({type(error).__name__})") from None


def _sheets(data: bytes) -> tuple[Grid, list[str] | None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of formats and checks of input, which do not matter here
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        names = [sheet.title for sheet in book.worksheets]
        if not names:
            raise SheetError("the workbook holds no sheet of cells")
        grid = _seen(book, book[TABLE if TABLE in names else names[0]])
        head = [(cells[0] if cells else "") for cells in _rows(book[HEAD])] if HEAD in names else None
        book.close()
    return grid, head


def _seen(book: Any, sheet: Any) -> Grid:
    """The cells of a sheet, all of which can be seen."""
    grid = list(_rows(sheet))
    if sheet.sheet_state != "visible":
        raise SheetError(f"the sheet {sheet.title} is hidden. Show it: what one does not see must not decide")
    with book._archive.open(sheet._worksheet_path) as part:  # noqa: SLF001 # reading cells, it passes over the layout
        check_layout(layout_of(part), grid)
    return grid


def _check_size(data: bytes) -> None:
    """See that it is a workbook of bounded size before anything of it is unpacked."""
    if len(data) > MOST_BYTES:
        raise SheetError(f"the file is {len(data):,} bytes large; at most {MOST_BYTES:,} are read")
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise SheetError("this is no XLSX workbook, or a password protects it. Save it as .xlsx without") from None
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _MOST_UNPACKED or len(parts) > _MOST_PARTS:
        raise SheetError(f"the workbook unpacks to {unpacked:,} bytes in {len(parts)} parts, which is too much")


def _rows(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_WIDE + 1)):
        if number >= MOST_LINES:
            raise SheetError(f"sheet {sheet.title}: more than {MOST_LINES:,} rows. Delete those that are not needed")
        found = [_text(cell, number, column) for column, cell in enumerate(cells)]
        if len(found) > MOST_WIDE and found[MOST_WIDE]:
            raise SheetError(f"{place(number, MOST_WIDE)}: more than {MOST_WIDE} columns")
        while found and not found[-1]:
            found.pop()
        yield found


def _text(cell: Any, number: int, column: int) -> str:
    value = cell.value
    try:
        if cell.data_type in ("f", "e"):
            raise SheetError("a formula or its error. Paste the value in its place")
        return _written(value, str(cell.number_format) if isinstance(value, int | float) else "")
    except SheetError as error:
        raise SheetError(f"{place(number, column)}: {error}") from None


def _written(value: object, form: str) -> str:
    """A value that somebody typed into a spreadsheet as cells of rule files have it."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(value, form)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.time) and not value.microsecond:
        return f'@"{value.isoformat()}"'
    raise SheetError("a moment or a length of time, whose meaning is not sure. Write it as text, in the words of cells")


def _number(value: float, form: str) -> str:
    if abs(value) >= _MOST_EXACT:
        raise SheetError("a number of more than 15 digits, of which spreadsheets lose some. Format the cell as text")
    exact = Decimal(f"{value:.15g}")  # as many digits as a spreadsheet shows
    return f"{_plain(exact * 100)}%" if "%" in form else _plain(exact)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) if number else "0"


def parts_from(head: Sequence[str]) -> Parts:
    """The lines around the table, as the sheet `head` has them.

    Raises:
        SheetError: no line of it begins the table.
    """
    lines = list(head)
    at = next((number for number, line in enumerate(lines) if line.startswith("table:")), None)
    if at is None:
        raise SheetError("the sheet head has no line `table: |`. Add it, or give the rule file with --into")
    after = lines[at + 1 :]
    return Parts(tuple(lines[: at + 1]), (), tuple(after) if after else ("",))
