"""`c360 rules export` and `import`: to a spreadsheet and back, to DMN, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from rules.engine.dmn_reading import read_dmn
from rules.engine.formatting import formatted
from rules.engine.rule_file import load_rule_set
from server.commands.rule_files import LIBRARY
from tests.rules.chain_writing import CARE_HEAD, CARE_RULES
from tests.rules.writing import rule_text
from tests.server.running_cli import c360

FEES = formatted(rule_text(), "fees.yaml")
TABLES = sorted(
    path
    for path in LIBRARY.rglob("*.yaml")
    if not path.stem.endswith("_test") and "\ntable: |" in path.read_text("utf-8")
)


@pytest.fixture
def fees(tmp_path) -> Path:
    """A rule file that is lined up."""
    path = tmp_path / "fees.yaml"
    path.write_text(FEES, "utf-8")
    return path


def test_every_shipped_table_comes_back_byte_for_byte(capsys, tmp_path):
    assert TABLES
    for path in TABLES:
        copy, sheet, book = (tmp_path / name for name in ("copy.yaml", "t.csv", "t.xlsx"))
        copy.write_bytes(path.read_bytes())

        ran = [
            c360(capsys, "rules", "export", str(path), "--to", "csv", "-o", str(sheet)),
            c360(capsys, "rules", "export", str(path), "--to", "xlsx", "-o", str(book)),
            c360(capsys, "rules", "import", str(sheet), "--into", str(copy)),
            c360(capsys, "rules", "import", str(book), "-o", str(tmp_path / "new.yaml")),
        ]

        assert [(each.code, each.err) for each in ran] == [(0, "")] * 4
        assert copy.read_bytes() == (tmp_path / "new.yaml").read_bytes() == path.read_bytes()


def test_a_number_typed_in_a_workbook_changes_the_rule_and_nothing_else(capsys, fees):
    c360(capsys, "rules", "export", str(fees), "--to", "xlsx")
    book = load_workbook(fees.with_suffix(".xlsx"))
    book["table"]["D4"] = 6
    book.save(fees.with_suffix(".xlsx"))

    ran = c360(capsys, "rules", "import", str(fees.with_suffix(".xlsx")), "--into", str(fees))

    assert (ran.code, ran.err) == (0, "")
    assert fees.read_text("utf-8") == FEES.replace("| 5            |", "| 6            |") != FEES


def test_a_slip_is_told_by_its_cell_and_nothing_is_written(capsys, fees):
    sheet = fees.with_suffix(".csv")
    c360(capsys, "rules", "export", str(fees), "--to", "csv")
    sheet.write_text(sheet.read_text("utf-8-sig").replace("VIP", "VPI", 1), "utf-8")

    ran = c360(capsys, "rules", "import", str(sheet), "--into", str(fees))

    assert ran.code == 1
    assert "fees.csv:2:3: C2 grade: VPI is not a value of grade (did you mean VIP?)" in ran.err
    assert fees.read_text("utf-8") == FEES
    assert sorted(each.name for each in fees.parent.iterdir()) == ["fees.csv", "fees.yaml"]


def test_dmn_is_written_so_that_it_reads_the_same(capsys, fees):
    ran = c360(capsys, "rules", "export", str(fees), "--to", "dmn")

    assert ran.code == 0
    assert "are not in it" in ran.err
    rows = read_dmn(fees.with_suffix(".dmn").read_bytes())["fees"].rows
    assert [row.id for row in rows] == list(load_rule_set(fees).rows)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("import", "fees.csv"), 2, "fees.csv holds rows only"),
        (("import", "fees.xlsx"), 2, "fees.yaml is there already"),
        (("import", "fees.yaml"), 2, "is no .csv, .xlsx or .dmn"),
        (("import", "none.csv", "--into", "fees.yaml"), 1, "none.csv cannot be read"),
        (("export", "fees.yaml", "--to", "csv", "-o", "fees.yaml"), 2, "is the rule file itself"),
        (("export", "fees.yaml", "--to", "csv", "-o", "none/fees.csv"), 1, "cannot be written"),
        (("export", "chain.yaml", "--to", "xlsx"), 2, "has rules that chain"),
        (("import", "broken.xlsx", "--into", "fees.yaml"), 1, "this is no XLSX workbook"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(capsys, fees, monkeypatch, arguments, code, told):
    monkeypatch.chdir(fees.parent)
    Path("chain.yaml").write_text(CARE_HEAD + CARE_RULES, "utf-8")
    Path("broken.xlsx").write_bytes(b"no workbook")
    for form in ("csv", "xlsx"):
        c360(capsys, "rules", "export", "fees.yaml", "--to", form)

    ran = c360(capsys, "rules", *arguments)

    assert ran.code == code
    assert told in ran.err
    assert fees.read_text("utf-8") == FEES
