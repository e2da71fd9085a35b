"""Recording contacts with customers in the journal (A5, D15)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass
from typing import Final

from outbox.event import EventKind
from resolvers.access_rows import access_customer, directory_department, directory_staff, ticket_of
from resolvers.acting.duties import fulfil
from resolvers.actions import Action
from resolvers.commands import Told, Unit, command
from resolvers.drafts import CustomerId, DepartmentId, StaffId, TicketId
from resolvers.edits import born, new_values, save
from resolvers.problems import Code, refuse
from resolvers.text import Line, Prose
from resolvers.times import not_in_future
from store.base import new_id
from store.interaction import Channel, Direction, HandlingState, InteractionKind, InteractionRow


@dataclass(frozen=True)
class InteractionDraft:
    """A contact to be recorded; it happened just now, and with who records it, unless the draft says otherwise."""

    customer_id: CustomerId
    channel: Channel
    direction: Direction
    kind: InteractionKind
    subject: Line
    occurred_at: dt.datetime | None = None
    staff_id: StaffId | None = None
    department_id: DepartmentId | None = None
    ticket_id: TicketId | None = None
    service_type: Line | None = None
    source: Line | None = None
    state: HandlingState = HandlingState.DONE
    satisfaction: int | None = None
    description: Prose | None = None
    resolution: Prose | None = None
    summary: Prose | None = None


class RecordInteractionErrorCode(enum.StrEnum):
    """Why a contact was not recorded."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    INVALID_TIME = Code.INVALID_TIME
    IN_FUTURE = Code.IN_FUTURE
    OUT_OF_RANGE = Code.OUT_OF_RANGE


COLUMNS: Final = (
    "channel",
    "direction",
    "kind",
    "subject",
    "department_id",
    "ticket_id",
    "service_type",
    "source",
    "state",
    "satisfaction",
    "description",
    "resolution",
    "summary",
)
"""The columns that are kept as the draft has them."""


@command(Action.RECORD_INTERACTION, RecordInteractionErrorCode)
async def record_interaction(unit: Unit, draft: InteractionDraft) -> uuid.UUID:
    """Record a contact with a customer within reach."""
    if draft.satisfaction is not None and not 1 <= draft.satisfaction <= 5:
        raise refuse(Code.OUT_OF_RANGE, "satisfaction", "satisfaction goes from 1 (bad) to 5 (good)")
    occurred_at = not_in_future(unit, draft.occurred_at, "occurred_at")
    customer = await access_customer(unit, draft.customer_id, "customer_id")
    staff_id = await _named(unit, draft)
    who = {"customer_id": customer.id, "staff_id": staff_id, "occurred_at": occurred_at}
    row = InteractionRow(**born(unit, new_id()), **who, **new_values(draft, COLUMNS))
    await save(unit, row)
    await fulfil(unit, row)
    unit.deals_with(customer.id)
    told: dict[str, Told] = {
        "customerId": customer.id,
        "kind": row.kind.value,
        "channel": row.channel.value,
        "staffId": staff_id,
    }
    unit.changed(EventKind.INTERACTION_RECORDED, "Interaction", row.id, **told)
    return row.id


async def _named(unit: Unit, draft: InteractionDraft) -> uuid.UUID | None:
    """Check what the entry refers to; returns who of the staff handled it."""
    if draft.department_id is not None:
        await directory_department(unit, draft.department_id, "department_id")
    if draft.ticket_id is not None:
        await ticket_of(unit, draft.customer_id, draft.ticket_id, "ticket_id")
    if draft.staff_id is None or draft.staff_id == unit.subject.staff_id:
        return unit.subject.staff_id
    return (await directory_staff(unit, draft.staff_id, "staff_id")).id
