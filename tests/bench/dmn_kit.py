"""The public kit of DMN, levels 2 and 3: which decision tables give what it expects, and what the others need.

`python -m tests.bench.dmn_kit FOLDER`, where FOLDER is a checkout of dmn-tck/tck on GitHub. The models that ship with
our tests are among them.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import parse

from rules.engine.dmn_reading import DmnError, read_each_decision
from rules.engine.reference import decide
from rules.engine.table import DecisionTable
from tests.rules.test_dmn_tck import TEST, in_kits_words, value_of


class Line(NamedTuple):
    """What came of one decision table; `needs` is why it is not read."""

    model: str
    decision: str
    passed: int
    total: int
    needs: str

    @property
    def is_whole(self) -> bool:
        """Whether the kit asks it something, and all is answered right."""
        return self.total > 0 and self.passed == self.total


def lines(folder: Path) -> list[Line]:
    """All decisions of both levels that are a table, in the order of their models."""
    return [line for model in sorted(folder.glob("TestCases/compliance-level-[23]/*/*.dmn")) for line in _model(model)]


def _model(model: Path) -> list[Line]:
    tables = [each for each in parse(model).getroot().iterfind("{*}decision") if _is_table(each)]
    names = [each.get("name", "") for each in tables]
    try:
        found = read_each_decision(model.read_bytes())
    except DmnError as error:
        return [Line(model.stem, name, 0, len(_cases(model, name)), str(error)) for name in names]
    return [_line(model, name, found[name]) for name in names]


def _is_table(decision: Element) -> bool:
    return decision.find("{*}decisionTable") is not None


def _line(model: Path, name: str, found: DecisionTable | DmnError) -> Line:
    cases = _cases(model, name)
    if isinstance(found, DmnError):
        return Line(model.stem, name, 0, len(cases), str(found))
    return Line(model.stem, name, sum(_passes(found, case, expected) for case, expected in cases), len(cases), "")


def _cases(model: Path, name: str) -> list[tuple[Element, Element]]:
    """The cases of a model that ask for a decision, each with what is expected."""
    roots = [parse(path).getroot() for path in sorted(model.parent.glob("*-test-*.xml"))]
    ours = [root for root in roots if root.findtext(f"{TEST}modelName") == model.name]
    nodes = [
        (case, node)
        for root in ours
        for case in root.iter(f"{TEST}testCase")
        for node in case.findall(f"{TEST}resultNode")
    ]
    return [
        (case, expected)
        for case, node in nodes
        if node.get("name") == name and (expected := node.find(f"{TEST}expected")) is not None
    ]


def _passes(table: DecisionTable, case: Element, expected: Element) -> bool:
    facts = {each.get("name", ""): value_of(each) for each in case.findall(f"{TEST}inputNode")}
    return bool(in_kits_words(table, decide(table, facts)) == value_of(expected))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="a checkout of the kit, with TestCases in it")
    found = lines(options.parse_args().folder)
    if not found:
        options.error("the folder holds no TestCases/compliance-level-2 or -3 with decision tables")
    for line in found:
        print(f"| {line.model} | {line.decision} | {line.passed} of {line.total} | {line.needs} |")
    whole, cases = [line for line in found if line.is_whole], Counter[str]()
    for line in found:
        cases.update(passed=line.passed, total=line.total)
    print(f"{len(whole)} of {len(found)} decision tables, {cases['passed']} of {cases['total']} cases")


if __name__ == "__main__":
    main()
