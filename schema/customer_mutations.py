"""Mutations of customers."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Final

import strawberry

from resolvers.customer import CreateCustomerErrorCode, UpdateCustomerErrorCode, create_customer, update_customer
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
    version,
)
from store.customer import CustomerKind, CustomerSize, CustomerStatus

expose_codes(CreateCustomerErrorCode, UpdateCustomerErrorCode)

SAYS: Final = {
    "code": "The code by which people know the customer; no other customer has it.",
    "kind": "What the customer is.",
    "name": "The customer's name.",
    "status": "Where the customer stands with us.",
    "department_id": "The department that keeps the customer.",
    "currency": "The currency of the customer's figures, three letters (ISO 4217).",
    "industry": "The customer's line of business.",
    "size": "How large an organisation is, by its staff.",
    "needs": "What the customer needs from us.",
    "language": "The language to speak, such as zh or en.",
    "country": "Country.",
    "region": "Province or region.",
    "city": "City.",
    "address": "Street and house.",
    "email": "E-mail address.",
    "phone": "Telephone.",
    "website": "Website.",
    "birthday": "A person's birthday.",
    "founded_on": "An organisation's founding day.",
    "tax_number": "Tax number.",
    "note": "What else one should know.",
}


@strawberry.input(description="A customer to be created.")
class CreateCustomerInput:
    """The draft of a customer."""

    code: str = required(SAYS["code"])
    kind: CustomerKind = required(SAYS["kind"])
    name: str = required(SAYS["name"])
    status: CustomerStatus = optional(SAYS["status"], CustomerStatus.ACTIVE)
    department_id: strawberry.ID | None = optional(SAYS["department_id"] + " Needed unless your reach is everything.")
    currency: str = optional(SAYS["currency"], "CNY")
    industry: str | None = optional(SAYS["industry"])
    size: CustomerSize | None = optional(SAYS["size"])
    needs: str | None = optional(SAYS["needs"])
    language: str | None = optional(SAYS["language"])
    country: str | None = optional(SAYS["country"])
    region: str | None = optional(SAYS["region"])
    city: str | None = optional(SAYS["city"])
    address: str | None = optional(SAYS["address"])
    email: str | None = optional(SAYS["email"])
    phone: str | None = optional(SAYS["phone"])
    website: str | None = optional(SAYS["website"])
    birthday: dt.date | None = optional(SAYS["birthday"])
    founded_on: dt.date | None = optional(SAYS["founded_on"])
    tax_number: str | None = optional(SAYS["tax_number"])
    note: str | None = optional(SAYS["note"])
    source: str | None = optional("Where all of this comes from; noted for every field that is filled.")
    tags: list[str] = strawberry.field(description="Words to find the customer by, at most 50.", default_factory=list)
    idempotency_key: str | None = key()


@strawberry.input(description="Changes of a customer; what is left out stays as it is.")
class UpdateCustomerInput:
    """The changes of a customer."""

    id: strawberry.ID = required("The customer.")
    version: int | None = version()
    code: str | None = optional(SAYS["code"])
    kind: CustomerKind | None = optional(SAYS["kind"])
    name: str | None = optional(SAYS["name"])
    status: CustomerStatus | None = optional(SAYS["status"])
    department_id: strawberry.ID | None = optional(SAYS["department_id"])
    currency: str | None = optional(SAYS["currency"])
    industry: str | None = optional(SAYS["industry"])
    size: CustomerSize | None = optional(SAYS["size"])
    needs: str | None = optional(SAYS["needs"])
    language: str | None = optional(SAYS["language"])
    country: str | None = optional(SAYS["country"])
    region: str | None = optional(SAYS["region"])
    city: str | None = optional(SAYS["city"])
    address: str | None = optional(SAYS["address"])
    email: str | None = optional(SAYS["email"])
    phone: str | None = optional(SAYS["phone"])
    website: str | None = optional(SAYS["website"])
    birthday: dt.date | None = optional(SAYS["birthday"])
    founded_on: dt.date | None = optional(SAYS["founded_on"])
    tax_number: str | None = optional(SAYS["tax_number"])
    note: str | None = optional(SAYS["note"])
    source: str | None = optional("Where the changes come from; noted for every field that changes.")
    tags: list[str] | None = optional("Words to find the customer by, at most 50; they replace those before.")
    idempotency_key: str | None = key()


@strawberry.type(description="Why a customer was not created.")
class CreateCustomerError(MutationError):
    """One reason."""

    code: CreateCustomerErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why a customer was not changed.")
class UpdateCustomerError(MutationError):
    """One reason."""

    code: UpdateCustomerErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of creating a customer.")
class CreateCustomerPayload:
    """The new customer, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[CreateCustomerError] = strawberry.field(description=ERRORS)
    customer: Customer | None = one(lambda p, c: c.id == p.changed_id, "The new customer.")


@payload("What came of changing a customer.")
class UpdateCustomerPayload:
    """The customer as it is now, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[UpdateCustomerError] = strawberry.field(description=ERRORS)
    customer: Customer | None = one(lambda p, c: c.id == p.changed_id, "The customer as it is now.")


async def _create(
    info: Info, given: Annotated[CreateCustomerInput, strawberry.argument(name="input", description="The customer.")]
) -> CreateCustomerPayload:
    return await perform(info, create_customer, given, CreateCustomerPayload, CreateCustomerError)


async def _update(
    info: Info, given: Annotated[UpdateCustomerInput, strawberry.argument(name="input", description="The changes.")]
) -> UpdateCustomerPayload:
    return await perform(info, update_customer, given, UpdateCustomerPayload, UpdateCustomerError)


@strawberry.type
class CustomerMutations:
    """What can be done with customers."""

    create_customer: CreateCustomerPayload = mutation(_create, "Create a customer. 建立客户档案")
    update_customer: UpdateCustomerPayload = mutation(_update, "Change a customer. 更新客户档案")
