"""What rules say of facts that are given: of a request, of a violation, or of nobody's."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
import strawberry

from resolvers.reading import Argument, finding, listed, one, traversal
from resolvers.reading import column as attribute
from resolvers.rule_sets import trying
from resolvers.scopes import rule_scope
from rules.engine.checking import MOST_PROBLEMS
from rules.workbench import told
from rules.workbench.told import MOST_CELLS, MOST_NAMES
from schema.links import RuleVersionLink
from schema.rule_texts import FOR_WHOM, RuleFact, RuleTextProblem


@strawberry.input(description="A fact that rules are to be asked about.")
class GivenFact:
    """A name with a text."""

    name: str = strawberry.field(description="The fact, as the rules read it.")
    value: str | None = strawberry.field(
        default=None, description="Its value as cells have it: `VIP`, `50万`, `2026-01-31`. Left out: not known."
    )


def _pairs(given: list[dict[str, Any]]) -> trying.Facts:
    return tuple((fact["name"], fact.get("value")) for fact in given)


FACTS: Final = Argument(
    list[GivenFact],
    f"The facts, {trying.MOST_FACTS} at most; what is left out is not known.",
    sa.Text(),
    convert=_pairs,
)


@finding(told.ToldResult, "One result of rules: of rules that list, one a row. 规则结果")
class RuleTrialResult:
    """The outputs."""

    outputs: list[RuleFact] = listed(lambda r: r.outputs, "Its outputs, in their order.", most=MOST_CELLS)


@finding(told.ToldRow, "A row that decided. 适用规则")
class RuleTrialRow:
    """The row, and why."""

    name: str = attribute(lambda r: r.name, "The row's name.")
    reason_zh: str = attribute(lambda r: r.reason_zh, "Why, in Chinese; may be empty.")
    reason_en: str = attribute(lambda r: r.reason_en, "Why, in English; may be empty.")


@finding(told.ToldFailedTest, "A test that a fact does not pass. 未满足条件")
class RuleFailedTest:
    """The test and the value."""

    fact: str = attribute(lambda t: t.fact, "The fact.")
    test: str = attribute(lambda t: t.test, "The test, as the cell has it.")
    value: str | None = attribute(lambda t: t.value, "The fact's value as text; not set where it is not known.")
    unit: str = attribute(lambda t: t.unit, "The unit of the value; empty without one.")


@finding(told.ToldPassedOver, "A row that was looked at and does not match. 未命中规则")
class RulePassedOver:
    """The row, and what stands in its way."""

    name: str = attribute(lambda r: r.name, "The row's name.")
    failed: list[RuleFailedTest] = listed(lambda r: r.failed, "The tests that are not passed.", most=MOST_CELLS)


@finding(trying.Tried, "What rules say of facts that were given. 规则试问", scope=rule_scope)
class RuleTrial:
    """Results, rows and reasons; or why there are none."""

    rule_set: str | None = attribute(lambda t: t.rule_set, "Its name; not set where the text cannot be read.")
    version: RuleVersionLink | None = one(
        lambda t, v: v.id == t.version_id, "The version that was asked; not set where it was a text."
    )
    results: list[RuleTrialResult] = listed(
        lambda t: t.results, f"What comes of it, {MOST_NAMES} at most; empty where no row matches.", most=MOST_NAMES
    )
    rows: list[RuleTrialRow] = listed(
        lambda t: t.rows, f"The rows that decided, and why, {MOST_NAMES} at most.", most=MOST_NAMES
    )
    fault: str | None = attribute(
        lambda t: t.fault, "Why nothing is decided, a line each: a fact is not known, or rows contradict each other."
    )
    passed_over: list[RulePassedOver] = listed(
        lambda t: t.passed_over,
        f"The rows that were looked at before and do not match, the last {MOST_NAMES} of them.",
        most=MOST_NAMES,
    )
    problems: list[RuleTextProblem] = listed(
        lambda t: t.problems,
        "What is wrong in the text or in the facts, at most 60; of facts `line` is the place in their order.",
        most=max(MOST_PROBLEMS, trying.MOST_FACTS),
    )


@strawberry.type
class RuleTrialQuestions:
    """The entry."""

    try_rules: RuleTrial | None = traversal(
        trying.try_out,
        "What the rules in force, or those of a text, say of facts that you give: who approves a gift of 600 yuan?"
        f" Decisions are not made by it. 规则试问 {FOR_WHOM}",
        needs=[],
        arguments={
            "rule_set": Argument(str | None, "The rule set in force, by its name.", sa.Text()),
            "text": Argument(str | None, "The text of a rule file, in its place.", sa.Text()),
            "facts": FACTS,
        },
        weight=100,
    )
