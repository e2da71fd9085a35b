"""Tables as spreadsheets and back: nothing is lost, nothing is calculated, and hostile files are refused in words."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from rules.engine.sheet import SheetError, grid_of, parts_of, place, text_with
from rules.engine.sheet_csv import read_csv, write_csv
from rules.engine.sheet_xlsx import parts_from, read_xlsx, write_xlsx
from tests.rules.writing import rule_text

ODD = (
    "=1+1",
    "+1",
    "@x",
    "-3",
    "-",
    "'",
    "''x",
    "007",
    "2026-01-31",
    "1-2",
    "1E5",
    "5%",
    "true",
    'say "a, b"',
    "Mar 5",
)
CELLS = st.one_of(
    st.sampled_from(ODD),
    st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters='|"'), max_size=9),
)
PARTS = parts_of(rule_text(), "fees.yaml")
HEADING = ["row", "amount", "=> fee"]


@st.composite
def grids(draw):
    """Grids as tables have them: a heading, rows of its width whose last cell is not empty, comments, empty lines."""
    row = st.tuples(CELLS.filter(lambda cell: cell[:1] not in ("", "#")), CELLS, CELLS.filter(bool)).map(list)
    line = st.one_of(row, st.just([]), CELLS.map(lambda cell: [f"# {cell}".strip()]))
    return [HEADING, *draw(st.lists(line, max_size=8)), ["last", "-", "1"]]


@settings(deadline=None)
@given(grids())
def test_what_goes_out_as_csv_or_xlsx_comes_back_the_same(grid):
    lines = parts_of(text_with(PARTS, grid), "fees.yaml")
    kept = grid_of(lines)

    from_csv, encoding = read_csv(write_csv(kept))
    from_xlsx, head = read_xlsx(write_xlsx(lines, kept))

    assert (kept, encoding) == (grid, "utf-8-sig")
    assert text_with(lines, from_csv) == text_with(lines, from_xlsx) == text_with(PARTS, grid)
    assert text_with(parts_from(head), from_xlsx) == text_with(PARTS, grid)


def test_no_cell_of_a_workbook_is_a_formula_or_anything_but_text():
    grid = [HEADING, ["a", "=1+1", "@SUM(A1)"]]

    book = load_workbook(io.BytesIO(write_xlsx(PARTS, grid)))

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}
    assert book["table"]["B2"].value == "=1+1"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-3", "@x", "007", "2026-01-31", "1-2", "1E5", "true", "'x", "＝1"])
def test_a_csv_has_an_apostrophe_before_what_a_spreadsheet_would_change(cell):
    assert write_csv([[cell]]).decode("utf-8-sig") == f"'{cell}\r\n"


def workbook(*values, form="General") -> bytes:
    book = Workbook()
    book.active.append(["row", *["x"] * len(values)])
    book.active.append(["a", *values])
    for cell in book.active[2][1:]:
        if form != "General":
            cell.number_format = form
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("value", "form", "read"),
    [
        (5, "General", "5"),
        (0.1 + 0.2, "General", "0.3"),
        (1e-7, "General", "0.0000001"),
        (0.07, "0%", "7%"),
        (0.125, "0.0%", "12.5%"),
        (True, "General", "true"),
        (dt.date(2026, 1, 31), "yyyy-mm-dd", "2026-01-31"),
        (dt.time(9, 30), "hh:mm", '@"09:30:00"'),
    ],
)
def test_what_somebody_typed_in_a_spreadsheet_is_read_with_its_meaning(value, form, read):
    grid, head = read_xlsx(workbook(value, form=form))

    assert (grid[1], head) == (["a", read], None)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("=1+1", "B2: a formula"),
        (dt.datetime(2026, 1, 31, 9, 30), "B2: a moment"),  # noqa: DTZ001 # spreadsheets know no zones
        (10**15, "B2: a number of more than 15 digits"),
    ],
)
def test_a_cell_without_a_sure_meaning_is_refused_by_its_name(value, told):
    with pytest.raises(SheetError, match=told):
        read_xlsx(workbook(value))


@pytest.mark.parametrize(
    ("encoding", "separator"), [("utf-8", ","), ("utf-8-sig", ";"), ("gb18030", ","), ("gbk", ";"), ("utf-16", "\t")]
)
def test_csv_is_read_in_the_encodings_of_a_chinese_excel(encoding, separator):
    text = f"row{separator}=> 费用\r\n贵宾{separator}免费\r\n"

    assert read_csv(text.encode(encoding))[0] == [["row", "=> 费用"], ["贵宾", "免费"]]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"x" * 2_000_001, "bytes large"),
        (b"row,\xff\xff", "Save it as CSV UTF-8"),
        (b"row\0", "zero bytes"),
        (b'row,"open', "line 1: this is no CSV"),
        (b"row\n" * 10_001, "more than 10,000 lines"),
    ],
)
def test_what_is_no_csv_is_refused_in_words(data, told):
    with pytest.raises(SheetError, match=told):
        read_csv(data)


def laid_out(change) -> bytes:
    """A workbook of two columns and two rows whose sheet was changed."""
    book = load_workbook(io.BytesIO(workbook("x")))
    change(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def hide_row(sheet, number=2):
    sheet.row_dimensions[number].hidden = True


def hide_columns(sheet, first="B", last="B"):
    sheet.column_dimensions.group(first, last, hidden=True)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda sheet: sheet.merge_cells("A2:B2"), "A2:B2: these cells are merged"),
        (lambda sheet: sheet.merge_cells("B1:D9"), "B1:D9: these cells are merged"),
        (hide_row, "row 2 is hidden"),
        (hide_columns, "column B is hidden"),
        (lambda sheet: hide_columns(sheet, "A", "Z"), "column A is hidden"),
    ],
)
def test_what_cannot_be_seen_of_the_table_is_refused_by_its_name(change, told):
    with pytest.raises(SheetError) as refused:
        read_xlsx(laid_out(change))

    assert str(refused.value).startswith(told)


def test_a_table_in_a_hidden_sheet_is_refused():
    def hide(sheet):
        sheet.title = "table"
        sheet.parent.create_sheet("notes")
        sheet.parent.active = 1
        sheet.sheet_state = "hidden"

    with pytest.raises(SheetError, match="the sheet table is hidden"):
        read_xlsx(laid_out(hide))


@pytest.mark.parametrize(
    "change",
    [
        lambda sheet: sheet.merge_cells("D1:E9"),
        lambda sheet: sheet.merge_cells("A3:B4"),
        lambda sheet: hide_row(sheet, 9),
        lambda sheet: hide_columns(sheet, "C", "ZZ"),
    ],
)
def test_what_is_hidden_or_merged_outside_of_the_table_does_not_matter(change):
    grid, _ = read_xlsx(laid_out(change))

    assert [cells for cells in grid if cells] == [["row", "x"], ["a", "x"]]


def repacked(change) -> bytes:
    """A workbook whose first sheet's XML was changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook("x"))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name.endswith("sheet1.xml") else data)
    return out.getvalue()


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


HUGE = b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
NARROW = b'<cols><col min="2" max="2" width="0"/></cols><sheetData>'


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"x" * 10_000_000, "bytes large"),
        (b"no workbook", "this is no XLSX"),
        (repacked(lambda data: data + b" " * 20_000_000), "unpacks to"),
        (repacked(lambda data: BOMB + data), "EntitiesForbidden"),
        (repacked(lambda data: OUTSIDE + data), "EntitiesForbidden"),
        (repacked(lambda data: data[:200]), "ParseError"),
        (repacked(lambda data: data.replace(b"<sheetData>", NARROW)), "column B is hidden"),
        (repacked(lambda data: data.replace(b'<row r="2"', b'<row ht="0" r="2"')), "row 2 is hidden"),
        (repacked(lambda data: data.replace(b"</sheetData>", HUGE)), "XFD1048576: these cells are merged"),
        (repacked(lambda data: data.replace(b"</sheetData>", HUGE.replace(b"XFD", b"?"))), "no XLSX workbook that"),
        (repacked(lambda data: data.replace(b'r="2"', b'r="1048576"')), "more than 10,000 rows"),
        (workbook(*["x"] * 131), "EA1: more than 130 columns"),
    ],
)
def test_a_hostile_or_broken_workbook_is_refused_in_words(data, told):
    with pytest.raises(SheetError, match=told):
        read_xlsx(data)


@pytest.mark.parametrize(
    ("grid", "told"),
    [
        ([], "A1: the heading"),
        ([["#"], ["x"]], "A2: the heading"),
        ([HEADING, ["a", "b\nc", "1"]], "B2: a cell is one line"),
        ([HEADING, ["a", "b|c", "1"]], "B2: | outside"),
        ([HEADING, ["a", 'b"', "1"]], "B2: | outside"),
        ([HEADING, ["a", "-", "1", "more"]], "D2: this cell has no heading"),
    ],
)
def test_what_a_table_cannot_hold_is_refused_by_its_cell(grid, told):
    with pytest.raises(SheetError) as refused:
        text_with(PARTS, grid)

    assert str(refused.value).startswith(told)


def test_cells_have_the_names_that_spreadsheets_give_them():
    assert [place(0, 0), place(6, 1), place(0, 25), place(0, 26), place(9, 701)] == ["A1", "B7", "Z1", "AA1", "ZZ10"]
