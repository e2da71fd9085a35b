"""Mutations of decisions: letting the rules decide now."""

from __future__ import annotations

import uuid
from typing import Annotated

import strawberry

from resolvers.decisions.grade_customer import GradeCustomerErrorCode, grade_customer
from resolvers.reading import one, payload
from schema.decision import Decision
from schema.mutating import ERRORS, Info, MutationError, expose_codes, key, mutation, perform, required

expose_codes(GradeCustomerErrorCode)


@strawberry.input(description="A customer who is to be graded now.")
class GradeCustomerInput:
    """Whom."""

    customer_id: strawberry.ID = required("The customer.")
    idempotency_key: str | None = key()


@strawberry.type(description="Why no decision was made.")
class GradeCustomerError(MutationError):
    """One reason."""

    code: GradeCustomerErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of grading a customer.")
class GradeCustomerPayload:
    """The decision, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[GradeCustomerError] = strawberry.field(description=ERRORS)
    decision: Decision | None = one(
        lambda p, d: d.id == p.changed_id, "The decision. It may say that nothing was decided: see its fault."
    )


async def _grade(
    info: Info,
    given: Annotated[GradeCustomerInput, strawberry.argument(name="input", description="Whom.")],
) -> GradeCustomerPayload:
    return await perform(info, grade_customer, given, GradeCustomerPayload, GradeCustomerError)


@strawberry.type
class DecisionMutations:
    """What can be done about decisions."""

    grade_customer: GradeCustomerPayload = mutation(
        _grade, "Let the rules in force grade a customer now, on the facts of this moment. 客户评级"
    )
