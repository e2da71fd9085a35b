"""The public kit of DMN: a judge that nobody here wrote. All of its decision tables give what it expects."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import parse

from rules.engine.dmn_reading import read_dmn
from rules.engine.dmn_writing import write_dmn
from rules.engine.reference import Outcome, decide
from rules.engine.table import DecisionTable, HitPolicy

SHIPPED = Path(__file__).parent / "dmn_tck"
WHOLE = Path(os.environ.get("C360_TEST_DATA") or SHIPPED) / "dmn-tck"
KIT = WHOLE if WHOLE.is_dir() else SHIPPED
TEST = "{http://www.omg.org/spec/DMN/20160719/testcase}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

READ = {
    "boolean": lambda text: text == "true",
    "string": str,
    "date": dt.date.fromisoformat,
    "decimal": Decimal,
    "double": Decimal,
    "integer": Decimal,
}


class KitCase(NamedTuple):
    """One case of the kit: its model, its facts, a decision, and what that must answer."""

    model: Path
    number: str
    facts: dict[str, Any]
    decision: str
    expected: Any


def value_of(element: Element) -> Any:
    """A value of the kit: simple, a list, or components by name."""
    simple = element.find(f"{TEST}value")
    if simple is not None:
        kind = simple.get(f"{XSI}type", "xsd:string").split(":")[1]
        return None if simple.get(f"{XSI}nil") == "true" else READ[kind](simple.text or "")
    several = element.find(f"{TEST}list")
    if several is not None:
        return [value_of(item) for item in several.findall(f"{TEST}item")]
    return {each.get("name"): value_of(each) for each in element.findall(f"{TEST}component")} or None


def cases() -> list[KitCase]:
    found = []
    for path in sorted(KIT.glob("*/*-test-*.xml")):
        root = parse(path).getroot()
        model = path.with_name(root.findtext(f"{TEST}modelName"))
        for case in root.findall(f"{TEST}testCase"):
            facts = {each.get("name"): value_of(each) for each in case.findall(f"{TEST}inputNode")}
            for result in case.findall(f"{TEST}resultNode"):
                expected = value_of(result.find(f"{TEST}expected"))
                found.append(KitCase(model, case.get("id"), facts, result.get("name"), expected))
    return found


def in_kits_words(table: DecisionTable, outcome: Outcome) -> Any:
    """The answer as the kit tells it: an error is null, and a single output is its value alone."""
    shaped = [next(iter(each.values())) if len(table.outputs) == 1 else dict(each) for each in outcome.results]
    if table.policy in (HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT):
        return shaped if not outcome.errors else None
    return shaped[0] if shaped else None


def test_all_cases_of_the_kit(capsys):
    found = cases()
    wrong = []
    for case in found:
        table = read_dmn(case.model.read_bytes())[case.decision]
        answer = in_kits_words(table, decide(table, case.facts))
        if answer != case.expected:
            wrong.append((case, answer))
    with capsys.disabled():
        print(f"\nDMN kit: {len(found) - len(wrong)} of {len(found)}")  # noqa: T201 # the figure is to be seen

    assert wrong == []
    assert (len(found), len({case.model for case in found})) == (51, 17)


@pytest.mark.parametrize("model", sorted(KIT.glob("*/*.dmn")), ids=lambda path: path.stem)
def test_a_model_of_the_kit_is_the_same_out_and_in(model):
    tables = read_dmn(model.read_bytes())

    assert read_dmn(write_dmn(tables)) == tables
