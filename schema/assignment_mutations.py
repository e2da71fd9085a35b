"""Mutations of assignments."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from resolvers.assignment import AssignStaffErrorCode, EndAssignmentErrorCode, assign_staff, end_assignment
from resolvers.reading import one, payload
from schema.assignment import Assignment
from schema.mutating import ERRORS, Info, MutationError, expose_codes, key, mutation, optional, perform, required
from store.assignment import AssignmentRole

expose_codes(AssignStaffErrorCode, EndAssignmentErrorCode)


@strawberry.input(description="Someone who is to serve a customer.")
class AssignStaffInput:
    """The draft of an assignment."""

    customer_id: strawberry.ID = required("The customer.")
    staff_id: strawberry.ID = required("Who is to serve the customer.")
    role: AssignmentRole = optional("As what. A customer has one owner at a time.", AssignmentRole.OWNER)
    since: dt.date | None = optional("The first day; today when it is left out.")
    replace: bool = optional("End an earlier owner on that day; without it a second one is refused.", default=False)
    idempotency_key: str | None = key()


@strawberry.input(description="An assignment that is to end.")
class EndAssignmentInput:
    """The end of an assignment."""

    id: strawberry.ID = required("The assignment.")
    until: dt.date | None = optional("The first day on which it does not hold any more; today when it is left out.")
    idempotency_key: str | None = key()


@strawberry.type(description="Why nobody was assigned.")
class AssignStaffError(MutationError):
    """One reason."""

    code: AssignStaffErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why an assignment was not ended.")
class EndAssignmentError(MutationError):
    """One reason."""

    code: EndAssignmentErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of assigning someone to a customer.")
class AssignStaffPayload:
    """The new assignment, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[AssignStaffError] = strawberry.field(description=ERRORS)
    assignment: Assignment | None = one(lambda p, a: a.id == p.changed_id, "The new assignment.")


@payload("What came of ending an assignment.")
class EndAssignmentPayload:
    """The ended assignment, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[EndAssignmentError] = strawberry.field(description=ERRORS)
    assignment: Assignment | None = one(lambda p, a: a.id == p.changed_id, "The assignment with its end.")


async def _assign(
    info: Info, given: Annotated[AssignStaffInput, strawberry.argument(name="input", description="The assignment.")]
) -> AssignStaffPayload:
    return await perform(info, assign_staff, given, AssignStaffPayload, AssignStaffError)


async def _end(
    info: Info, given: Annotated[EndAssignmentInput, strawberry.argument(name="input", description="The end.")]
) -> EndAssignmentPayload:
    return await perform(info, end_assignment, given, EndAssignmentPayload, EndAssignmentError)


@strawberry.type
class AssignmentMutations:
    """What can be done with assignments."""

    assign_staff: AssignStaffPayload = mutation(_assign, "Let someone serve a customer. 指定客户负责人")
    end_assignment: EndAssignmentPayload = mutation(_end, "End an assignment. 结束客户负责关系")
