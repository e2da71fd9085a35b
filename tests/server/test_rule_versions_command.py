"""`c360 rules submit` to `show`: from a file on disk to what is in force, with who did what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.rules.writing import CASES, rule_text
from tests.server.running_cli import c360


@pytest.fixture
def shell(capsys, tmp_path, store_url, monkeypatch):
    """The command line in a folder with a rule file, its cases, and a database."""
    (tmp_path / "fees.yaml").write_text(rule_text(), "utf-8")
    (tmp_path / "fees_test.yaml").write_text(CASES, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("C360_DATABASE_URL", store_url)
    return lambda *words: c360(capsys, "rules", *words)


def rewrite(name: str, old: str, new: str) -> None:
    text = Path(name).read_text("utf-8")
    assert old in text
    Path(name).write_text(text.replace(old, new), "utf-8")


def test_a_version_is_submitted_approved_published_and_rolled_back(shell):
    assert shell("submit", "fees.yaml", "--by", "ann", "--new").out == "version 1 of fees is SUBMITTED\n"
    assert shell("approve", "fees", "1", "--by", "bob").code == 0
    assert shell("publish", "fees", "1", "--by", "ann", "--note", "first").code == 0
    rewrite("fees.yaml", "其余", "其他")
    assert shell("submit", "fees.yaml", "--by", "ann", "--base", "1").code == 0
    assert shell("approve", "fees", "2", "--by", "bob").code == 0
    assert shell("publish", "fees", "2", "--by", "bob").code == 0
    assert "其他" in shell("show", "fees").out

    assert shell("rollback", "fees", "1", "--by", "cy", "--note", "too early").code == 0

    assert shell("show", "fees").out == rule_text()
    second, first = json.loads(shell("history", "fees", "--json").out)
    assert (first["status"], second["status"]) == ("PUBLISHED", "PUBLISHED")
    assert [span["kind"] for span in first["in_force"]] == ["PUBLISHED", "ROLLED_BACK"]
    assert first["in_force"][0]["until"] == second["in_force"][0]["from"]
    assert first["in_force"][1]["until"] is None


def test_the_author_does_not_approve(shell):
    shell("submit", "fees.yaml", "--by", "Ann", "--new")

    ran = shell("approve", "fees", "1", "--by", " ann ")

    assert (ran.code, ran.out) == (1, "")
    assert "OWN_VERSION" in ran.err


def test_what_is_wrong_is_told_with_file_line_and_column(shell):
    rewrite("fees_test.yaml", "{fee: 0, row: vip}", "{fee: 1}")

    ran = shell("submit", "fees.yaml", "--by", "ann", "--new")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "fees_test.yaml:5:1: case VIP: expected fee 1, and got 0\n"
    assert "fees" not in {each["rule_set"] for each in json.loads(shell("history", "--json").out)}


def test_what_ships_is_shown_as_version_1(shell):
    assert "rule_set: grading" in shell("show", "grading").out
    assert "grading" in shell("history").out


def test_what_there_is_not_is_said(shell):
    assert "there is no rule set" in shell("show", "nothing").err
    assert "there is no version 9" in shell("approve", "grading", "9", "--by", "x").err
