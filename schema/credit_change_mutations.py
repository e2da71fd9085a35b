"""Mutations of changes of credit: answering what the rules proposed."""

from __future__ import annotations

import uuid
from typing import Annotated

import strawberry

from resolvers.acting.credit_change import (
    ApproveCreditChangeErrorCode,
    RejectCreditChangeErrorCode,
    approve_credit_change,
    reject_credit_change,
)
from resolvers.reading import one, payload
from schema.credit_change import CreditChange
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

expose_codes(ApproveCreditChangeErrorCode, RejectCreditChangeErrorCode)


@strawberry.input(description="A proposed change of credit that is to hold.")
class ApproveCreditChangeInput:
    """The change."""

    id: strawberry.ID = required("The change, proposed.")
    note: str | None = optional("A word with it.")
    version: int | None = version()
    idempotency_key: str | None = key()


@strawberry.input(description="A proposed change of credit that is not to be.")
class RejectCreditChangeInput:
    """The change, and why not."""

    id: strawberry.ID = required("The change, proposed.")
    note: str = required("Why not.")
    version: int | None = version()
    idempotency_key: str | None = key()


@strawberry.type(description="Why a change of credit was not approved.")
class ApproveCreditChangeError(MutationError):
    """One reason."""

    code: ApproveCreditChangeErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why a change of credit was not rejected.")
class RejectCreditChangeError(MutationError):
    """One reason."""

    code: RejectCreditChangeErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of approving a change of credit.")
class ApproveCreditChangePayload:
    """The change, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[ApproveCreditChangeError] = strawberry.field(description=ERRORS)
    credit_change: CreditChange | None = one(lambda p, c: c.id == p.changed_id, "The change; it holds now.")


@payload("What came of rejecting a change of credit.")
class RejectCreditChangePayload:
    """The change, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[RejectCreditChangeError] = strawberry.field(description=ERRORS)
    credit_change: CreditChange | None = one(lambda p, c: c.id == p.changed_id, "The change, rejected.")


async def _approve(
    info: Info,
    given: Annotated[ApproveCreditChangeInput, strawberry.argument(name="input", description="The change.")],
) -> ApproveCreditChangePayload:
    return await perform(info, approve_credit_change, given, ApproveCreditChangePayload, ApproveCreditChangeError)


async def _reject(
    info: Info,
    given: Annotated[RejectCreditChangeInput, strawberry.argument(name="input", description="The change, and why.")],
) -> RejectCreditChangePayload:
    return await perform(info, reject_credit_change, given, RejectCreditChangePayload, RejectCreditChangeError)


@strawberry.type
class CreditChangeMutations:
    """What can be done about changes of credit."""

    approve_credit_change: ApproveCreditChangePayload = mutation(
        _approve,
        "Let a proposed change of credit hold. The customer is then to be told, and open orders to be checked where "
        "it says so. 批准信用变更",
    )
    reject_credit_change: RejectCreditChangePayload = mutation(
        _reject, "Leave the credit as it is. The rules do not propose the same again for a month. 驳回信用变更"
    )
