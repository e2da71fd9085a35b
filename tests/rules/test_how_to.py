"""The pages about rules: the example runs as it stands, and each slip is told in the words that the page has."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from rules.engine.cell import read_test
from rules.engine.chain import Combine
from rules.engine.kinds import Column, Kind
from rules.engine.problem import CellError
from rules.engine.rule_file import read_rule_set
from rules.engine.table import HitPolicy
from tests.rules.chain_writing import CARE_HEAD
from tests.server.running_cli import c360

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "rules.md").read_text("utf-8")
LANGUAGE = (ROOT / "rules" / "README.md").read_text("utf-8")
RULES, CASES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
PRINTED, CHECKED, TRIED = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
COLUMNS = {
    "VPI": Column("grade", Kind.ENUM, values=("VIP", "KEY", "NORMAL")),
    "": Column("amount", Kind.NUMBER),
}


def test_the_example_runs_and_prints_what_the_page_says(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("discount.yaml").write_text(RULES, "utf-8")
    Path("discount_test.yaml").write_text(CASES, "utf-8")

    assert c360(capsys, "rules", "test", "discount.yaml", "--all-rows") == (0, PRINTED, "")
    assert c360(capsys, "rules", "check", "discount.yaml") == (0, CHECKED, "")
    [facts] = re.findall(r"c360 rules try discount.yaml (.*)", PAGE)
    assert TRIED in c360(capsys, "rules", "try", "discount.yaml", *facts.split()).out
    assert c360(capsys, "rules", "fmt", "discount.yaml").code == 0
    assert c360(capsys, "rules", "fmt", "--check", "discount.yaml") == (0, "", "")


SLIPS = re.findall(r"^\| `([^`]+)` \| (.*?) \|$", PAGE.split("\n## Slips\n")[1].split("\n## ")[0], re.MULTILINE)


@pytest.mark.parametrize(("cell", "words"), SLIPS)
def test_a_slip_is_told_as_the_page_says(cell, words):
    with pytest.raises(CellError) as refused:
        read_test(cell, COLUMNS.get(cell, COLUMNS[""]))

    assert refused.value.in_words() == words


def test_the_page_has_slips_and_what_a_chinese_keyboard_types():
    assert len(SLIPS) == 4
    assert read_test("＞＝１０万", COLUMNS[""]).admits(Decimal(100_000))
    assert read_test("【1..5）", COLUMNS[""]).admits(Decimal(1))
    assert read_test("“VIP”，“KEY”", COLUMNS["VPI"]).admits("KEY")


def test_every_type_and_every_policy_is_told():
    types = re.findall(r"^\| `(\w+)` \| ", LANGUAGE.split("## Types")[1].split("\n## ")[0], re.MULTILINE)
    policies = re.findall(r"`([A-Z ]+)`", LANGUAGE.split("## Hit policies")[1].split("\n## ")[0])

    assert sorted(types) == sorted(Kind)
    assert sorted(policies) == sorted(HitPolicy)


def test_the_example_holds_from_its_first_day():
    found = read_rule_set(RULES, "discount.yaml")

    assert found.effective_from is not None
    assert found.holds_on(found.effective_from)


def test_every_way_to_combine_is_told():
    told = re.findall(r"^\| (`\w+`.*?) \| ", LANGUAGE.split("## Rules that chain")[1].split("\n## ")[0], re.MULTILINE)

    assert sorted(re.findall(r"`(\w+)`", " ".join(told))) == sorted(Combine)


def test_the_example_of_rules_that_chain_is_read():
    [example] = re.findall(r"```yaml\n(.*?)```", LANGUAGE, re.DOTALL)
    head = CARE_HEAD.split("conclusions:")[0]

    assert read_rule_set(head + example, "example.yaml").rows == ("late", "to_manager")
