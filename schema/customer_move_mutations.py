"""Mutations that move many customers."""

from __future__ import annotations

import uuid
from typing import Annotated

import strawberry

from resolvers.customer_move import (
    MoveCustomersErrorCode,
    move_customers,
)
from resolvers.reading import one, payload
from schema.department import Department
from schema.mutating import (
    ERRORS,
    Info,
    MutationError,
    expose_codes,
    key,
    mutation,
    perform,
    required,
)

expose_codes(MoveCustomersErrorCode)


@strawberry.input(description="Customers that go to another department, each with the open tickets of its department.")
class MoveCustomersInput:
    """The move of customers."""

    customer_ids: list[strawberry.ID] = required("The customers, at most 500.")
    department_id: strawberry.ID = required("The department that looks after them from now on.")
    idempotency_key: str | None = key()


@strawberry.type(description="Why no customer was moved.")
class MoveCustomersError(MutationError):
    """One reason."""

    code: MoveCustomersErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of moving customers.")
class MoveCustomersPayload:
    """The department, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[MoveCustomersError] = strawberry.field(description=ERRORS)
    department: Department | None = one(lambda p, d: d.id == p.changed_id, "The department that has them now.")


async def _move(
    info: Info,
    given: Annotated[MoveCustomersInput, strawberry.argument(name="input", description="Which customers go where.")],
) -> MoveCustomersPayload:
    return await perform(info, move_customers, given, MoveCustomersPayload, MoveCustomersError)


@strawberry.type
class CustomerMoveMutations:
    """What can be done with many customers at once."""

    move_customers: MoveCustomersPayload = mutation(
        _move, "Move customers to another department, with their open tickets. 批量调整客户部门"
    )
