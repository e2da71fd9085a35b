"""Mutations of the customer journal."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from resolvers.interaction import RecordInteractionErrorCode, record_interaction
from resolvers.reading import one, payload
from schema.interaction import Interaction
from schema.mutating import ERRORS, Info, MutationError, expose_codes, key, mutation, optional, perform, required
from store.interaction import Channel, Direction, HandlingState, InteractionKind

expose_codes(RecordInteractionErrorCode)


@strawberry.input(description="A contact with a customer that is to be recorded.")
class RecordInteractionInput:
    """The draft of a journal entry."""

    customer_id: strawberry.ID = required("The customer.")
    channel: Channel = required("How the contact was made.")
    direction: Direction = required("Who started it.")
    kind: InteractionKind = required("The event class.")
    subject: str = required("What it was about, in a line.")
    occurred_at: dt.datetime | None = optional("When it happened, with a time zone; now when it is left out.")
    staff_id: strawberry.ID | None = optional("Who handled it; you, when it is left out and you are of the staff.")
    department_id: strawberry.ID | None = optional("The department that handled it.")
    ticket_id: strawberry.ID | None = optional("The customer's ticket that it belongs to.")
    service_type: str | None = optional("The type of service.")
    source: str | None = optional("Where the entry comes from.")
    state: HandlingState = optional("How far the handling is.", HandlingState.DONE)
    satisfaction: int | None = optional("How satisfied the customer was, from 1 (bad) to 5 (good).")
    description: str | None = optional("What happened.")
    resolution: str | None = optional("How it was settled.")
    summary: str | None = optional("What is to be remembered.")
    idempotency_key: str | None = key()


@strawberry.type(description="Why a contact was not recorded.")
class RecordInteractionError(MutationError):
    """One reason."""

    code: RecordInteractionErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of recording a contact.")
class RecordInteractionPayload:
    """The new journal entry, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[RecordInteractionError] = strawberry.field(description=ERRORS)
    interaction: Interaction | None = one(lambda p, i: i.id == p.changed_id, "The new journal entry.")


async def _record(
    info: Info, given: Annotated[RecordInteractionInput, strawberry.argument(name="input", description="The contact.")]
) -> RecordInteractionPayload:
    return await perform(info, record_interaction, given, RecordInteractionPayload, RecordInteractionError)


@strawberry.type
class InteractionMutations:
    """What can be done with the customer journal."""

    record_interaction: RecordInteractionPayload = mutation(_record, "Record a contact with a customer. 登记客户日志")
