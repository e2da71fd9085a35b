"""`c360 rules check` and `c360 rules diff`: what they print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from server.commands.rule_files import LIBRARY
from tests.rules.chain_writing import CARE_HEAD, CARE_RULES
from tests.rules.writing import TABLE, rule_text
from tests.server.running_cli import c360


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")


@pytest.fixture
def fees(tmp_path) -> Path:
    path = tmp_path / "fees.yaml"
    path.write_text(rule_text(TABLE.replace("not(VIP)", "NORMAL")), "utf-8")
    return path


def test_the_shipped_rule_sets_are_sound(capsys):
    ran = c360(capsys, "rules", "check", "--json")

    assert (ran.code, ran.err) == (0, "")
    told = json.loads(ran.out)
    shipped = [path for path in LIBRARY.rglob("*.yaml") if not path.stem.endswith("_test")]
    assert len(told["rule_sets"]) == len(shipped)
    found = [finding for each in told["rule_sets"] for finding in each["findings"]]
    assert [finding for finding in found if finding["severity"] != "warning"] == []


def test_a_gap_is_told_with_its_region_and_facts_that_show_it(capsys, fees):
    ran = c360(capsys, "rules", "check", str(fees))

    assert ran.code == 1
    assert ran.out.startswith("fees (收费): 1 error\n")
    for told in ("no row takes these facts", "amount < 1000, null; grade KEY", "that is all", "answer: nothing"):
        assert told in ran.out


def test_findings_are_printed_as_json(capsys, fees):
    ran = c360(capsys, "rules", "check", "--json", str(fees))

    [rule_set] = json.loads(ran.out)["rule_sets"]
    [finding] = rule_set["findings"]
    assert (ran.code, rule_set["errors"]) == (1, 1)
    assert (finding["kind"], finding["severity"], finding["is_all"]) == ("gap", "error", True)
    assert finding["regions"] == [{"amount": "< 1000, null", "grade": '"KEY"'}]
    assert finding["witness"] == {"amount": "0", "grade": "KEY"}


def test_warnings_do_not_fail(capsys, fees):
    fees.write_text(rule_text(policy="RULE ORDER", table=TABLE.replace("not(VIP)", "NORMAL")), "utf-8")

    ran = c360(capsys, "rules", "check", str(fees))
    assert (ran.code, ran.out.splitlines()[0]) == (0, "fees (收费): 1 warning")


def test_a_file_that_cannot_be_read_is_told(capsys, fees):
    fees.write_text("rule_set: fees\n", "utf-8")

    for arguments in (("check", str(fees)), ("diff", str(fees), str(fees))):
        ran = c360(capsys, "rules", *arguments)
        assert ran.code == 1
        assert "the key title is missing" in ran.err


def test_two_versions_are_compared_in_words(capsys, tmp_path, fees):
    after = tmp_path / "after.yaml"
    after.write_text(rule_text(TABLE.replace("not(VIP)", "NORMAL").replace(">= 1000", ">= 2000")), "utf-8")

    ran = c360(capsys, "rules", "diff", str(fees), str(after))

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("row high: amount >= 1000 → >= 2000\nthey answer differently\n")
    for told in ("amount [1000..2000); grade KEY", "{amount: 1000, grade: KEY}", "fee 10", "nothing", "that is all"):
        assert told in ran.out


def test_a_difference_is_printed_as_json(capsys, fees):
    ran = c360(capsys, "rules", "diff", "--json", str(fees), str(fees))

    found = json.loads(ran.out)
    assert (ran.code, found["verdict"], found["changes"], found["regions"]) == (0, "equal", [], [])


def test_a_file_of_rules_that_chain_is_refused_in_words_where_only_a_table_will_do(capsys, tmp_path):
    chain = tmp_path / "care.yaml"
    chain.write_text(CARE_HEAD + CARE_RULES, "utf-8")

    ran = c360(capsys, "rules", "diff", str(chain), str(chain))

    assert ran.code == 2
    assert "care.yaml has rules that chain, and no decision table" in ran.err
    assert c360(capsys, "rules", "check", str(chain)).code == 0
