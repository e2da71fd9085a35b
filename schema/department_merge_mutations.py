"""Mutations that merge departments."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from resolvers.department_merge import (
    MergeDepartmentsErrorCode,
    merge_departments,
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

expose_codes(MergeDepartmentsErrorCode)


@strawberry.input(description="A department whose work goes to another one, and which is closed then.")
class MergeDepartmentsInput:
    """The draft of a merge."""

    id: strawberry.ID = required("The department that is closed.")
    into_id: strawberry.ID = required("The department that takes over; not one below the first.")
    on: dt.date | None = optional("Since when; today when left out, and no day to come.")
    idempotency_key: str | None = key()


@strawberry.type(description="Why the departments were not merged.")
class MergeDepartmentsError(MutationError):
    """One reason."""

    code: MergeDepartmentsErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of merging departments.")
class MergeDepartmentsPayload:
    """The department that took over, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[MergeDepartmentsError] = strawberry.field(description=ERRORS)
    department: Department | None = one(lambda p, d: d.id == p.changed_id, "The department that took over.")


async def _merge(
    info: Info,
    given: Annotated[
        MergeDepartmentsInput, strawberry.argument(name="input", description="Which department goes into which.")
    ],
) -> MergeDepartmentsPayload:
    return await perform(info, merge_departments, given, MergeDepartmentsPayload, MergeDepartmentsError)


@strawberry.type
class DepartmentMergeMutations:
    """What can be done to have fewer departments."""

    merge_departments: MergeDepartmentsPayload = mutation(
        _merge, "Let a department take over all of another one, which is closed. 合并部门"
    )
