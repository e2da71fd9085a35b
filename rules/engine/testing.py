"""Running the cases of a rule set: what fails and how, and which rows no case needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules.engine.case_file import Case, path_of_cases, read_cases
from rules.engine.literal import written
from rules.engine.problem import Problem, RuleFileError
from rules.engine.reference import Outcome, evaluate
from rules.engine.rule_file import load_rule_set, text_of_file
from rules.engine.table import RuleSet


@dataclass(frozen=True)
class Verdict:
    """How one case ended: what differs from what it expects, in words; nothing if it passed."""

    case: Case
    differences: tuple[str, ...]


@dataclass(frozen=True)
class TestRun:
    """How all cases of a rule set ended."""

    __test__ = False
    """Not one of pytest's."""

    rule_set: RuleSet
    path: str
    """Of the cases."""
    verdicts: tuple[Verdict, ...]
    uncovered: tuple[str, ...]
    """The rows from which no case got a result."""

    @property
    def failures(self) -> tuple[Verdict, ...]:
        """The cases that failed."""
        return tuple(each for each in self.verdicts if each.differences)


def run_cases(path: Path) -> TestRun:
    """Run the cases beside a rule file.

    Raises:
        RuleFileError: the rule file or the cases cannot be read, or there are none.
    """
    rule_set = load_rule_set(path)
    beside = path_of_cases(path)
    if not beside.exists():
        message = f"there are no cases for {rule_set.name}. Write them in {beside.name}, beside it"
        raise RuleFileError([Problem(str(path), 1, 1, message)])
    return run_case_text(rule_set, text_of_file(beside), str(beside))


def run_case_text(rule_set: RuleSet, text: str, path: str) -> TestRun:
    """Run the cases that a text has; `path` is how problems name it.

    Raises:
        RuleFileError: the cases cannot be read.
    """
    cases = read_cases(text, path, rule_set).cases
    outcomes = [evaluate(rule_set, case.facts) for case in cases]
    verdicts = tuple(verdict(rule_set, case, outcome) for case, outcome in zip(cases, outcomes, strict=True))
    covered = {row for outcome in outcomes for row in outcome.rows}
    uncovered = tuple(row for row in rule_set.rows if row not in covered)
    return TestRun(rule_set, path, verdicts, uncovered)


def problems_in(run: TestRun) -> Iterator[Problem]:
    """Each case that failed and each row that no case needs, as a problem of its file."""
    for verdict in run.failures:
        for difference in verdict.differences:
            yield Problem(run.path, verdict.case.line, 1, f"case {verdict.case.name}: {difference}")
    word, lines = run.rule_set.of_rows, run.rule_set.lines
    for name in run.uncovered:
        message = f"no case needs {word} {name}. Write one, or take the {word} out"
        yield Problem(run.rule_set.path, lines[name], 1, message)


def verdict(rule_set: RuleSet, case: Case, outcome: Outcome) -> Verdict:
    """How a case ended that came out like this."""
    return Verdict(case, tuple(_differences(rule_set, case, outcome)))


def _differences(rule_set: RuleSet, case: Case, outcome: Outcome) -> Iterator[str]:
    expected = case.expected
    faults = {error.fault for error in outcome.errors}
    if expected.fault is None:
        yield from (f"{error.fault}: {error.message}" for error in outcome.errors)
    elif expected.fault not in faults:
        yield f"expected the error {expected.fault}, and got {', '.join(sorted(faults)) or 'none'}"
    if outcome.errors:
        return
    if expected.rows is not None and outcome.rows != expected.rows:
        yield f"expected {rule_set.of_rows} {_named(expected.rows)}, and got {_named(outcome.rows)}"
    if expected.results is not None and list(expected.results) != [dict(each) for each in outcome.results]:
        yield f"expected {_listed(expected.results)}, and got {_listed(outcome.results)}"
    if expected.outputs is not None:
        yield from _of_one(expected.outputs, outcome)


def _of_one(expected: Mapping[str, Any], outcome: Outcome) -> Iterator[str]:
    if len(outcome.results) != 1:
        yield f"expected one result, and got {len(outcome.results)}"
        return
    for name, value in expected.items():
        got = outcome.results[0][name]
        if got != value:
            yield f"expected {name} {written(value)}, and got {written(got)}"


def _named(rows: tuple[str, ...]) -> str:
    return ", ".join(rows) or "none"


def _listed(results: tuple[Mapping[str, Any], ...]) -> str:
    each = ("{" + ", ".join(f"{name}: {written(value)}" for name, value in one.items()) + "}" for one in results)
    return f"[{', '.join(each)}]"
