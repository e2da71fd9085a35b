"""Files that are broken in their build are refused as a whole, with the line and the cure, and leave nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from resolvers.importing import RejectFileError, UnknownSourceError, UnreadableFileError
from store.customer import CustomerRow

pytestmark = pytest.mark.anyio

HEADER = "code,kind,name,country\n"
GOOD = "C-1,PERSON,Ann,FR\n"
DEEP = '{"code": ' + "[" * 100_000


@pytest.mark.parametrize(
    ("content", "line", "reason", "cure"),
    [
        ("", 1, "the file has no header", "The columns are: code, kind"),
        ("code;kind;name\n", 1, "the header lacks code, kind, name", "The columns are"),
        ("code,kind\n" + GOOD, 1, "the header lacks name", "The columns are"),
        ("code,kind,name,code\n", 1, "the column 'code' stands twice", "Remove one"),
        ("code,kind,name,cuntry\n", 1, "there is no column 'cuntry'; did you mean 'country'?", "The columns are"),
        (HEADER.encode() + b"C-1,PERSON,Ren\xe9,FR\n", 2, "byte 15 of the line (0xe9) is not UTF-8", "as UTF-8"),
        (HEADER + GOOD + "C-2,PERSON,\0,FR\n", 3, "byte 12 of the line is NUL", "Remove the NUL"),
        ((HEADER + GOOD).encode("utf-16"), None, "is UTF-16", "as UTF-8"),
        (b"PK\x03\x04 sheet", None, "is a ZIP archive or an Excel workbook", "as CSV"),
        (b"\x1f\x8b\x08", None, "is compressed with gzip", "Unpack"),
        (HEADER + GOOD + 'C-2,PERSON,"Bob,FR\n' + GOOD * 3, 3, "is not closed", "Close it"),
        (HEADER + 'C-2,PERSON,"Bob,FR\n' + GOOD * 20_000, 2, "is not closed", "Close it"),
        (HEADER + GOOD + 'C-2,PERSON,"Bob" B,FR\n', 3, "text follows a closing quote", "twice"),
        (HEADER + GOOD + "C-2,PER", 3, "the file ends within this row", "whole file"),
        (HEADER + "C-1,PERSON," + "x" * 1_000_000 + "\n", 2, "is longer than 1000000 bytes", "text table"),
    ],
)
async def test_a_broken_csv_file_is_refused_as_a_whole(desk, content, line, reason, cure):
    with pytest.raises(UnreadableFileError) as refused:
        await desk.text("customers", content)

    assert refused.value.line == line
    assert reason in refused.value.reason
    assert cure in refused.value.cure
    assert cure in str(refused.value)
    assert await desk.counts() == {}
    assert not desk.rejects.exists()


@pytest.mark.parametrize("ending", ['{"code": "C-2", "kind"', "nonsense", "{} {}", DEEP])
async def test_a_broken_jsonl_file_is_refused_as_a_whole(desk, ending):
    good = json.dumps({"code": "C-1", "kind": "PERSON", "name": "Ann"})

    with pytest.raises(UnreadableFileError, match="line 2: is not JSON"):
        await desk.text("customers", f"{good}\n{ending}", name="rows.jsonl")

    assert await desk.counts() == {}


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf" + (HEADER + GOOD).encode(), (HEADER + GOOD).replace("\n", "\r\n")])
async def test_marks_and_line_ends_of_other_systems_are_welcome(desk, content):
    await desk.text("customers", content)

    assert await desk.one(sa.select(CustomerRow.code, CustomerRow.country)) == ("C-1", "FR")


@pytest.mark.parametrize(
    "content", [HEADER + GOOD.rstrip(), HEADER + "\n\n" + GOOD + "\n", HEADER.replace(",", " , ") + GOOD]
)
async def test_blank_lines_spaces_and_a_missing_last_line_end_do_no_harm(desk, content):
    report = await desk.text("customers", content)

    assert (report.counts["customer"].created, report.rows_refused) == (1, 0)


async def test_lines_are_counted_where_cells_hold_line_ends(desk):
    note = 'C-1,PERSON,Ann,"{}"\n'.format("x\n" * 3)

    await desk.text("customers", "code,kind,name,note\n" + note + "C-2,ROBOT,Bob,\n")

    assert [row[0] for row in desk.refused()] == [6]


async def test_a_row_with_too_few_or_too_many_cells_is_refused_alone(desk):
    await desk.text("customers", HEADER + "C-1,PERSON\n" + GOOD + "C-3,PERSON,Bob, the builder,GB\n")

    assert [row[:3] for row in desk.refused()] == [(2, "", "C-1,PERSON"), (4, "", "C-3,PERSON,Bob, the builder,GB")]
    assert desk.refused()[0][3] == "has 2 cells where the header has 4; quote cells with commas"


@pytest.mark.parametrize(
    ("line", "column", "value", "reason"),
    [
        ("[1]", "", "[1]", "is no JSON object; write {...} with a name for each value"),
        ('{"code": ["C-2"]}', "", "code", "'code' holds a list or an object; write text, a number or a truth value"),
        ('{"code": "C-2", "kind": "PERSON", "name": "\\ud800"}', "name", "\\ud800", "half of a character"),
        ('{"code": "C-2", "kind": "PERSON", "name": "a\\u0000b"}', "name", "a\\x00b", "control character U+0000"),
        ('{"code": "C-2", "kind": "PERSON", "name": "B", "\\ud800": 1}', "\\ud800", "1", "there is no column"),
        ('{"code": "C-2", "kind": "PERSON", "name": "B", "contry": "F"}', "contry", "F", "did you mean 'country'?"),
        ('{"code": "C-2", "kind": "PERSON", "name": null}', "name", "", "is required"),
        ('{"code": "C-2", "kind": "PERSON"}', "name", "", "is required"),
    ],
)
async def test_an_object_that_says_what_it_cannot_is_refused_alone(desk, line, column, value, reason):
    good = json.dumps({"code": "C-1", "kind": "PERSON", "name": "Ann"})

    await desk.text("customers", f"{good}\n\n{line}\n", name="rows.jsonl")

    ((number, where, shown, why),) = desk.refused()
    assert (number, where, shown) == (3, column, value)
    assert reason in why
    assert await desk.one(sa.select(CustomerRow.code)) == ("C-1",)


async def test_numbers_and_truth_values_of_json_are_taken_as_written(desk):
    row = (
        '{"code": 17, "kind": "person", "name": 3.50, "credit_limit": 99.50, "currency": "EUR", "credit_blocked": true}'
    )

    report = await desk.text("customers", row, name="rows.ndjson")

    assert report.rows_refused == 0
    assert await desk.one(sa.select(CustomerRow.code, CustomerRow.name)) == ("17", "3.50")


@pytest.mark.parametrize(
    ("name", "reason"), [("rows.xlsx", "its name ends in '.xlsx'"), ("rows", "its name has no ending")]
)
async def test_a_name_without_a_known_ending_is_refused(desk, name, reason):
    with pytest.raises(UnreadableFileError, match=reason):
        await desk.text("customers", HEADER, name=name)


async def test_a_file_that_is_not_there_or_a_folder_is_refused(desk):
    with pytest.raises(UnreadableFileError, match="cannot be opened: No such file"):
        await desk.file("customers", desk.folder / "missing.csv")
    with pytest.raises(UnreadableFileError, match="cannot be opened: Is a directory"):
        await desk.file("cdnow", desk.folder)


async def test_an_unknown_source_is_refused(desk):
    with pytest.raises(UnknownSourceError, match=r"there is no source 'clients'. The sources are: servicenow, cfpb"):
        await desk.file("clients", desk.folder / "x.csv")


async def test_when_the_reject_file_cannot_be_written_nothing_is_imported(desk):
    desk.rejects = Path(desk.folder, "missing", "rejects.csv")

    with pytest.raises(RejectFileError, match="cannot be written: No such file"):
        await desk.text("customers", HEADER + GOOD + "C-2,ROBOT,Bob,FR\n")

    assert await desk.counts() == {}


async def test_a_long_refused_value_is_cut_in_the_reject_file(desk):
    await desk.text("customers", HEADER + f"C-1,{'x' * 500},Ann,FR\n")

    assert desk.refused()[0][2] == "x" * 199 + "…"


async def test_a_header_alone_is_an_empty_import(desk):
    report = await desk.text("customers", HEADER)

    assert (report.changes, report.rows_refused) == (0, 0)
    assert await desk.counts() == {}
