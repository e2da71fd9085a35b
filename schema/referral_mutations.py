"""Mutations of referrals."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from resolvers.reading import one, payload
from resolvers.referral import (
    ReferCustomerErrorCode,
    refer_customer,
)
from schema.customer import Customer
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
)

expose_codes(ReferCustomerErrorCode)


@strawberry.input(description="A customer that another one brought to us.")
class ReferCustomerInput:
    """The draft of a referral."""

    customer_id: strawberry.ID = required("The customer that came.")
    referred_by_id: strawberry.ID = required("The customer that brought it, and whose referrals count one more.")
    since: dt.date | None = optional("The day; today when left out.")
    idempotency_key: str | None = key()


@strawberry.type(description="Why no referral was noted.")
class ReferCustomerError(MutationError):
    """One reason."""

    code: ReferCustomerErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of noting a referral.")
class ReferCustomerPayload:
    """The customer that came, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[ReferCustomerError] = strawberry.field(description=ERRORS)
    customer: Customer | None = one(lambda p, c: c.id == p.changed_id, "The customer that came.")


async def _refer(
    info: Info,
    given: Annotated[ReferCustomerInput, strawberry.argument(name="input", description="Who brought whom, and when.")],
) -> ReferCustomerPayload:
    return await perform(info, refer_customer, given, ReferCustomerPayload, ReferCustomerError)


@strawberry.type
class ReferralMutations:
    """What can be done with referrals."""

    refer_customer: ReferCustomerPayload = mutation(_refer, "Note that one customer brought us another. 登记转介绍")
