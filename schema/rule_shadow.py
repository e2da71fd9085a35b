"""Shadows, as clients see them: a candidate beside the version in force, started, looked at, stopped."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from resolvers.decisions import shadow_questions as questions
from resolvers.decisions.shadow_commands import (
    StartRuleShadowErrorCode,
    StopRuleShadowErrorCode,
    start_rule_shadow,
    stop_rule_shadow,
)
from resolvers.reading import column, entity, finding, global_id, one, payload, traversal
from resolvers.reading.relations import FIRST
from resolvers.scopes import rule_scope, through_customer
from schema.decision import WITHHELD
from schema.links import CustomerLink
from schema.mutating import ERRORS, Info, MutationError, expose_codes, key, mutation, perform, required
from schema.paging import Node
from schema.rule_set_mutations import RuleFileProblem, slips
from store.clearance import Clearance
from store.rule_shadow import RuleShadowRow

expose_codes(StartRuleShadowErrorCode, StopRuleShadowErrorCode)


@finding(
    questions.ToldShadowDifference,
    "A customer for whom a shadow says something else than what was decided live. 影子差异",
    scope=through_customer,
)
class RuleShadowDifference:
    """Both outcomes."""

    customer: CustomerLink | None = one(lambda d, c: c.id == d.customer_id, "The customer.", within=True)
    at: dt.datetime = column(lambda d: d.at, "When it was decided.")
    live: str | None = column(
        lambda d: d.live, "What was decided: the results as JSON, or `refused` and, for whoever may know, why."
    )
    shadow: str | None = column(lambda d: d.shadow, "What the shadow says, in the same form.")
    withheld: Clearance | None = column(lambda d: d.withheld, WITHHELD)


@finding(questions.Figures, "How often a shadow says something else than what is decided live. 影子统计")
class RuleShadowFigures:
    """Counts of decisions."""

    decided_count: int = column(lambda f: f.decided, "Decisions beside which it ran.")
    differing_count: int = column(lambda f: f.differs, "In how many of them it says something else.")
    failed_count: int = column(lambda f: f.failed, "In how many of them it failed.")


@entity(
    RuleShadowRow,
    "A candidate that decides beside the version in force, live; it is never acted upon. 影子运行",
    scope=rule_scope,
)
class RuleShadow(Node):
    """One candidate that runs, or ran."""

    id: strawberry.ID = global_id()
    rule_set: str = column(RuleShadowRow.rule_set, "The rule set's name.")
    text: str = column(RuleShadowRow.text, "The text of its rule file.")
    cases: str = column(RuleShadowRow.cases, "The text of the file of its cases.")
    started_by: str = column(RuleShadowRow.started_by, "Who started it.")
    started_at: dt.datetime = column(RuleShadowRow.started_at, "When it was started.")
    ended_by: str | None = column(RuleShadowRow.ended_by, "Who stopped it; not set while it runs.")
    ended_at: dt.datetime | None = column(RuleShadowRow.ended_at, "When it was stopped; not set while it runs.")
    figures: RuleShadowFigures | None = traversal(
        questions.figures, "What it has counted.", needs=[RuleShadowRow.id], weight=5
    )
    differences: list[RuleShadowDifference] | None = traversal(
        questions.differences,
        "The first 100 differences, for customers whom you may see.",
        needs=[RuleShadowRow.id, RuleShadowRow.rule_set, RuleShadowRow.text],
        arguments={"first": FIRST},
    )


@strawberry.input(description="A candidate that is to decide beside the version in force.")
class StartRuleShadowInput:
    """The candidate."""

    text: str = required("The text of the rule file: a decision table about customers, of a rule set that is in force.")
    cases: str = required("The text of the file of its cases; all pass.")
    idempotency_key: str | None = key()


@strawberry.input(description="A shadow that is to stop.")
class StopRuleShadowInput:
    """Whose."""

    rule_set: str = required("The rule set whose shadow runs, by its name.")
    idempotency_key: str | None = key()


@strawberry.type(description="Why no shadow was started.")
class StartRuleShadowError(MutationError):
    """One reason."""

    code: StartRuleShadowErrorCode = strawberry.field(description="The reason, for programs.")
    problems: list[RuleFileProblem] = slips()


@strawberry.type(description="Why no shadow was stopped.")
class StopRuleShadowError(MutationError):
    """One reason."""

    code: StopRuleShadowErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of starting a shadow.")
class StartRuleShadowPayload:
    """The shadow, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[StartRuleShadowError] = strawberry.field(description=ERRORS)
    rule_shadow: RuleShadow | None = one(lambda p, s: s.id == p.changed_id, "The shadow, which runs now.")


@payload("What came of stopping a shadow.")
class StopRuleShadowPayload:
    """The shadow, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[StopRuleShadowError] = strawberry.field(description=ERRORS)
    rule_shadow: RuleShadow | None = one(lambda p, s: s.id == p.changed_id, "The shadow, with what it found.")


async def _start(
    info: Info, given: Annotated[StartRuleShadowInput, strawberry.argument(name="input", description="The candidate.")]
) -> StartRuleShadowPayload:
    return await perform(info, start_rule_shadow, given, StartRuleShadowPayload, StartRuleShadowError)


async def _stop(
    info: Info, given: Annotated[StopRuleShadowInput, strawberry.argument(name="input", description="Whose.")]
) -> StopRuleShadowPayload:
    return await perform(info, stop_rule_shadow, given, StopRuleShadowPayload, StopRuleShadowError)


@strawberry.type
class RuleShadowMutations:
    """What can be done with shadows."""

    start_rule_shadow: StartRuleShadowPayload = mutation(
        _start, "Let a candidate decide beside the version in force, live; it is never acted upon. 启动影子运行"
    )
    stop_rule_shadow: StopRuleShadowPayload = mutation(_stop, "Stop the shadow of a rule set. 停止影子运行")
