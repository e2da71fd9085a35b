"""Mutations that split departments."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from resolvers.department_split import (
    SplitDepartmentErrorCode,
    split_department,
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
    optional,
    perform,
    required,
)

expose_codes(SplitDepartmentErrorCode)


@strawberry.input(description="A new department, and what it takes from another one; at most 500 of each kind.")
class SplitDepartmentInput:
    """The draft of a split."""

    id: strawberry.ID = required("The department of which a part goes.")
    number: str = required("The new department's number; no other department has it.")
    name: str = required("The new department's name.")
    scope_of_work: str | None = optional("What the new department does.")
    staff_ids: list[strawberry.ID] = optional(
        "The people who go; what they were there they are in the new one.", default=()
    )
    customer_ids: list[strawberry.ID] = optional("The customers that go, each with its open tickets there.", default=())
    child_ids: list[strawberry.ID] = optional("The departments right below that go.", default=())
    on: dt.date | None = optional("Since when; today when left out, and no day to come.")
    idempotency_key: str | None = key()


@strawberry.type(description="Why the department was not split.")
class SplitDepartmentError(MutationError):
    """One reason."""

    code: SplitDepartmentErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of splitting a department.")
class SplitDepartmentPayload:
    """The new department, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[SplitDepartmentError] = strawberry.field(description=ERRORS)
    department: Department | None = one(lambda p, d: d.id == p.changed_id, "The new department.")


async def _split(
    info: Info,
    given: Annotated[
        SplitDepartmentInput, strawberry.argument(name="input", description="What goes into a department of its own.")
    ],
) -> SplitDepartmentPayload:
    return await perform(info, split_department, given, SplitDepartmentPayload, SplitDepartmentError)


@strawberry.type
class DepartmentSplitMutations:
    """What can be done to have more departments."""

    split_department: SplitDepartmentPayload = mutation(
        _split, "Put a part of a department into a new one beside it. 拆分部门"
    )
