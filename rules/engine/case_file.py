"""The test cases beside a rule set: `grading_test.yaml` for `grading.yaml`, with the clock as an input."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rules.engine.checking import Checked
from rules.engine.column_file import given
from rules.engine.keys import CASE, CASE_FILE
from rules.engine.kinds import Column, Fault, Kind, MisfitError, did_you_mean, fitting
from rules.engine.literal import moment
from rules.engine.table import RuleSet
from rules.engine.yaml_tree import Node, tree_of

SUFFIX: Final = "_test"


@dataclass(frozen=True)
class Expected:
    """What a case says of the outcome. What it does not say is not compared."""

    outputs: Mapping[str, Any] | None = None
    """Of the one result; an output that is not named is not compared."""
    results: tuple[Mapping[str, Any], ...] | None = None
    rows: tuple[str, ...] | None = None
    fault: Fault | None = None


@dataclass(frozen=True)
class Case:
    """One case: its facts, and what must come of them."""

    name: str
    line: int
    facts: Mapping[str, Any]
    expected: Expected


@dataclass(frozen=True)
class CaseFile:
    """All cases of a rule set, and the instant at which they are decided."""

    clock: dt.datetime
    cases: tuple[Case, ...]


def path_of_cases(rules: Path) -> Path:
    """Where the cases of a rule file are."""
    return rules.with_name(f"{rules.stem}{SUFFIX}{rules.suffix}")


def path_of_rules(cases: Path) -> Path:
    """Where the rule set of a file of cases is."""
    return cases.with_name(cases.stem.removesuffix(SUFFIX) + cases.suffix)


def read_cases(text: str, path: str, rule_set: RuleSet) -> CaseFile:
    """Read the cases of this rule set.

    Raises:
        RuleFileError: something is wrong in the file.
    """
    return _Reader(Checked(tree_of(text, path)), rule_set).file()


class _Reader:
    def __init__(self, checked: Checked, rule_set: RuleSet) -> None:
        self._checked = checked
        self._rule_set = rule_set
        self._inputs = {column.name: column for column in rule_set.body.inputs}
        self._outputs = {column.name: column for column in rule_set.body.outputs}
        self._row = rule_set.of_rows
        self._told = (self._row, f"{self._row}s", "results", "error")

    def file(self) -> CaseFile:
        """The whole file."""
        checked = self._checked
        found = checked.entries(checked.tree.root, CASE_FILE)
        checked.refuse()
        if found["rule_set"].value != self._rule_set.name:
            checked.wrong(found["rule_set"], f"the rule set beside this file is {self._rule_set.name}")
        clock = self._clock(found["clock"])
        usual = self._facts(found["usual"]) if "usual" in found else {}
        cases = [self._case(node, {**self._of_clock(clock), **usual}) for node in checked.items(found["cases"])]
        self._refuse_twice(cases, checked.items(found["cases"]))
        checked.refuse()
        return CaseFile(clock, tuple(cases))

    def _clock(self, node: Node) -> dt.datetime:
        """The instant of the cases; the rule set must hold on its day."""
        try:
            clock = moment(Kind.INSTANT, str(node.value))
        except ValueError:
            clock = None
        if not isinstance(clock, dt.datetime):
            self._checked.wrong(node, "an instant is expected here, such as 2026-05-01T09:00:00+08:00")
            return dt.datetime.min.replace(tzinfo=dt.UTC)
        if not self._rule_set.holds_on(clock.date()):
            self._checked.wrong(node, f"{self._rule_set.name} is not in effect on {clock.date()}")
        return clock

    def _of_clock(self, clock: dt.datetime) -> dict[str, Any]:
        """A rule set that reads `today` or `now` gets them from the clock, unless a case says otherwise."""
        known: dict[str, Any] = {"today": clock.date(), "now": clock}
        kinds = {"today": Kind.DATE, "now": Kind.INSTANT}
        return {
            name: value
            for name, value in known.items()
            if name in self._inputs and self._inputs[name].kind is kinds[name]
        }

    def _facts(self, node: Node) -> dict[str, Any]:
        """Facts as the file has them: whether they fit is a thing that a case may want to test."""
        return {name: value for name, _, value in self._values(node, self._inputs, "a fact")}

    def _values(self, node: Node, columns: Mapping[str, Column], what: str) -> list[tuple[str, Node, Any]]:
        found = []
        for name, entry in self._checked.mapping(node).items():
            if name not in columns:
                key = (node.keys or {})[name]
                self._checked.wrong(
                    key, f"{name} is not {what} of {self._rule_set.name}{did_you_mean(name, tuple(columns))}"
                )
                continue
            try:
                found.append((name, entry, given(columns[name], entry)))
            except ValueError as error:
                self._checked.wrong(entry, str(error))
        return found

    def _case(self, node: Node, usual: Mapping[str, Any]) -> Case:
        found = self._checked.entries(node, CASE)
        name = self._checked.scalar(found.get("name"), str) or ""
        facts = self._facts(found["given"]) if "given" in found else {}
        expected = self._expected(found["expect"]) if "expect" in found else Expected()
        return Case(name, node.line, {**usual, **facts}, expected)

    def _refuse_twice(self, cases: Sequence[Case], nodes: Sequence[Node]) -> None:
        seen: dict[str, int] = {}
        for case, node in zip(cases, nodes, strict=True):
            if seen.setdefault(case.name, case.line) != case.line:
                self._checked.wrong(node, f"a case {case.name} is here twice, first in line {seen[case.name]}")

    def _expected(self, node: Node) -> Expected:
        found = self._checked.mapping(node)
        if not found:
            self._checked.wrong(node, f"a case expects something, such as {{grade: VIP, {self._row}: vip_up}}")
        told = {name: entry for name, entry in found.items() if name in self._told}
        rest = Node(node.line, node.column, {k: v for k, v in found.items() if k not in told}, node.keys)
        results = told.get("results")
        return Expected(
            outputs=self._one_result(rest) if rest.value else None,
            results=tuple(map(self._one_result, self._checked.items(results))) if results else None,
            rows=self._rows(told),
            fault=self._fault(told.get("error")),
        )

    def _one_result(self, node: Node) -> dict[str, Any]:
        result = {}
        for name, entry, value in self._values(node, self._outputs, "an output"):
            try:
                result[name] = None if value is None else fitting(self._outputs[name], value)
            except MisfitError as error:
                self._checked.wrong(entry, str(error))
        return result

    def _rows(self, told: Mapping[str, Node]) -> tuple[str, ...] | None:
        one, many = told.get(self._row), told.get(f"{self._row}s")
        nodes = [one] if one else self._checked.items(many) if many else None
        if nodes is None:
            return None
        known = self._rule_set.rows
        for node in nodes:
            if node.value not in known:
                self._checked.wrong(node, f"there is no {self._row} {node.value}{did_you_mean(str(node.value), known)}")
        return tuple(str(node.value) for node in nodes)

    def _fault(self, node: Node | None) -> Fault | None:
        if node is None:
            return None
        try:
            return Fault(str(node.value))
        except ValueError:
            self._checked.wrong(node, f"{node.value} is not an error{did_you_mean(str(node.value), tuple(Fault))}")
            return None
