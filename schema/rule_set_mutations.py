"""Mutations of rule sets: a version is submitted, looked at by someone else, and brought into force."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import strawberry

from resolvers.reading import one, payload
from resolvers.rule_sets.publishing import (
    PublishRuleVersionErrorCode,
    RollBackRuleSetErrorCode,
    publish_rule_version,
    roll_back_rule_set,
)
from resolvers.rule_sets.reviewing import (
    ApproveRuleVersionErrorCode,
    RejectRuleVersionErrorCode,
    approve_rule_version,
    reject_rule_version,
)
from resolvers.rule_sets.submitting import (
    SubmitRuleVersionErrorCode,
    WithdrawRuleVersionErrorCode,
    submit_rule_version,
    withdraw_rule_version,
)
from schema.mutating import ERRORS, Info, MutationError, expose_codes, key, mutation, optional, perform, required
from schema.rule_set import RuleVersion

expose_codes(
    SubmitRuleVersionErrorCode,
    ApproveRuleVersionErrorCode,
    RejectRuleVersionErrorCode,
    WithdrawRuleVersionErrorCode,
    PublishRuleVersionErrorCode,
    RollBackRuleSetErrorCode,
)


@strawberry.type(description="One thing that is wrong in a rule file or in its cases.")
class RuleFileProblem:
    """A slip with its place."""

    line: int = strawberry.field(description="The line, from 1.")
    column: int = strawberry.field(description="The character in the line, from 1.")
    cell: str = strawberry.field(description="The column of the table, as the file names it; empty outside of it.")
    message: str = strawberry.field(description="What is wrong, and what to write instead.")
    source: str = strawberry.field(description="The line as it is written; may be empty.")


def slips() -> Any:
    """The slips of a mutation's error."""
    return strawberry.field(
        default_factory=list, description="With BAD_RULES: what is wrong in the file that `field` names, at most 50."
    )


@strawberry.input(description="A version of a rule set.")
class SubmitRuleVersionInput:
    """The draft of a version."""

    text: str = required("The text of the rule file, no larger than a request may be.")
    cases: str = required("The text of the file of its cases: all pass, and each row is needed by one.")
    note: str | None = optional("What the others should know.")
    base_id: strawberry.ID | None = optional(
        "The version that you started from: if another one came into force since, nothing happens and you are told."
    )
    is_new: bool = optional("Whether there is no rule set of this name yet.", default=False)
    idempotency_key: str | None = key()


@strawberry.input(description="A version that is approved.")
class ApproveRuleVersionInput:
    """The approval."""

    id: strawberry.ID = required("The version; someone else submitted it.")
    note: str | None = optional("A word with it.")
    idempotency_key: str | None = key()


@strawberry.input(description="A version that is rejected.")
class RejectRuleVersionInput:
    """The rejection."""

    id: strawberry.ID = required("The version.")
    note: str = required("Why.")
    idempotency_key: str | None = key()


@strawberry.input(description="A version that is taken back.")
class WithdrawRuleVersionInput:
    """The withdrawal."""

    id: strawberry.ID = required("The version; of analysts, one of their own.")
    note: str | None = optional("Why.")
    idempotency_key: str | None = key()


@strawberry.input(description="A version that comes into force.")
class PublishRuleVersionInput:
    """The publication."""

    id: strawberry.ID = required("The version; it is approved.")
    note: str | None = optional("What changes with it.")
    regardless: bool = optional(
        "Publish it also if another version came into force than the one that its author started from.", default=False
    )
    idempotency_key: str | None = key()


@strawberry.input(description="An earlier version that comes into force again.")
class RollBackRuleSetInput:
    """The rollback."""

    id: strawberry.ID = required("The version to go back to; it was in force before.")
    note: str = required("Why.")
    idempotency_key: str | None = key()


@strawberry.type(description="Why no version was submitted.")
class SubmitRuleVersionError(MutationError):
    """One reason."""

    code: SubmitRuleVersionErrorCode = strawberry.field(description="The reason, for programs.")
    problems: list[RuleFileProblem] = slips()


@strawberry.type(description="Why a version was not approved.")
class ApproveRuleVersionError(MutationError):
    """One reason."""

    code: ApproveRuleVersionErrorCode = strawberry.field(description="The reason, for programs.")
    problems: list[RuleFileProblem] = slips()


@strawberry.type(description="Why a version was not rejected.")
class RejectRuleVersionError(MutationError):
    """One reason."""

    code: RejectRuleVersionErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why a version was not taken back.")
class WithdrawRuleVersionError(MutationError):
    """One reason."""

    code: WithdrawRuleVersionErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why a version was not published.")
class PublishRuleVersionError(MutationError):
    """One reason."""

    code: PublishRuleVersionErrorCode = strawberry.field(description="The reason, for programs.")
    problems: list[RuleFileProblem] = slips()


@strawberry.type(description="Why a rule set was not rolled back.")
class RollBackRuleSetError(MutationError):
    """One reason."""

    code: RollBackRuleSetErrorCode = strawberry.field(description="The reason, for programs.")
    problems: list[RuleFileProblem] = slips()


@payload("What came of submitting a version.")
class SubmitRuleVersionPayload:
    """The new version, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[SubmitRuleVersionError] = strawberry.field(description=ERRORS)
    rule_version: RuleVersion | None = one(lambda p, v: v.id == p.changed_id, "The new version.")


@payload("What came of approving a version.")
class ApproveRuleVersionPayload:
    """The approved version, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[ApproveRuleVersionError] = strawberry.field(description=ERRORS)
    rule_version: RuleVersion | None = one(lambda p, v: v.id == p.changed_id, "The version, approved.")


@payload("What came of rejecting a version.")
class RejectRuleVersionPayload:
    """The rejected version, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[RejectRuleVersionError] = strawberry.field(description=ERRORS)
    rule_version: RuleVersion | None = one(lambda p, v: v.id == p.changed_id, "The version, rejected.")


@payload("What came of taking a version back.")
class WithdrawRuleVersionPayload:
    """The withdrawn version, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[WithdrawRuleVersionError] = strawberry.field(description=ERRORS)
    rule_version: RuleVersion | None = one(lambda p, v: v.id == p.changed_id, "The version, taken back.")


@payload("What came of publishing a version.")
class PublishRuleVersionPayload:
    """The published version, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[PublishRuleVersionError] = strawberry.field(description=ERRORS)
    rule_version: RuleVersion | None = one(lambda p, v: v.id == p.changed_id, "The version, in force now.")


@payload("What came of rolling a rule set back.")
class RollBackRuleSetPayload:
    """The version that is in force again, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[RollBackRuleSetError] = strawberry.field(description=ERRORS)
    rule_version: RuleVersion | None = one(lambda p, v: v.id == p.changed_id, "The version, in force again.")


async def _submit(
    info: Info, given: Annotated[SubmitRuleVersionInput, strawberry.argument(name="input", description="The version.")]
) -> SubmitRuleVersionPayload:
    return await perform(info, submit_rule_version, given, SubmitRuleVersionPayload, SubmitRuleVersionError)


async def _approve(
    info: Info, given: Annotated[ApproveRuleVersionInput, strawberry.argument(name="input", description="Which.")]
) -> ApproveRuleVersionPayload:
    return await perform(info, approve_rule_version, given, ApproveRuleVersionPayload, ApproveRuleVersionError)


async def _reject(
    info: Info, given: Annotated[RejectRuleVersionInput, strawberry.argument(name="input", description="Which.")]
) -> RejectRuleVersionPayload:
    return await perform(info, reject_rule_version, given, RejectRuleVersionPayload, RejectRuleVersionError)


async def _withdraw(
    info: Info, given: Annotated[WithdrawRuleVersionInput, strawberry.argument(name="input", description="Which.")]
) -> WithdrawRuleVersionPayload:
    return await perform(info, withdraw_rule_version, given, WithdrawRuleVersionPayload, WithdrawRuleVersionError)


async def _publish(
    info: Info, given: Annotated[PublishRuleVersionInput, strawberry.argument(name="input", description="Which.")]
) -> PublishRuleVersionPayload:
    return await perform(info, publish_rule_version, given, PublishRuleVersionPayload, PublishRuleVersionError)


async def _roll_back(
    info: Info, given: Annotated[RollBackRuleSetInput, strawberry.argument(name="input", description="Which.")]
) -> RollBackRuleSetPayload:
    return await perform(info, roll_back_rule_set, given, RollBackRuleSetPayload, RollBackRuleSetError)


@strawberry.type
class RuleSetMutations:
    """What can be done with rule sets."""

    submit_rule_version: SubmitRuleVersionPayload = mutation(
        _submit, "Submit a rule file with its cases, for someone else to approve. 提交规则"
    )
    approve_rule_version: ApproveRuleVersionPayload = mutation(
        _approve, "Approve a version that someone else submitted. 批准规则"
    )
    reject_rule_version: RejectRuleVersionPayload = mutation(_reject, "Reject a version, and say why. 驳回规则")
    withdraw_rule_version: WithdrawRuleVersionPayload = mutation(
        _withdraw, "Take a version back that is not published. 撤回规则"
    )
    publish_rule_version: PublishRuleVersionPayload = mutation(
        _publish, "Bring an approved version into force, from the next decision on. 发布规则"
    )
    roll_back_rule_set: RollBackRuleSetPayload = mutation(
        _roll_back, "Let an earlier version be in force again. 回退规则"
    )
