"""The analyst's questions: what is wrong in a text, do its cases pass, what does it change. Nothing is kept."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeVar

from rules.engine.analysis.check import check
from rules.engine.analysis.difference import Difference, DifferingRegion, difference
from rules.engine.analysis.findings import Facts, Finding, Region
from rules.engine.chain import Chain
from rules.engine.formatting import formatted
from rules.engine.kinds import Column
from rules.engine.literal import written
from rules.engine.problem import Problem, RuleFileError
from rules.engine.rule_file import read_rule_set
from rules.engine.table import RuleSet
from rules.engine.testing import TestRun, Verdict, run_case_text
from rules.workbench.told import (
    MOST_CELLS,
    MOST_FINDINGS,
    MOST_LISTED,
    MOST_NAMES,
    MOST_REGIONS,
    RuleChangeKind,
    RuleFindingKind,
    RuleFindingSeverity,
    RuleText,
    RuleVerdict,
    ToldCase,
    ToldCell,
    ToldChange,
    ToldCheck,
    ToldComparison,
    ToldDifference,
    ToldDiffering,
    ToldFinding,
    ToldKind,
    ToldName,
    ToldProblem,
    ToldRegion,
    ToldTest,
    ToldText,
    ToldValue,
)

T = TypeVar("T")

NO_TABLE: Final = "these are rules that chain, and only decision tables can be compared. Test them instead"

_UNTELLABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""Characters that no JSON of a store can hold; a text from anywhere may have them."""


def check_text(text: str) -> ToldCheck:
    """Everything that can be proved wrong in the text of a rule file."""
    rule_set, problems = _read(text, RuleText.TEXT)
    if rule_set is None:
        return ToldCheck(None, 0, 0, (), (), problems)
    report = check(rule_set)
    lines, units = text.split("\n"), _units(rule_set)
    shown = tuple(_finding(each, lines, units) for each in report.findings[:MOST_FINDINGS])
    more = tuple(ToldKind(RuleFindingKind[kind.name]) for kind in report.more)
    return printable(ToldCheck(rule_set.name, len(report.errors), len(report.findings), shown, more, ()))


def test_text(text: str, cases: str) -> ToldTest:
    """Run the cases of a rule file."""
    rule_set, problems = _read(text, RuleText.TEXT)
    if rule_set is None:
        return ToldTest(None, 0, 0, 0, 0, (), (), problems)
    try:
        run = run_case_text(rule_set, cases, RuleText.CASES)
    except RuleFileError as error:
        return ToldTest(rule_set.name, 0, 0, 0, 0, (), (), problems_of(error, RuleText.CASES))
    return printable(_tested(run))


test_text.__test__ = False  # type: ignore[attr-defined]  # not one of pytest's


def line_up(text: str) -> ToldText:
    """Line up the table of a rule file."""
    try:
        lined_up = formatted(text, RuleText.TEXT)
    except RuleFileError as error:
        return ToldText(None, is_changed=False, problems=problems_of(error, RuleText.TEXT))
    return printable(ToldText(lined_up, is_changed=lined_up != text, problems=()))


def compare(text: str, before: str) -> ToldComparison:
    """What was changed from the text `before`, and on exactly which facts the answers differ."""
    new, problems = _table(text, RuleText.TEXT)
    old, of_old = _table(before, RuleText.BEFORE)
    name = None if new is None else new.name
    if old is None or new is None:
        return not_compared(name, (*problems, *of_old))
    return printable(_compared(new, difference(old, new), _units(old) | _units(new)))


def not_compared(name: str | None, problems: tuple[ToldProblem, ...]) -> ToldComparison:
    """A comparison that could not be made, and why."""
    return ToldComparison(name, None, None, 0, (), (), is_all=False, problems=problems)


def name_of(text: str) -> str | None:
    """The name of the rule set that a text says; None where it cannot be read."""
    rule_set, _ = _read(text, RuleText.TEXT)
    return None if rule_set is None else rule_set.name


def printable(told: T) -> T:
    """The same object with U+FFFD in place of characters that cannot be told."""
    return _clean(told)  # type: ignore[no-any-return]  # it is of the same type


def _clean(told: Any) -> Any:
    if type(told) is str:
        return _UNTELLABLE.sub("\ufffd", told)
    if isinstance(told, tuple):
        return tuple(_clean(each) for each in told)
    if dataclasses.is_dataclass(told) and not isinstance(told, type):
        cleaned = {field.name: _clean(getattr(told, field.name)) for field in dataclasses.fields(told)}
        return dataclasses.replace(told, **cleaned)
    return told


def _read(text: str, which: RuleText) -> tuple[RuleSet | None, tuple[ToldProblem, ...]]:
    try:
        return read_rule_set(text, which), ()
    except RuleFileError as error:
        return None, problems_of(error, which)


def _table(text: str, which: RuleText) -> tuple[RuleSet | None, tuple[ToldProblem, ...]]:
    rule_set, problems = _read(text, which)
    if rule_set is not None and isinstance(rule_set.body, Chain):
        return None, (ToldProblem(which, 1, 1, "", NO_TABLE, printable(text.partition("\n")[0])),)
    return rule_set, problems


def problems_of(error: RuleFileError, which: RuleText) -> tuple[ToldProblem, ...]:
    """What is wrong in a text, as it is told."""
    return printable(tuple(_problem(each, which) for each in error.problems))


def _problem(problem: Problem, which: RuleText) -> ToldProblem:
    return ToldProblem(which, problem.line, problem.column, problem.cell, problem.message, problem.source)


def _units(rule_set: RuleSet) -> dict[str, str]:
    columns: Iterable[Column] = rule_set.body.inputs
    return {column.name: column.unit for column in columns}


def _finding(finding: Finding, lines: Sequence[str], units: Mapping[str, str]) -> ToldFinding:
    line = lines[finding.line - 1] if finding.line else ""
    return ToldFinding(
        RuleFindingKind[finding.kind.name],
        RuleFindingSeverity[finding.severity.name],
        finding.sentence,
        finding.line or None,
        len(line) - len(line.lstrip()) + 1 if finding.line else None,
        tuple(map(ToldName, finding.rows[:MOST_NAMES])),
        tuple(ToldRegion(region.words, _cells(region)) for region in finding.regions[:MOST_REGIONS]),
        finding.is_all and len(finding.regions) <= MOST_REGIONS,
        _values(finding.witness or {}, units),
        finding.answer or None,
    )


def _cells(region: Region) -> tuple[ToldCell, ...]:
    return tuple(ToldCell(name, str(test)) for name, test in region.tests.items())[:MOST_CELLS]


def _values(facts: Facts, units: Mapping[str, str]) -> tuple[ToldValue, ...]:
    return tuple(ToldValue(name, value_in_text(value), units.get(name, "")) for name, value in facts.items())


def value_in_text(value: Any) -> str | None:
    """A fact as a text, not rounded; None where it is not known."""
    if value is None or isinstance(value, str):
        return value
    return written(value) if isinstance(value, Decimal) else written(value).removeprefix('@"').removesuffix('"')


def _tested(run: TestRun) -> ToldTest:
    count, rows = len(run.verdicts), len(run.rule_set.rows)
    failed_first = sorted(run.verdicts, key=lambda verdict: not verdict.differences)
    return ToldTest(
        run.rule_set.name,
        count,
        count - len(run.failures),
        rows,
        rows - len(run.uncovered),
        tuple(_case(each) for each in failed_first[:MOST_LISTED]),
        tuple(map(ToldName, run.uncovered[:MOST_LISTED])),
        (),
    )


def _case(verdict: Verdict) -> ToldCase:
    differences = tuple(map(ToldDifference, verdict.differences[:MOST_NAMES]))
    return ToldCase(verdict.case.name, verdict.case.line, not differences, differences)


def _compared(new: RuleSet, found: Difference, units: Mapping[str, str]) -> ToldComparison:
    changes = (ToldChange(RuleChangeKind[each.kind.name], each.of, each.sentence) for each in found.changes)
    return ToldComparison(
        new.name,
        RuleVerdict[found.verdict.name],
        found.sentence,
        len(found.changes),
        tuple(changes)[:MOST_LISTED],
        tuple(_differing(each, units) for each in found.regions),
        found.is_all,
        (),
    )


def _differing(each: DifferingRegion, units: Mapping[str, str]) -> ToldDiffering:
    witness = _values(each.witness, units)
    return ToldDiffering(each.region.words, _cells(each.region), each.is_certain, witness, each.before, each.after)
