"""Decisions of rules, as clients see them: on which facts, by which rows, and why; and why not something else."""

from __future__ import annotations

import datetime as dt
from typing import Final

import sqlalchemy as sa
import strawberry

from resolvers.decisions import explaining, questions, telling
from resolvers.decisions.grading import RULE_SET
from resolvers.decisions.service_level import RULE_SET as AT_OPENING
from resolvers.reading import (
    Argument,
    column,
    entity,
    finding,
    global_id,
    listed,
    one,
    part,
    part_type,
    traversal,
    value,
)
from resolvers.reading.relations import FIRST
from resolvers.scopes import directory_scope, through_customer
from schema.links import CustomerLink
from schema.paging import Node
from store.clearance import Clearance
from store.decision import DecisionOccasion, DecisionRow
from store.grade import Grade
from store.types import Coded

WITHHELD: Final = "Set where it is withheld: the clearance that you would need."

RULE_SET_ARGUMENT: Final = {
    "rule_set": Argument(str, "The rule set, by its name.", sa.Text(), default=RULE_SET),
}
TICKET_RULE_SET_ARGUMENT: Final = {
    "rule_set": Argument(str, "The rule set, by its name.", sa.Text(), default=AT_OPENING),
}
VALUE_ARGUMENTS: Final = {
    "value": Argument(str, "The value that the output might have had, as text: `VIP`, `50000`, `true`.", sa.Text()),
    "output": Argument(str | None, "The output of the rules; their first one when left out.", sa.Text()),
    "first": FIRST,
}
NEAREST: Final = (
    "The fewest facts, changed as little as can be, {} Of what you may not read, and of what the rules keep themselves,"
    " nothing changes. Empty where no change of the others would do, where none is needed, or where it takes too long"
    " to find."
)
GRADE_ARGUMENT: Final = {
    "grade": Argument(Grade, "The grade that the customer might have had.", Coded(Grade)),
    "first": FIRST,
}


@part_type("A text in both languages.")
class BothLanguages:
    """Chinese and English."""

    zh: str = column(lambda w: w.zh, "In Chinese.")
    en: str = column(lambda w: w.en, "In English.")


@finding(telling.ToldFact, "A fact on which rules decided. 决策依据")
class DecisionFact:
    """A named value, as it was then."""

    name: str = column(lambda f: f.name, "How rule files call it.")
    meaning: BothLanguages = part("What it means.", zh=lambda f: f.meaning_zh, en=lambda f: f.meaning_en)
    value: str | None = column(lambda f: f.value, "Its value as text; not set where it was not known.")
    unit: str = column(lambda f: f.unit, "The unit of the value, such as 元; empty without one.")
    withheld: Clearance | None = column(lambda f: f.withheld, WITHHELD)


@finding(telling.ToldResult, "One output of a decision. 决策结果")
class DecisionResult:
    """A named value."""

    name: str = column(lambda r: r.name, "The output.")
    value: str | None = column(lambda r: r.value, "Its value as text.")
    withheld: Clearance | None = column(lambda r: r.withheld, WITHHELD)


@finding(telling.ToldReason, "Why a row decided as it did. 决策理由")
class DecisionReason:
    """In the words of whoever wrote the rule."""

    zh: str | None = column(lambda r: r.zh, "In Chinese.")
    en: str | None = column(lambda r: r.en, "In English.")
    withheld: Clearance | None = column(lambda r: r.withheld, f"{WITHHELD} A reason may quote facts.")


@finding(telling.Content, "What a decision was made of, and what it gave. 决策内容")
class DecisionContent:
    """Facts, results, reasons; or the fault."""

    facts: list[DecisionFact] = listed(
        lambda c: c.facts, "The facts that the rules read, in their order.", most=questions.MOST_INPUTS
    )
    results: list[DecisionResult] = listed(
        lambda c: c.results,
        "What came of it, output by output; of rules that give several results one after the other, the first 100.",
        most=questions.MOST_ROWS,
    )
    reasons: list[DecisionReason] = listed(
        lambda c: c.reasons, "Why, of each row that decided; the first 100.", most=questions.MOST_ROWS
    )
    fault: str | None = column(lambda c: c.fault, "Why nothing was decided; not set where something was. 决策错误")
    fault_withheld: Clearance | None = column(lambda c: c.fault_withheld, f"{WITHHELD} A fault may quote facts.")


@entity(DecisionRow, "What rules decided, and on which facts: kept for ever as it was. 决策", scope=through_customer)
class Decision(Node):
    """One decision."""

    id: strawberry.ID = global_id()
    rule_set: str = column(DecisionRow.rule_set, "The rule set that decided.")
    version: int = column(DecisionRow.version, "The number of the rule set's version.")
    decided_at: dt.datetime = column(DecisionRow.decided_at, "When; the facts are as of this instant.")
    occasion: DecisionOccasion = column(DecisionRow.occasion, "What made the rules decide.")
    asked_by: str | None = column(DecisionRow.asked_by, "Who asked; the service itself, where nobody did.")
    rows: list[str] | None = value(
        questions.rows_of,
        "The rows of the rule file that decided, by their names; the first 100.",
        needs=[DecisionRow.rows],
    )
    customer: CustomerLink | None = one(lambda d, c: c.id == d.customer_id, "The customer whom it is about.")
    content: DecisionContent | None = traversal(
        questions.content, "The facts, what came of them, and why.", needs=[DecisionRow.id], weight=2
    )


@finding(explaining.ToldTest, "A test of a row, and the fact that it looked at. 条件", scope=directory_scope)
class RowTest:
    """One cell of the table."""

    fact: str = column(lambda t: t.fact, "The fact.")
    test: str = column(lambda t: t.test, "The test, as rule files write it: `>= 500000`.")
    value: str | None = column(lambda t: t.value, "The fact's value; not set where it was not known.")
    unit: str = column(lambda t: t.unit, "The unit of the value; empty without one.")
    passed: bool | None = column(lambda t: t.passed, "Whether the value passes.")
    short: str | None = column(
        lambda t: t.short, "How far the value is from passing, in its unit; days end with d. Not set without a measure."
    )
    withheld: Clearance | None = column(
        lambda t: t.withheld, "Set where value and outcome are withheld: the clearance that you would need."
    )


@finding(explaining.ToldRow, "A row of a rule set, held against the facts. 规则对照", scope=directory_scope)
class ConsideredRow:
    """Its tests; those that admit everything are left out."""

    row: str = column(lambda r: r.row, "The row's name.")
    matched: bool | None = column(
        lambda r: r.matched, "Whether all tests pass; not set where that would tell of a fact that is withheld."
    )
    tests: list[RowTest] = listed(lambda r: r.tests, "Its tests.", most=questions.MOST_INPUTS)


@finding(explaining.ToldChange, "A fact that would have to be another one. 最近变更", scope=directory_scope)
class FactChange:
    """What it is, and what it would have to be."""

    fact: str = column(lambda c: c.fact, "The fact.")
    value: str | None = column(lambda c: c.value, "Its value then, as text; not set where it was not known.")
    changed_to: str | None = column(
        lambda c: c.changed_to, "The value that it would have to have; not set where it would have to be unknown."
    )
    unit: str = column(lambda c: c.unit, "The unit of both; empty without one.")


@finding(explaining.Explanation, "Why rules decided as they did. 决策解释", scope=directory_scope)
class DecisionExplanation:
    """The decision, the row that decided, and the rows before it."""

    decision: Decision | None = one(lambda e, d: d.id == e.decision_id, "The last decision of the rule set.")
    decided: list[ConsideredRow] = listed(
        lambda e: e.decided, "The rows that decided; none where nothing was decided.", most=questions.MOST_ROWS
    )
    before: list[ConsideredRow] = listed(
        lambda e: e.before,
        f"The rows that were looked at before and do not match, the last {questions.MOST_ROWS} of them.",
        most=questions.MOST_ROWS,
    )
    why_not: list[ConsideredRow] | None = traversal(
        questions.why_not_value,
        "The rows that would have given an output another value, the nearest first. 未获原因",
        needs=[lambda e: e.decision_id],
        arguments=VALUE_ARGUMENTS,
    )
    nearest_change: list[FactChange] | None = traversal(
        questions.nearest_value,
        NEAREST.format("with which an output would have had another value, on the facts of this decision. 最近变更"),
        needs=[lambda e: e.decision_id],
        arguments=VALUE_ARGUMENTS,
        weight=200,
    )


DECISION_ORDER: Final = (DecisionRow.decided_at.desc(), DecisionRow.id.desc())
