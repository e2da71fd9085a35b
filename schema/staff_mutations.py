"""Mutations of staff."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Final

import strawberry

from resolvers.reading import one, payload
from resolvers.staff import CreateStaffErrorCode, UpdateStaffErrorCode, create_staff, update_staff
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
from schema.staff import Staff
from store.staff import StaffStatus

expose_codes(CreateStaffErrorCode, UpdateStaffErrorCode)

SAYS: Final = {
    "number": "The staff number; nobody else has it.",
    "name": "The person's name.",
    "title": "The person's position.",
    "status": "Whether the person works here.",
    "email": "E-mail address.",
    "phone": "Telephone.",
    "mobile": "Mobile telephone.",
    "languages": "The languages that the person speaks.",
    "skills": "What the person can do.",
    "joined_on": "The first day here.",
    "left_on": "The first day not here any more.",
    "birthday": "Birthday.",
    "home_address": "Where the person lives.",
    "emergency_contact": "Whom to call in an emergency.",
    "identity_number": "The number of the identity card.",
}


@strawberry.input(description="Someone new on the staff.")
class CreateStaffInput:
    """The draft of an archive."""

    number: str = required(SAYS["number"])
    name: str = required(SAYS["name"])
    department_id: strawberry.ID | None = optional(
        "The department that the person joins. Needed unless your reach is everything."
    )
    title: str | None = optional(SAYS["title"])
    status: StaffStatus = optional(SAYS["status"], StaffStatus.ACTIVE)
    email: str | None = optional(SAYS["email"])
    phone: str | None = optional(SAYS["phone"])
    mobile: str | None = optional(SAYS["mobile"])
    languages: str | None = optional(SAYS["languages"])
    skills: str | None = optional(SAYS["skills"])
    joined_on: dt.date | None = optional(SAYS["joined_on"])
    left_on: dt.date | None = optional(SAYS["left_on"])
    birthday: dt.date | None = optional(SAYS["birthday"])
    home_address: str | None = optional(SAYS["home_address"])
    emergency_contact: str | None = optional(SAYS["emergency_contact"])
    identity_number: str | None = optional(SAYS["identity_number"])
    idempotency_key: str | None = key()


@strawberry.input(description="Changes of someone's archive; what is left out stays as it is.")
class UpdateStaffInput:
    """The changes of an archive."""

    id: strawberry.ID = required("The person.")
    version: int | None = version()
    number: str | None = optional(SAYS["number"])
    name: str | None = optional(SAYS["name"])
    title: str | None = optional(SAYS["title"])
    status: StaffStatus | None = optional(SAYS["status"])
    email: str | None = optional(SAYS["email"])
    phone: str | None = optional(SAYS["phone"])
    mobile: str | None = optional(SAYS["mobile"])
    languages: str | None = optional(SAYS["languages"])
    skills: str | None = optional(SAYS["skills"])
    joined_on: dt.date | None = optional(SAYS["joined_on"])
    left_on: dt.date | None = optional(SAYS["left_on"])
    birthday: dt.date | None = optional(SAYS["birthday"])
    home_address: str | None = optional(SAYS["home_address"])
    emergency_contact: str | None = optional(SAYS["emergency_contact"])
    identity_number: str | None = optional(SAYS["identity_number"])
    idempotency_key: str | None = key()


@strawberry.type(description="Why someone was not added to the staff.")
class CreateStaffError(MutationError):
    """One reason."""

    code: CreateStaffErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why someone's archive was not changed.")
class UpdateStaffError(MutationError):
    """One reason."""

    code: UpdateStaffErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of adding someone to the staff.")
class CreateStaffPayload:
    """The new person, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[CreateStaffError] = strawberry.field(description=ERRORS)
    staff: Staff | None = one(lambda p, s: s.id == p.changed_id, "The new person.")


@payload("What came of changing someone's archive.")
class UpdateStaffPayload:
    """The person as the archive has it now, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[UpdateStaffError] = strawberry.field(description=ERRORS)
    staff: Staff | None = one(lambda p, s: s.id == p.changed_id, "The person as the archive has it now.")


async def _create(
    info: Info, given: Annotated[CreateStaffInput, strawberry.argument(name="input", description="The person.")]
) -> CreateStaffPayload:
    return await perform(info, create_staff, given, CreateStaffPayload, CreateStaffError)


async def _update(
    info: Info, given: Annotated[UpdateStaffInput, strawberry.argument(name="input", description="The changes.")]
) -> UpdateStaffPayload:
    return await perform(info, update_staff, given, UpdateStaffPayload, UpdateStaffError)


@strawberry.type
class StaffMutations:
    """What can be done with the staff."""

    create_staff: CreateStaffPayload = mutation(_create, "Add someone to the staff. 建立客服人员档案")
    update_staff: UpdateStaffPayload = mutation(_update, "Change someone's archive. 更新客服人员档案")
