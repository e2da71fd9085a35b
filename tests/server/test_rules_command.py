"""`c360 rules`: lining up files, and running their cases."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from server.commands.rule_files import LIBRARY
from tests.rules.writing import CASES, rule_text
from tests.server.running_cli import c360

LIBRARY_FILES = sorted(path for path in LIBRARY.rglob("*.yaml") if not path.stem.endswith("_test"))


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with a rule set and its cases."""
    (tmp_path / "fees.yaml").write_text(rule_text(), "utf-8")
    (tmp_path / "fees_test.yaml").write_text(CASES, "utf-8")
    return tmp_path


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_the_shipped_rule_sets_pass_their_cases_and_every_row_has_one(capsys):
    ran = c360(capsys, "rules", "test", "--all-rows")

    assert (ran.code, ran.err) == (0, "")
    assert len(ran.out.splitlines()) == len(LIBRARY_FILES) > 0
    for line in ran.out.splitlines():
        assert re.fullmatch(r"\w+ \(\w+\): (\d+) of \1 cases pass, (\d+) of \2 rows covered", line)


def test_the_shipped_rule_sets_are_lined_up(capsys):
    assert c360(capsys, "rules", "fmt", "--check") == (0, "", "")


@pytest.mark.parametrize("named", ["fees.yaml", "fees_test.yaml", "."])
def test_cases_are_found_by_the_rule_file_by_their_own_name_and_by_the_folder(capsys, folder, named):
    ran = c360(capsys, "rules", "test", str(folder / named))

    assert (ran.code, ran.out) == (0, "fees (收费): 4 of 4 cases pass, 3 of 3 rows covered\n")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{fee: 0, row: vip}", "{fee: 1}", "expected fee 1, and got 0"),
        ("row: high", "row: rest", "expected row rest, and got high"),
        ("{fee: 5, rows: [rest]}", "{error: MISSING_FACT}", "expected the error MISSING_FACT, and got none"),
        ("{fee: 5, rows: [rest]}", "{results: [{fee: 6}]}", "expected [{fee: 6}], and got [{fee: 5}]"),
        ("{error: MISSING_FACT}", "{fee: 5}", "MISSING_FACT: grade is not known"),
        ("{error: MISSING_FACT}", "{error: WRONG_TYPE}", "expected the error WRONG_TYPE, and got MISSING_FACT"),
    ],
)
def test_a_case_that_fails_is_told_with_its_line(capsys, folder, old, new, told):
    rewrite(folder / "fees_test.yaml", old, new)
    line = 1 + next(at for at, text in enumerate(CASES.splitlines()) if old in text)

    ran = c360(capsys, "rules", "test", str(folder))

    assert ran.code == 1
    assert "3 of 4 cases pass" in ran.out
    assert f"fees_test.yaml:{line}: " in ran.out
    assert told in ran.out


def test_rows_that_no_case_needs_are_named(capsys, folder):
    rewrite(folder / "fees_test.yaml", "  - {name: much, given: {amount: 1万}, expect: {fee: 100, row: high}}\n", "")

    ran = c360(capsys, "rules", "test", str(folder))
    strict = c360(capsys, "rules", "test", str(folder), "--all-rows")

    assert (ran.code, strict.code) == (0, 1)
    assert ran.out.endswith("2 of 3 rows covered\n  no case needs: high\n")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("rule_set: fees", "rule_set: fee", ":1:11: the rule set beside this file is fees"),
        ("clock: 2026-05-01T09:00:00+08:00", "clock: 2026-05-01", ":2:8: an instant is expected here"),
        ("clock: 2026", "clock: 2030", ":2:8: fees is not in effect on 2030-05-01"),
        ("{amount: 100,", "{amuont: 100,", ":3:9: amuont is not a fact of fees (did you mean amount?)"),
        ("row: vip", "row: vpi", "there is no row vpi (did you mean vip?)"),
        ("{fee: 0,", "{fees: 0,", "fees is not an output of fees (did you mean fee?)"),
        ("error: MISSING_FACT", "error: MISSING", "MISSING is not an error"),
        ("name: much", "name: VIP", "a case VIP is here twice, first in line 5"),
        ("amount: 1万", "amount: 1斤", "斤 is not a unit of amount"),
        ("fee: 0", "fee: nothing", "nothing"),
        ("expect: {fee: 0, row: vip}", "expect: {}", "a case expects something"),
        ("cases:", "case:", "the key cases is missing"),
        ("given: {grade: VIP}", "give: {grade: VIP}", "the key give is not known here (did you mean given?)"),
    ],
)
def test_cases_that_cannot_be_read_are_told_with_their_place(capsys, folder, old, new, told):
    rewrite(folder / "fees_test.yaml", old, new)

    ran = c360(capsys, "rules", "test", str(folder))

    assert (ran.code, ran.out) == (1, "")
    assert told in ran.err


def test_the_clock_gives_today_and_now_to_a_rule_set_that_reads_them(capsys, folder):
    text = rule_text().replace("  grade: {", "  today: {type: date}\n  now: {type: instant}\n  grade: {")
    for old, new in (
        ("| amount  |", "| amount  | today | now |"),
        ("| -       | VIP", '| -       | > 2026-04-30 | < @"2026-05-01T01:00:01Z" | VIP'),
        ("| >= 1000 |", "| >= 1000 | - | - |"),
        ("| -       | not", "| -       | - | - | not"),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "fees.yaml").write_text(text, "utf-8")

    ran = c360(capsys, "rules", "test", str(folder))

    assert (ran.code, ran.out) == (0, "fees (收费): 4 of 4 cases pass, 3 of 3 rows covered\n")


def test_a_rule_set_without_cases_says_where_to_write_them(capsys, folder):
    (folder / "fees_test.yaml").unlink()

    ran = c360(capsys, "rules", "test", str(folder))

    assert ran.code == 1
    assert "there are no cases for fees. Write them in fees_test.yaml, beside it" in ran.err


def test_as_json_a_program_reads_the_same(capsys, folder):
    rewrite(folder / "fees_test.yaml", "{fee: 0, row: vip}", "{fee: 1}")
    (folder / "broken.yaml").write_text(rule_text().replace(">= 1000", "=> 1000"), "utf-8")

    ran = c360(capsys, "rules", "test", str(folder), "--json")

    told = json.loads(ran.out)
    assert (ran.code, ran.err) == (1, "")
    [rule_set] = told["rule_sets"]
    assert (rule_set["rule_set"], rule_set["rows"], rule_set["uncovered"]) == ("fees", ["vip", "high", "rest"], [])
    assert [case["differences"] for case in rule_set["cases"]] == [["expected fee 1, and got 0"], [], [], []]
    [problem] = told["problems"]
    assert (Path(problem["path"]).name, problem["line"], problem["cell"]) == ("broken.yaml", 14, "amount")


def test_fmt_lines_up_what_is_crooked_and_keeps_all_else(capsys, folder):
    path = folder / "fees.yaml"
    crooked = path.read_bytes().replace(b"| rest | -       |", b"|rest|-|").replace(b"\n", b"\r\n")
    path.write_bytes(b"\xef\xbb\xbf# note\r\n" + crooked)
    path.chmod(0o640)

    checked = c360(capsys, "rules", "fmt", "--check", str(path))
    unchanged = path.read_bytes()
    written = c360(capsys, "rules", "fmt", str(path))
    again = c360(capsys, "rules", "fmt", "--check", str(path))

    assert (checked.code, checked.out) == (1, f"{path} would change\n")
    assert b"|rest|-|" in unchanged
    assert (written.code, written.out) == (0, f"{path} lined up\n")
    assert again == (0, "", "")
    assert path.read_bytes().replace(b" ", b"") == unchanged.replace(b" ", b"")
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in folder.iterdir() if each.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("| vip  | -       |", "| vip  |", "the rows have different numbers of cells; `c360 rules test` says where"),
        ("owner: ", "owner: *x", "aliases * are not allowed"),
    ],
)
def test_fmt_leaves_a_file_that_it_cannot_take_apart(capsys, folder, old, new, told):
    rewrite(folder / "fees.yaml", old, new)
    before = (folder / "fees.yaml").read_bytes()

    ran = c360(capsys, "rules", "fmt", str(folder / "fees.yaml"))

    assert ran.code == 1
    assert told in ran.err
    assert (folder / "fees.yaml").read_bytes() == before


@pytest.mark.parametrize("verb", ["fmt", "test"])
@pytest.mark.parametrize("named", ["nothing.yaml", "empty"])
def test_a_file_that_is_not_there_is_wrong_use(capsys, tmp_path, verb, named):
    (tmp_path / "empty").mkdir()

    ran = c360(capsys, "rules", verb, str(tmp_path / named))

    assert ran.code == 2
    assert "There " in ran.err
