"""Mutations of handovers."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from resolvers.handover.answering import (
    AcceptHandoverErrorCode,
    CancelHandoverErrorCode,
    DeclineHandoverErrorCode,
    ExecuteHandoverErrorCode,
    accept_handover,
    cancel_handover,
    decline_handover,
    execute_handover,
)
from resolvers.handover.proposing import ProposeHandoverErrorCode, propose_handover
from resolvers.reading import one, payload
from schema.handover import Handover
from schema.mutating import (
    ERRORS,
    Info,
    MutationError,
    expose_codes,
    key,
    mutation,
    optional,
    perform,
    required,
    version,
)
from store.handover import HandoverReason

expose_codes(
    ProposeHandoverErrorCode,
    AcceptHandoverErrorCode,
    DeclineHandoverErrorCode,
    CancelHandoverErrorCode,
    ExecuteHandoverErrorCode,
)


@strawberry.input(description="What is to be handed over, by whom, to whom, from when on.")
class ProposeHandoverInput:
    """The draft of a handover."""

    from_id: strawberry.ID = required("Who hands over: someone whose archive you may change.")
    to_id: strawberry.ID = required("The successor: someone else, who is at work.")
    effective_on: dt.date = required("The first day on which the successor has everything: today, or up to a year on.")
    reason: HandoverReason = required("Why.")
    note: str | None = optional("What the successor should know.")
    department_id: strawberry.ID | None = optional("Only what belongs to customers of this department.")
    customer_ids: list[strawberry.ID] | None = optional(
        "Only what belongs to these customers, at most 500. Without this and a department: everything."
    )
    idempotency_key: str | None = key()


@strawberry.input(description="A handover that is accepted.")
class AcceptHandoverInput:
    """The acceptance."""

    id: strawberry.ID = required("The handover.")
    version: int | None = version()
    note: str | None = optional("A word with it; whoever accepts for the successor must say why.")
    idempotency_key: str | None = key()


@strawberry.input(description="A handover that is declined.")
class DeclineHandoverInput:
    """The refusal."""

    id: strawberry.ID = required("The handover.")
    note: str = required("Why.")
    idempotency_key: str | None = key()


@strawberry.input(description="A handover that is taken back.")
class CancelHandoverInput:
    """The cancellation."""

    id: strawberry.ID = required("The handover: proposed, or accepted and not done yet.")
    note: str | None = optional("Why.")
    idempotency_key: str | None = key()


@strawberry.input(description="An accepted handover that is to be executed.")
class ExecuteHandoverInput:
    """The execution."""

    id: strawberry.ID = required("The handover; its day has come.")
    version: int | None = version()
    idempotency_key: str | None = key()


@strawberry.type(description="Why no handover was proposed.")
class ProposeHandoverError(MutationError):
    """One reason."""

    code: ProposeHandoverErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why a handover was not accepted.")
class AcceptHandoverError(MutationError):
    """One reason."""

    code: AcceptHandoverErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why a handover was not declined.")
class DeclineHandoverError(MutationError):
    """One reason."""

    code: DeclineHandoverErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why a handover was not taken back.")
class CancelHandoverError(MutationError):
    """One reason."""

    code: CancelHandoverErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why a handover was not executed.")
class ExecuteHandoverError(MutationError):
    """One reason."""

    code: ExecuteHandoverErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of proposing a handover.")
class ProposeHandoverPayload:
    """The new handover, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[ProposeHandoverError] = strawberry.field(description=ERRORS)
    handover: Handover | None = one(lambda p, h: h.id == p.changed_id, "The new handover, with what it lists.")


@payload("What came of accepting a handover.")
class AcceptHandoverPayload:
    """The accepted handover, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[AcceptHandoverError] = strawberry.field(description=ERRORS)
    handover: Handover | None = one(
        lambda p, h: h.id == p.changed_id, "The handover: accepted, or done when its day has come."
    )


@payload("What came of declining a handover.")
class DeclineHandoverPayload:
    """The declined handover, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[DeclineHandoverError] = strawberry.field(description=ERRORS)
    handover: Handover | None = one(lambda p, h: h.id == p.changed_id, "The handover, declined.")


@payload("What came of taking a handover back.")
class CancelHandoverPayload:
    """The cancelled handover, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[CancelHandoverError] = strawberry.field(description=ERRORS)
    handover: Handover | None = one(lambda p, h: h.id == p.changed_id, "The handover, taken back.")


@payload("What came of executing a handover.")
class ExecuteHandoverPayload:
    """The executed handover, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[ExecuteHandoverError] = strawberry.field(description=ERRORS)
    handover: Handover | None = one(lambda p, h: h.id == p.changed_id, "The handover, done.")


async def _propose(
    info: Info, given: Annotated[ProposeHandoverInput, strawberry.argument(name="input", description="The handover.")]
) -> ProposeHandoverPayload:
    return await perform(info, propose_handover, given, ProposeHandoverPayload, ProposeHandoverError)


async def _accept(
    info: Info, given: Annotated[AcceptHandoverInput, strawberry.argument(name="input", description="The acceptance.")]
) -> AcceptHandoverPayload:
    return await perform(info, accept_handover, given, AcceptHandoverPayload, AcceptHandoverError)


async def _decline(
    info: Info, given: Annotated[DeclineHandoverInput, strawberry.argument(name="input", description="The refusal.")]
) -> DeclineHandoverPayload:
    return await perform(info, decline_handover, given, DeclineHandoverPayload, DeclineHandoverError)


async def _cancel(
    info: Info, given: Annotated[CancelHandoverInput, strawberry.argument(name="input", description="What is off.")]
) -> CancelHandoverPayload:
    return await perform(info, cancel_handover, given, CancelHandoverPayload, CancelHandoverError)


async def _execute(
    info: Info, given: Annotated[ExecuteHandoverInput, strawberry.argument(name="input", description="What is due.")]
) -> ExecuteHandoverPayload:
    return await perform(info, execute_handover, given, ExecuteHandoverPayload, ExecuteHandoverError)


@strawberry.type
class HandoverMutations:
    """What can be done with handovers."""

    propose_handover: ProposeHandoverPayload = mutation(
        _propose, "List what someone has, for a successor to accept. 提出交接"
    )
    accept_handover: AcceptHandoverPayload = mutation(
        _accept, "Accept a handover; it is executed at once when its day has come. 接受交接"
    )
    decline_handover: DeclineHandoverPayload = mutation(_decline, "Decline a handover. 拒绝交接")
    cancel_handover: CancelHandoverPayload = mutation(_cancel, "Take a handover back that is not done. 撤销交接")
    execute_handover: ExecuteHandoverPayload = mutation(
        _execute, "Execute an accepted handover whose day has come. 执行交接"
    )
