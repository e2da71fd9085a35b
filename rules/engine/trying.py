"""Trying a rule set on facts that a person gives: what it says of them, and which rows it passed over."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rules.engine.chain import Chain
from rules.engine.column_file import given
from rules.engine.explaining import Considered, considered, passed_over
from rules.engine.kinds import Column, Kind, MisfitError, did_you_mean, fitting
from rules.engine.reference import Outcome, evaluate
from rules.engine.table import RuleSet
from rules.engine.yaml_tree import Node

UNKNOWN: Final = "null"
"""How a text says that a fact is not known."""


@dataclass(frozen=True)
class FactProblem:
    """What is wrong with a fact that was given; `place` is where in their order, from 1."""

    place: int
    name: str
    message: str


class GivenFactsError(ValueError):
    """Some of the facts cannot be read."""

    def __init__(self, problems: tuple[FactProblem, ...]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Trial:
    """What a rule set says of facts, and the rows that it looked at before and that do not match."""

    facts: Mapping[str, Any]
    outcome: Outcome
    passed_over: tuple[Considered, ...]
    """Of rules that chain there are none: each is asked."""


def facts_given(rule_set: RuleSet, texts: Iterable[tuple[str, str | None]]) -> dict[str, Any]:
    """Facts from texts, by name: written as cells of the table have them, `50万` too; `null` is not known.

    Raises:
        GivenFactsError: the rules read no such fact, it is there twice, or its text is no value of it.
    """
    columns = {column.name: column for column in rule_set.body.inputs}
    found: dict[str, Any] = {}
    problems = []
    for place, (called, text) in enumerate(texts, 1):
        name = unicodedata.normalize("NFC", called.strip())
        try:
            _refuse(rule_set, columns, found, name)
            found[name] = _value(columns[name], text)
        except ValueError as error:
            problems.append(FactProblem(place, name, str(error)))
    if problems:
        raise GivenFactsError(tuple(problems))
    return found


def tried(rule_set: RuleSet, facts: Mapping[str, Any]) -> Trial:
    """What the rules say of these facts. One that is not given is not known."""
    outcome, body = evaluate(rule_set, facts), rule_set.body
    if isinstance(body, Chain) or outcome.errors:
        return Trial(facts, outcome, ())
    return Trial(facts, outcome, passed_over(body, considered(body, facts), outcome.rows))


def _refuse(rule_set: RuleSet, columns: Mapping[str, Column], found: Mapping[str, Any], name: str) -> None:
    if name not in columns:
        raise ValueError(f"{name} is no fact that {rule_set.name} reads{did_you_mean(name, tuple(columns))}")
    if name in found:
        raise ValueError(f"{name} is given twice")


def _value(column: Column, text: str | None) -> Any:
    """The value that a text stands for, as its column keeps it."""
    if text is None or (text.strip() == UNKNOWN and column.kind is not Kind.TEXT and UNKNOWN not in column.values):
        return None
    kept = unicodedata.normalize("NFC", text if column.kind is Kind.TEXT else text.strip())
    try:
        return fitting(column, given(column, Node(1, 1, kept)))
    except MisfitError:
        raise
    except ValueError as error:
        is_told = str(error).startswith(column.name)
        raise ValueError(str(error) if is_told else f"{column.name}: {error}") from None
