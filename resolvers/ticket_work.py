"""Who works on a ticket: giving it to someone, passing it on, answering the customer (B2)."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass

from outbox.event import EventKind
from resolvers.access_rows import access_ticket, receiving_department
from resolvers.actions import Action
from resolvers.commands import Told, Unit, command
from resolvers.drafts import DepartmentId, StaffId, TicketId
from resolvers.edits import check_version, touch
from resolvers.problems import Code, refuse
from resolvers.text import Prose
from resolvers.ticket import note_event, working_staff
from resolvers.ticket_clock import await_reply
from store.ticket import ENDED, TicketEventKind, TicketRow


@dataclass(frozen=True)
class TicketAssignment:
    """A ticket is to be worked on by someone."""

    id: TicketId
    assignee_id: StaffId
    version: int | None = None
    note: Prose | None = None


@dataclass(frozen=True)
class TicketTransfer:
    """A ticket is to go to another department, and to someone there if that is known. The first responder stays."""

    id: TicketId
    department_id: DepartmentId
    assignee_id: StaffId | None = None
    version: int | None = None
    note: Prose | None = None


@dataclass(frozen=True)
class TicketReply:
    """The customer was answered; `note` says what, in short."""

    id: TicketId
    note: Prose | None = None


class AssignTicketErrorCode(enum.StrEnum):
    """Why a ticket was not given to someone."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    STALE_VERSION = Code.STALE_VERSION
    STAFF_LEFT = Code.STAFF_LEFT
    TICKET_ENDED = Code.TICKET_ENDED


class TransferTicketErrorCode(enum.StrEnum):
    """Why a ticket was not passed on."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    STALE_VERSION = Code.STALE_VERSION
    STAFF_LEFT = Code.STAFF_LEFT
    TICKET_ENDED = Code.TICKET_ENDED
    DEPARTMENT_CLOSED = Code.DEPARTMENT_CLOSED


class ReplyToTicketErrorCode(enum.StrEnum):
    """Why a reply was not noted."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    TICKET_ENDED = Code.TICKET_ENDED


@command(Action.ASSIGN_TICKET, AssignTicketErrorCode)
async def assign_ticket(unit: Unit, draft: TicketAssignment) -> uuid.UUID:
    """Give a ticket of a customer within reach to someone; nothing happens when that person has it."""
    row = await _open_ticket(unit, draft.id, draft.version)
    staff = await working_staff(unit, draft.assignee_id, "assignee_id")
    if row.assignee_id != staff.id:
        row.assignee_id = staff.id
        note_change(unit, row, TicketEventKind.ASSIGNED, draft.note)
    return row.id


@command(Action.TRANSFER_TICKET, TransferTicketErrorCode)
async def transfer_ticket(unit: Unit, draft: TicketTransfer) -> uuid.UUID:
    """Pass a ticket of a customer within reach on; nothing happens when it is there already."""
    row = await _open_ticket(unit, draft.id, draft.version)
    department = await receiving_department(unit, draft.department_id, "department_id")
    if draft.assignee_id is not None:
        await working_staff(unit, draft.assignee_id, "assignee_id")
    if (row.department_id, row.assignee_id) != (department.id, draft.assignee_id):
        row.assignee_id = draft.assignee_id
        pass_on(unit, row, department.id, draft.note)
    return row.id


@command(Action.REPLY_TO_TICKET, ReplyToTicketErrorCode)
async def reply_to_ticket(unit: Unit, draft: TicketReply) -> uuid.UUID:
    """Note that the customer was answered: the first reply is given, and the next one is due as the level says."""
    row = await _open_ticket(unit, draft.id, None)
    row.first_replied_at = row.first_replied_at or unit.now
    row.first_responder_id = row.first_responder_id or unit.subject.staff_id
    await_reply(row, unit.now)
    note_change(unit, row, TicketEventKind.REPLIED, draft.note)
    return row.id


async def _open_ticket(unit: Unit, key: uuid.UUID, version: int | None) -> TicketRow:
    """A ticket within reach that has not ended. Raises Refused (NOT_FOUND, STALE_VERSION, TICKET_ENDED)."""
    row = await access_ticket(unit, key, "id")
    check_version(row, version)
    if row.status in ENDED:
        raise refuse(Code.TICKET_ENDED, "id", f"the ticket is {row.status}; reopen it first")
    return row


def pass_on(unit: Unit, row: TicketRow, department_id: uuid.UUID, note: str | None = None) -> None:
    """Give a ticket to a department, and note that it was transferred. The assignee stays, unless already changed."""
    row.department_id = department_id
    row.transfer_count += 1
    note_change(unit, row, TicketEventKind.TRANSFERRED, note)


def note_change(unit: Unit, row: TicketRow, kind: TicketEventKind, note: str | None) -> None:
    """Count the change of a ticket, and note what happened to it."""
    touch(unit, row)
    note_event(unit, row, kind, note=note)
    told: dict[str, Told] = {
        "number": row.number,
        "customerId": row.customer_id,
        "what": kind.value,
        "version": row.version,
    }
    place: dict[str, Told] = {"departmentId": row.department_id, "assigneeId": row.assignee_id}
    unit.changed(EventKind.TICKET_CHANGED, "Ticket", row.id, **told, **place)
