"""Mutations of contacts."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

import strawberry

from resolvers.contact import CreateContactErrorCode, UpdateContactErrorCode, create_contact, update_contact
from resolvers.reading import one, payload
from schema.contact import Contact
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

expose_codes(CreateContactErrorCode, UpdateContactErrorCode)

SAYS: Final = {
    "name": "The person's name.",
    "title": "The person's position.",
    "email": "E-mail address.",
    "phone": "Telephone.",
    "mobile": "Mobile telephone.",
    "language": "The language to speak, such as zh or en.",
    "is_primary": "Whether this is the first person to ask; whoever was it before is not any more.",
    "is_active": "Whether the person is still there.",
    "note": "What one should know about the person.",
}


@strawberry.input(description="A contact to be created.")
class CreateContactInput:
    """The draft of a contact."""

    customer_id: strawberry.ID = required("The customer.")
    name: str = required(SAYS["name"])
    title: str | None = optional(SAYS["title"])
    email: str | None = optional(SAYS["email"])
    phone: str | None = optional(SAYS["phone"])
    mobile: str | None = optional(SAYS["mobile"])
    language: str | None = optional(SAYS["language"])
    is_primary: bool = optional(SAYS["is_primary"], default=False)
    is_active: bool = optional(SAYS["is_active"], default=True)
    note: str | None = optional(SAYS["note"])
    idempotency_key: str | None = key()


@strawberry.input(description="Changes of a contact; what is left out stays as it is.")
class UpdateContactInput:
    """The changes of a contact."""

    id: strawberry.ID = required("The contact.")
    version: int | None = version()
    name: str | None = optional(SAYS["name"])
    title: str | None = optional(SAYS["title"])
    email: str | None = optional(SAYS["email"])
    phone: str | None = optional(SAYS["phone"])
    mobile: str | None = optional(SAYS["mobile"])
    language: str | None = optional(SAYS["language"])
    is_primary: bool | None = optional(SAYS["is_primary"])
    is_active: bool | None = optional(SAYS["is_active"])
    note: str | None = optional(SAYS["note"])
    idempotency_key: str | None = key()


@strawberry.type(description="Why a contact was not created.")
class CreateContactError(MutationError):
    """One reason."""

    code: CreateContactErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why a contact was not changed.")
class UpdateContactError(MutationError):
    """One reason."""

    code: UpdateContactErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of creating a contact.")
class CreateContactPayload:
    """The new contact, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[CreateContactError] = strawberry.field(description=ERRORS)
    contact: Contact | None = one(lambda p, c: c.id == p.changed_id, "The new contact.")


@payload("What came of changing a contact.")
class UpdateContactPayload:
    """The contact as it is now, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[UpdateContactError] = strawberry.field(description=ERRORS)
    contact: Contact | None = one(lambda p, c: c.id == p.changed_id, "The contact as it is now.")


async def _create(
    info: Info, given: Annotated[CreateContactInput, strawberry.argument(name="input", description="The contact.")]
) -> CreateContactPayload:
    return await perform(info, create_contact, given, CreateContactPayload, CreateContactError)


async def _update(
    info: Info, given: Annotated[UpdateContactInput, strawberry.argument(name="input", description="The changes.")]
) -> UpdateContactPayload:
    return await perform(info, update_contact, given, UpdateContactPayload, UpdateContactError)


@strawberry.type
class ContactMutations:
    """What can be done with contacts."""

    create_contact: CreateContactPayload = mutation(_create, "Create a contact of a customer. 建立联系人")
    update_contact: UpdateContactPayload = mutation(_update, "Change a contact. 更新联系人")
