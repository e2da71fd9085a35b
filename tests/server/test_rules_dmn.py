"""`c360 rules import model.dmn`: rule files of its tables, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.engine.rule_file import load_rule_set
from tests.rules.test_dmn import TEXT
from tests.server.running_cli import c360

TWO = TEXT.replace(
    "  <inputData",
    '  <decision name="Rate"><literalExpression><text>1 + 1</text></literalExpression></decision>\n  <inputData',
)
THREE = TWO.replace("</definitions>", TEXT[TEXT.index("  <decision") : TEXT.index("  <inputData")] + "</definitions>")
THREE = THREE.replace('decision name="Fee"', 'decision name="Cost"', 1)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder with a model of one table, of a table and something else, and of two tables and something else."""
    monkeypatch.chdir(tmp_path)
    for name, text in {"one.dmn": TEXT, "two.dmn": TWO, "three.dmn": THREE}.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def written(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml"))


def test_a_table_becomes_a_rule_file_that_the_other_commands_take(capsys, folder):
    ran = c360(capsys, "rules", "import", "one.dmn", "--owner", "sales")

    assert (ran.code, ran.out, ran.err) == (0, "Fee.yaml written\n", "")
    assert load_rule_set(folder / "Fee.yaml").owner == "sales"
    assert c360(capsys, "rules", "check", "Fee.yaml").code == 0
    assert c360(capsys, "rules", "fmt", "--check", "Fee.yaml").code == 0


def test_it_goes_where_it_is_told(capsys, folder):
    (folder / "rules").mkdir()

    for out in ("rules", "new.yaml"):
        assert c360(capsys, "rules", "import", "one.dmn", "--owner", "sales", "--out", out).code == 0

    assert written(folder) == ["new.yaml", "rules/Fee.yaml"]


def test_with_a_decision_that_is_no_table_nothing_is_written(capsys, folder):
    ran = c360(capsys, "rules", "import", "two.dmn", "--owner", "sales")

    assert ran.code == 1
    assert "two.dmn: the decision Rate is no decision table but a literalExpression" in ran.err
    assert "1 of 2 decisions of two.dmn cannot be taken; nothing was written" in ran.err
    assert "--partly" in ran.err
    assert written(folder) == []


def test_the_others_are_written_if_that_is_wanted(capsys, folder):
    ran = c360(capsys, "rules", "import", "three.dmn", "--owner", "sales", "--partly")

    assert ran.code == 3
    assert "the decision Rate is no decision table" in ran.err
    assert written(folder) == ["Cost.yaml", "Fee.yaml"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("one.dmn",), 2, "--owner"),
        (("one.dmn", "--owner", "sales", "--into", "there.yaml"), 2, "--into does not go with a .dmn file"),
        (("one.csv", "--owner", "sales", "--into", "there.yaml"), 2, "--owner and --partly go with a .dmn file only"),
        (("one.dmn", "--owner", "sales", "--out", "there.yaml"), 2, "there.yaml is there already"),
        (("three.dmn", "--owner", "sales", "--partly", "--out", "new.yaml"), 2, "holds 2 tables, and new.yaml is one"),
        (("none.dmn", "--owner", "sales"), 1, "none.dmn cannot be read"),
        (("rate.dmn", "--owner", "sales", "--partly"), 1, "1 of 1 decisions of rate.dmn cannot be taken"),
        (("hostile.dmn", "--owner", "sales"), 1, "declares a document type or entities"),
        (("text.dmn", "--owner", "sales"), 1, "this is no XML"),
        (("one.dmn", "--owner", "sales", "--out", "none/x.yaml"), 1, "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(capsys, folder, arguments, code, told):
    (folder / "there.yaml").write_text("mine", "utf-8")
    (folder / "rate.dmn").write_text(TEXT.replace("decisionTable", "invocation"), "utf-8")
    (folder / "hostile.dmn").write_text('<!DOCTYPE d [<!ENTITY x "y">]>' + TEXT, "utf-8")
    (folder / "text.dmn").write_text("no model", "utf-8")

    ran = c360(capsys, "rules", "import", *arguments)

    assert ran.code == code
    assert told in ran.err
    assert [(folder / name).read_text("utf-8") for name in written(folder)] == ["mine"]
