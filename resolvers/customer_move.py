"""Moving customers to another department, with the open tickets that their department has of them."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from outbox.event import EventKind
from outbox.log import MAX_CHANGES
from resolvers.access_rows import access_customers, access_place, open_tickets_of
from resolvers.actions import Action
from resolvers.commands import Told, Unit, command
from resolvers.drafts import CustomerId, DepartmentId, Many, numbered
from resolvers.edits import touch
from resolvers.problems import Code, refuse
from resolvers.ticket_work import pass_on
from store.customer import CustomerRow
from store.ticket import TicketRow

MOST: Final = 500
"""Records of one kind that a list names at most."""

CustomerIds = Annotated[tuple[CustomerId, ...], Many(MOST)]


@dataclass(frozen=True)
class CustomersMove:
    """Customers are to go to a department; those that are there already stay as they are."""

    customer_ids: CustomerIds
    department_id: DepartmentId


class MoveCustomersErrorCode(enum.StrEnum):
    """Why no customer was moved."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    TOO_MANY = Code.TOO_MANY
    DEPARTMENT_CLOSED = Code.DEPARTMENT_CLOSED


@command(Action.MOVE_CUSTOMERS, MoveCustomersErrorCode)
async def move_customers(unit: Unit, draft: CustomersMove) -> uuid.UUID:
    """Move customers within reach to a department within reach; all of them, or none."""
    await access_place(unit, draft.department_id, "department_id")
    found = await access_customers(unit, numbered("customer_ids", draft.customer_ids))
    customers = [customer for customer in found if customer.department_id != draft.department_id]
    tickets = await open_tickets_with(unit, customers)
    carry(unit, customers, tickets, draft.department_id, "customer_ids")
    return draft.department_id


async def open_tickets_with(unit: Unit, customers: Sequence[CustomerRow]) -> list[TicketRow]:
    """The open tickets that each customer's own department has of it."""
    tickets: list[TicketRow] = []
    for place in {customer.department_id for customer in customers if customer.department_id is not None}:
        there = [customer.id for customer in customers if customer.department_id == place]
        tickets += await open_tickets_of(unit, place, most=MAX_CHANGES, customer_ids=there)
    return tickets


def carry(
    unit: Unit, customers: Sequence[CustomerRow], tickets: Sequence[TicketRow], department_id: uuid.UUID, field: str
) -> None:
    """Give a department these customers and tickets; the assignees go on with their tickets.

    Raises Refused (TOO_MANY) where that, with all that the command noted before, is more than one transaction tells.
    """
    if len(unit.changes) + len(customers) + len(tickets) > MAX_CHANGES:
        told = f"more than {MAX_CHANGES:,} changes at once; move customers first, {MOST} at a time, with moveCustomers"
        raise refuse(Code.TOO_MANY, field, told)
    for customer in customers:
        customer.department_id = department_id
        touch(unit, customer)
        news: dict[str, Told] = {"version": customer.version, "fields": ["department_id"]}
        unit.changed(EventKind.CUSTOMER_UPDATED, "Customer", customer.id, code=customer.code, **news)
    for ticket in tickets:
        pass_on(unit, ticket, department_id)
