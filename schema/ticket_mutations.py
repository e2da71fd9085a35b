"""Mutations of tickets."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from resolvers.reading import one, payload
from resolvers.ticket import OpenTicketErrorCode, open_ticket
from resolvers.ticket_state import ChangeTicketStateErrorCode, change_ticket_state
from resolvers.ticket_work import (
    AssignTicketErrorCode,
    ReplyToTicketErrorCode,
    TransferTicketErrorCode,
    assign_ticket,
    reply_to_ticket,
    transfer_ticket,
)
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
from schema.ticket import Ticket
from store.interaction import Channel
from store.ticket import Severity, TicketKind, TicketStatus

expose_codes(
    OpenTicketErrorCode,
    ChangeTicketStateErrorCode,
    AssignTicketErrorCode,
    TransferTicketErrorCode,
    ReplyToTicketErrorCode,
)


@strawberry.input(description="A case to be opened.")
class OpenTicketInput:
    """The draft of a ticket."""

    customer_id: strawberry.ID = required("The customer.")
    kind: TicketKind = required("What the case is about.")
    channel: Channel = required("How it was reported.")
    subject: str = required("What it is about, in a line.")
    severity: Severity = optional("How bad it is for the customer.", Severity.MODERATE)
    contact_id: strawberry.ID | None = optional("The customer's contact who reported it.")
    department_id: strawberry.ID | None = optional("The department that is to handle it; else the customer's.")
    assignee_id: strawberry.ID | None = optional(
        "Who is to handle it; you, when neither this nor a department is given and you are of the staff."
    )
    opened_at: dt.datetime | None = optional("When it was reported, with a time zone; now when it is left out.")
    description: str | None = optional("What happened.")
    product: str | None = optional("The product concerned.")
    model: str | None = optional("Its model.")
    serial_number: str | None = optional("Its serial number.")
    category: str | None = optional("The category of the case.")
    subcategory: str | None = optional("The subcategory.")
    symptom: str | None = optional("What is to be seen of the fault.")
    idempotency_key: str | None = key()


@strawberry.input(description="A ticket that is to go to another state.")
class ChangeTicketStateInput:
    """The change of a state."""

    id: strawberry.ID = required("The ticket.")
    status: TicketStatus = required("The new state. IN_PROGRESS reopens a ticket that is resolved or closed.")
    version: int | None = version()
    note: str | None = optional("What is to be noted in the ticket's history.")
    outcome: str | None = optional("What came out.")
    cause: str | None = optional("Why it happened.")
    prevention: str | None = optional("What keeps it from happening again.")
    idempotency_key: str | None = key()


@strawberry.input(description="A ticket that someone is to work on.")
class AssignTicketInput:
    """The new assignee of a ticket."""

    id: strawberry.ID = required("The ticket.")
    assignee_id: strawberry.ID = required("Who is to work on it.")
    version: int | None = version()
    note: str | None = optional("What is to be noted in the ticket's history.")
    idempotency_key: str | None = key()


@strawberry.input(description="A ticket that another department is to handle.")
class TransferTicketInput:
    """The new department of a ticket."""

    id: strawberry.ID = required("The ticket.")
    department_id: strawberry.ID = required("The department.")
    assignee_id: strawberry.ID | None = optional("Who is to work on it there; nobody yet when it is left out.")
    version: int | None = version()
    note: str | None = optional("What is to be noted in the ticket's history.")
    idempotency_key: str | None = key()


@strawberry.input(description="An answer that the customer got.")
class ReplyToTicketInput:
    """The answer."""

    id: strawberry.ID = required("The ticket.")
    note: str | None = optional("What the answer was, in short.")
    idempotency_key: str | None = key()


@strawberry.type(description="Why no ticket was opened.")
class OpenTicketError(MutationError):
    """One reason."""

    code: OpenTicketErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why a ticket stayed in its state.")
class ChangeTicketStateError(MutationError):
    """One reason."""

    code: ChangeTicketStateErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why a ticket was not given to someone.")
class AssignTicketError(MutationError):
    """One reason."""

    code: AssignTicketErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why a ticket was not passed on.")
class TransferTicketError(MutationError):
    """One reason."""

    code: TransferTicketErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why an answer was not noted.")
class ReplyToTicketError(MutationError):
    """One reason."""

    code: ReplyToTicketErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of opening a ticket.")
class OpenTicketPayload:
    """The new ticket, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[OpenTicketError] = strawberry.field(description=ERRORS)
    ticket: Ticket | None = one(lambda p, t: t.id == p.changed_id, "The new ticket.")


@payload("What came of changing a ticket's state.")
class ChangeTicketStatePayload:
    """The ticket as it is now, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[ChangeTicketStateError] = strawberry.field(description=ERRORS)
    ticket: Ticket | None = one(lambda p, t: t.id == p.changed_id, "The ticket as it is now.")


@payload("What came of giving a ticket to someone.")
class AssignTicketPayload:
    """The ticket as it is now, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[AssignTicketError] = strawberry.field(description=ERRORS)
    ticket: Ticket | None = one(lambda p, t: t.id == p.changed_id, "The ticket as it is now.")


@payload("What came of passing a ticket on.")
class TransferTicketPayload:
    """The ticket as it is now, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[TransferTicketError] = strawberry.field(description=ERRORS)
    ticket: Ticket | None = one(lambda p, t: t.id == p.changed_id, "The ticket as it is now.")


@payload("What came of noting an answer.")
class ReplyToTicketPayload:
    """The ticket as it is now, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[ReplyToTicketError] = strawberry.field(description=ERRORS)
    ticket: Ticket | None = one(lambda p, t: t.id == p.changed_id, "The ticket as it is now.")


async def _open(
    info: Info, given: Annotated[OpenTicketInput, strawberry.argument(name="input", description="The case.")]
) -> OpenTicketPayload:
    return await perform(info, open_ticket, given, OpenTicketPayload, OpenTicketError)


async def _change_state(
    info: Info, given: Annotated[ChangeTicketStateInput, strawberry.argument(name="input", description="The change.")]
) -> ChangeTicketStatePayload:
    return await perform(info, change_ticket_state, given, ChangeTicketStatePayload, ChangeTicketStateError)


async def _assign(
    info: Info, given: Annotated[AssignTicketInput, strawberry.argument(name="input", description="The assignment.")]
) -> AssignTicketPayload:
    return await perform(info, assign_ticket, given, AssignTicketPayload, AssignTicketError)


async def _transfer(
    info: Info, given: Annotated[TransferTicketInput, strawberry.argument(name="input", description="The transfer.")]
) -> TransferTicketPayload:
    return await perform(info, transfer_ticket, given, TransferTicketPayload, TransferTicketError)


async def _reply(
    info: Info, given: Annotated[ReplyToTicketInput, strawberry.argument(name="input", description="The answer.")]
) -> ReplyToTicketPayload:
    return await perform(info, reply_to_ticket, given, ReplyToTicketPayload, ReplyToTicketError)


@strawberry.type
class TicketMutations:
    """What can be done with tickets."""

    open_ticket: OpenTicketPayload = mutation(_open, "Open a ticket. 登记工单")
    change_ticket_state: ChangeTicketStatePayload = mutation(
        _change_state, "Move a ticket to another state. 变更工单状态"
    )
    assign_ticket: AssignTicketPayload = mutation(_assign, "Give a ticket to someone. 指派工单")
    transfer_ticket: TransferTicketPayload = mutation(_transfer, "Pass a ticket on to another department. 转派工单")
    reply_to_ticket: ReplyToTicketPayload = mutation(_reply, "Note that the customer was answered. 登记工单答复")
