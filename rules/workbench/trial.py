"""The analyst's question what a text says of facts. Nothing is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from rules.engine.explaining import Check, Considered
from rules.engine.kinds import Column
from rules.engine.problem import RuleFileError
from rules.engine.rule_file import read_rule_set
from rules.engine.table import RuleSet
from rules.engine.trying import FactProblem, GivenFactsError, Trial, facts_given, tried
from rules.workbench.answering import printable, problems_of, value_in_text
from rules.workbench.told import (
    MOST_CELLS,
    MOST_NAMES,
    RuleText,
    ToldFailedTest,
    ToldPassedOver,
    ToldProblem,
    ToldResult,
    ToldRow,
    ToldTrial,
    ToldValue,
)

MOST_FAULTS: Final = 20
"""Faults that are told: a rule set may miss all of its facts."""


def try_text(text: str, facts: str) -> ToldTrial:
    """What a text says of facts: a JSON list of pairs, a name and its text, or null for what is not known."""
    try:
        rule_set = read_rule_set(text, RuleText.TEXT)
    except RuleFileError as error:
        return not_tried(None, problems_of(error, RuleText.TEXT))
    try:
        known = facts_given(rule_set, json.loads(facts))
    except GivenFactsError as error:
        return printable(not_tried(rule_set.name, tuple(map(_problem, error.problems))))
    return printable(_told(rule_set, tried(rule_set, known)))


def not_tried(rule_set: str | None, problems: tuple[ToldProblem, ...]) -> ToldTrial:
    """A trial that could not be made, and why."""
    return ToldTrial(rule_set, (), (), None, (), problems)


def _problem(problem: FactProblem) -> ToldProblem:
    return ToldProblem(RuleText.FACTS, problem.place, 1, problem.name, problem.message, "")


def _told(rule_set: RuleSet, trial: Trial) -> ToldTrial:
    outcome, body = trial.outcome, rule_set.body
    outputs = {column.name: column for column in body.outputs}
    results = tuple(ToldResult(_values(outputs, result)) for result in outcome.results[:MOST_NAMES])
    pairs = zip(outcome.rows, outcome.reasons, strict=True)
    rows = tuple(ToldRow(row, words.zh, words.en) for row, words in pairs)[:MOST_NAMES]
    faults = [f"{error.fault}: {error.message}" for error in outcome.errors]
    fault = "\n".join(faults[:MOST_FAULTS]) or None
    return ToldTrial(rule_set.name, results, rows, fault, _passed_over(trial.passed_over), ())


def _values(columns: Mapping[str, Column], values: Mapping[str, object]) -> tuple[ToldValue, ...]:
    return tuple(ToldValue(name, value_in_text(value), columns[name].unit) for name, value in values.items())


def _passed_over(rows: Sequence[Considered]) -> tuple[ToldPassedOver, ...]:
    """The last of them: those nearest to the row that decided."""
    return tuple(ToldPassedOver(one.row.id, tuple(map(_failed, one.failed))[:MOST_CELLS]) for one in rows[-MOST_NAMES:])


def _failed(check: Check) -> ToldFailedTest:
    return ToldFailedTest(check.column.name, str(check.test), value_in_text(check.value), check.column.unit)
