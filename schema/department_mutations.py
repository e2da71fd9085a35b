"""Mutations of departments."""

from __future__ import annotations

import uuid
from typing import Annotated

import strawberry

from resolvers.department import (
    CreateDepartmentErrorCode,
    MoveDepartmentErrorCode,
    UpdateDepartmentErrorCode,
    create_department,
    move_department,
    update_department,
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
    version,
)

expose_codes(CreateDepartmentErrorCode, UpdateDepartmentErrorCode, MoveDepartmentErrorCode)


@strawberry.input(description="A department to be created.")
class CreateDepartmentInput:
    """The draft of a department."""

    number: str = required("The department's number; no other department has it.")
    name: str = required("The department's name.")
    scope_of_work: str | None = optional("What the department does.")
    parent_id: strawberry.ID | None = optional(
        "The department above it; none for one at the top. Needed unless your reach is everything."
    )
    idempotency_key: str | None = key()


@strawberry.input(description="Changes of a department; what is left out stays as it is.")
class UpdateDepartmentInput:
    """The changes of a department."""

    id: strawberry.ID = required("The department.")
    version: int | None = version()
    number: str | None = optional("The department's number; no other department has it.")
    name: str | None = optional("The department's name.")
    scope_of_work: str | None = optional("What the department does.")
    idempotency_key: str | None = key()


@strawberry.input(description="A department that goes to another place in the tree, with everything below it.")
class MoveDepartmentInput:
    """The move of a department."""

    id: strawberry.ID = required("The department.")
    version: int | None = version()
    parent_id: strawberry.ID | None = optional(
        "The department above it from now on; none for a place at the top. Needed unless your reach is everything."
    )
    idempotency_key: str | None = key()


@strawberry.type(description="Why a department was not created.")
class CreateDepartmentError(MutationError):
    """One reason."""

    code: CreateDepartmentErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why a department was not changed.")
class UpdateDepartmentError(MutationError):
    """One reason."""

    code: UpdateDepartmentErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why a department was not moved.")
class MoveDepartmentError(MutationError):
    """One reason."""

    code: MoveDepartmentErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of creating a department.")
class CreateDepartmentPayload:
    """The new department, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[CreateDepartmentError] = strawberry.field(description=ERRORS)
    department: Department | None = one(lambda p, d: d.id == p.changed_id, "The new department.")


@payload("What came of changing a department.")
class UpdateDepartmentPayload:
    """The department as it is now, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[UpdateDepartmentError] = strawberry.field(description=ERRORS)
    department: Department | None = one(lambda p, d: d.id == p.changed_id, "The department as it is now.")


@payload("What came of moving a department.")
class MoveDepartmentPayload:
    """The department at its new place, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[MoveDepartmentError] = strawberry.field(description=ERRORS)
    department: Department | None = one(lambda p, d: d.id == p.changed_id, "The department at its new place.")


async def _create(
    info: Info,
    given: Annotated[CreateDepartmentInput, strawberry.argument(name="input", description="The department.")],
) -> CreateDepartmentPayload:
    return await perform(info, create_department, given, CreateDepartmentPayload, CreateDepartmentError)


async def _update(
    info: Info, given: Annotated[UpdateDepartmentInput, strawberry.argument(name="input", description="The changes.")]
) -> UpdateDepartmentPayload:
    return await perform(info, update_department, given, UpdateDepartmentPayload, UpdateDepartmentError)


async def _move(
    info: Info, given: Annotated[MoveDepartmentInput, strawberry.argument(name="input", description="The move.")]
) -> MoveDepartmentPayload:
    return await perform(info, move_department, given, MoveDepartmentPayload, MoveDepartmentError)


@strawberry.type
class DepartmentMutations:
    """What can be done with departments."""

    create_department: CreateDepartmentPayload = mutation(_create, "Create a department. 建立部门档案")
    update_department: UpdateDepartmentPayload = mutation(_update, "Change a department. 更新部门档案")
    move_department: MoveDepartmentPayload = mutation(_move, "Move a department within the tree. 调整部门隶属")
