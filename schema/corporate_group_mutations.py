"""Mutations of corporate groups."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from resolvers.corporate_group import (
    JoinGroupErrorCode,
    LeaveGroupErrorCode,
    join_group,
    leave_group,
)
from resolvers.reading import one, payload
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

expose_codes(JoinGroupErrorCode, LeaveGroupErrorCode)


@strawberry.input(description="A customer that belongs to another one's group from a day on.")
class JoinGroupInput:
    """The draft of a belonging."""

    customer_id: strawberry.ID = required("The customer that belongs to the other one.")
    parent_id: strawberry.ID = required("The customer that it belongs to.")
    since: dt.date | None = optional("The first day; today when left out.")
    replace: bool = optional("End what it belonged to on that day; else a second parent is refused.", default=False)
    idempotency_key: str | None = key()


@strawberry.input(description="A customer that leaves its group.")
class LeaveGroupInput:
    """The end of a belonging."""

    customer_id: strawberry.ID = required("The customer that belongs to another one.")
    until: dt.date | None = optional("The first day without; today when left out.")
    idempotency_key: str | None = key()


@strawberry.type(description="Why a customer did not join a group.")
class JoinGroupError(MutationError):
    """One reason."""

    code: JoinGroupErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why a customer did not leave its group.")
class LeaveGroupError(MutationError):
    """One reason."""

    code: LeaveGroupErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of joining a group.")
class JoinGroupPayload:
    """The customer, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[JoinGroupError] = strawberry.field(description=ERRORS)
    customer: Customer | None = one(lambda p, c: c.id == p.changed_id, "The customer that joined.")


@payload("What came of leaving a group.")
class LeaveGroupPayload:
    """The customer, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[LeaveGroupError] = strawberry.field(description=ERRORS)
    customer: Customer | None = one(lambda p, c: c.id == p.changed_id, "The customer that left.")


async def _join(
    info: Info,
    given: Annotated[JoinGroupInput, strawberry.argument(name="input", description="Who joins whom, and when.")],
) -> JoinGroupPayload:
    return await perform(info, join_group, given, JoinGroupPayload, JoinGroupError)


async def _leave(
    info: Info,
    given: Annotated[LeaveGroupInput, strawberry.argument(name="input", description="Who leaves, and when.")],
) -> LeaveGroupPayload:
    return await perform(info, leave_group, given, LeaveGroupPayload, LeaveGroupError)


@strawberry.type
class CorporateGroupMutations:
    """What can be done with groups of customers."""

    join_group: JoinGroupPayload = mutation(_join, "Let a customer belong to another one's group. 加入企业集团")
    leave_group: LeaveGroupPayload = mutation(_leave, "Let a customer leave its group. 退出企业集团")
