"""Opening tickets, and noting what happens to them."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass
from typing import Final

from outbox.event import EventKind
from resolvers.access_rows import access_customer, contact_of, directory_staff, receiving_department
from resolvers.actions import Action
from resolvers.commands import Told, Unit, command
from resolvers.decisions.service_level import give_level
from resolvers.drafts import ContactId, CustomerId, DepartmentId, StaffId
from resolvers.edits import Unique, born, new_values, save
from resolvers.problems import Code, refuse
from resolvers.record_numbers import record_number
from resolvers.text import Line, Prose
from resolvers.times import not_in_future
from store.base import new_id
from store.customer import CustomerRow
from store.interaction import Channel
from store.staff import StaffRow, StaffStatus
from store.ticket import Severity, TicketEventKind, TicketEventRow, TicketKind, TicketRow, TicketStatus


@dataclass(frozen=True)
class TicketDraft:
    """A case to be opened. Without a department it goes to the customer's, and to whoever opens it (B2)."""

    customer_id: CustomerId
    kind: TicketKind
    channel: Channel
    subject: Line
    severity: Severity = Severity.MODERATE
    contact_id: ContactId | None = None
    department_id: DepartmentId | None = None
    assignee_id: StaffId | None = None
    opened_at: dt.datetime | None = None
    description: Prose | None = None
    product: Line | None = None
    model: Line | None = None
    serial_number: Line | None = None
    category: Line | None = None
    subcategory: Line | None = None
    symptom: Line | None = None


class OpenTicketErrorCode(enum.StrEnum):
    """Why no ticket was opened."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    INVALID_TIME = Code.INVALID_TIME
    IN_FUTURE = Code.IN_FUTURE
    STAFF_LEFT = Code.STAFF_LEFT
    DEPARTMENT_CLOSED = Code.DEPARTMENT_CLOSED


COLUMNS: Final = (
    "contact_id",
    "kind",
    "severity",
    "channel",
    "subject",
    "description",
    "product",
    "model",
    "serial_number",
    "category",
    "subcategory",
    "symptom",
)
"""The columns that are kept as the draft has them."""

_NUMBER: Final = Unique("uq_ticket_number", "ticket.number", None)


@command(Action.OPEN_TICKET, OpenTicketErrorCode)
async def open_ticket(unit: Unit, draft: TicketDraft) -> uuid.UUID:
    """Open a case of a customer within reach, with the level and the targets that the rules give it."""
    opened_at = not_in_future(unit, draft.opened_at, "opened_at")
    customer = await access_customer(unit, draft.customer_id, "customer_id")
    if draft.contact_id is not None:
        await contact_of(unit, customer.id, draft.contact_id, "contact_id")
    place = await _place(unit, draft, customer)
    key = new_id()
    row = TicketRow(
        **born(unit, key),
        **new_values(draft, COLUMNS),
        **place,
        customer_id=customer.id,
        number=record_number("T", key, unit.today),
        first_responder_id=unit.subject.staff_id,
        status=TicketStatus.NEW,
        opened_at=opened_at,
    )
    await give_level(unit, row)
    await save(unit, row, _NUMBER)
    note_event(unit, row, TicketEventKind.REGISTERED, at=opened_at)
    told: dict[str, Told] = {
        "number": row.number,
        "customerId": customer.id,
        "kind": row.kind.value,
        "severity": row.severity.value,
    }
    unit.changed(EventKind.TICKET_OPENED, "Ticket", row.id, **told, departmentId=row.department_id)
    return row.id


def note_event(
    unit: Unit, row: TicketRow, kind: TicketEventKind, *, note: str | None = None, at: dt.datetime | None = None
) -> None:
    """Note what happened to a ticket, with what holds now; the customer's figures follow."""
    happened = TicketEventRow(
        id=new_id(),
        ticket_id=row.id,
        customer_id=row.customer_id,
        at=at or unit.now,
        kind=kind,
        status=row.status,
        severity=row.severity,
        department_id=row.department_id,
        assignee_id=row.assignee_id,
        actor_id=unit.subject.staff_id,
        note=note,
    )
    unit.session.add(happened)
    unit.deals_with(row.customer_id)


async def working_staff(unit: Unit, key: uuid.UUID, field: str) -> StaffRow:
    """Someone who can be given a ticket. Raises Refused (NOT_FOUND, STAFF_LEFT)."""
    staff = await directory_staff(unit, key, field)
    if staff.status is StaffStatus.LEFT:
        raise refuse(Code.STAFF_LEFT, field)
    return staff


async def _place(unit: Unit, draft: TicketDraft, customer: CustomerRow) -> dict[str, uuid.UUID | None]:
    """The department and the person to whom a new ticket goes."""
    department_id, assignee_id = draft.department_id, draft.assignee_id
    if assignee_id is not None:
        await working_staff(unit, assignee_id, "assignee_id")
    elif department_id is None:
        assignee_id = unit.subject.staff_id
    if department_id is not None:
        await receiving_department(unit, department_id, "department_id")
    return {"department_id": department_id or customer.department_id, "assignee_id": assignee_id}
