"""Moving a ticket through its life."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass
from typing import Final

from outbox.event import EventKind
from resolvers.access_rows import access_ticket
from resolvers.actions import Action
from resolvers.commands import Told, Unit, command
from resolvers.drafts import UNSET, TicketId, Unset
from resolvers.edits import edit, save
from resolvers.problems import Code, refuse
from resolvers.text import Line, Prose
from resolvers.ticket import note_event
from resolvers.ticket_clock import follow
from store.ticket import ENDED, MOVES, TicketEventKind, TicketRow, TicketStatus


@dataclass(frozen=True)
class TicketStateChange:
    """A ticket is to go to another state; what came out, why it happened and what prevents it may be said with it."""

    id: TicketId
    status: TicketStatus
    version: int | None = None
    note: Prose | None = None
    outcome: Line | Unset | None = UNSET
    cause: Prose | Unset | None = UNSET
    prevention: Prose | Unset | None = UNSET


class ChangeTicketStateErrorCode(enum.StrEnum):
    """Why a ticket stayed in its state."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    STALE_VERSION = Code.STALE_VERSION
    BAD_MOVE = Code.BAD_MOVE


_EVENTS: Final = {
    TicketStatus.ACKNOWLEDGED: TicketEventKind.ACKNOWLEDGED,
    TicketStatus.SOLUTION_OFFERED: TicketEventKind.SOLUTION_OFFERED,
    TicketStatus.RESOLVED: TicketEventKind.RESOLVED,
    TicketStatus.CLOSED: TicketEventKind.CLOSED,
    TicketStatus.CANCELLED: TicketEventKind.CANCELLED,
}
"""States whose beginning is an event of its own kind; all others are STATE_CHANGED."""


@command(Action.CHANGE_TICKET_STATE, ChangeTicketStateErrorCode)
async def change_ticket_state(unit: Unit, draft: TicketStateChange) -> uuid.UUID:
    """Move a ticket of a customer within reach to a state that may follow its own."""
    row = await access_ticket(unit, draft.id, "id")
    edit(unit, row, draft, ("outcome", "cause", "prevention"), counts=True)
    before = row.status
    if draft.status not in MOVES[before]:
        raise refuse(Code.BAD_MOVE, "status", _possible(before))
    row.status = draft.status
    follow(row, before, unit.now)
    kind = _happened(unit, row, before)
    await save(unit, row)
    note_event(unit, row, kind, note=draft.note)
    told: dict[str, Told] = {
        "number": row.number,
        "customerId": row.customer_id,
        "what": kind.value,
        "version": row.version,
    }
    states: dict[str, Told] = {"from": before.value, "to": row.status.value}
    unit.changed(EventKind.TICKET_CHANGED, "Ticket", row.id, **told, **states)
    return row.id


def _happened(unit: Unit, row: TicketRow, before: TicketStatus) -> TicketEventKind:
    """Set the times that go with the new state; returns what this is in the ticket's history."""
    if before in ENDED and row.status not in ENDED:
        row.resolved_at = row.closed_at = row.made_target = None
        row.reopen_count += 1
        return TicketEventKind.REOPENED
    if row.status is TicketStatus.RESOLVED:
        row.resolved_at = unit.now
        row.made_target = None if row.due_at is None else unit.now <= row.due_at
    if row.status is TicketStatus.CLOSED:
        row.closed_at = unit.now
    return _EVENTS.get(row.status, TicketEventKind.STATE_CHANGED)


def _possible(status: TicketStatus) -> str:
    nexts = ", ".join(sorted(MOVES[status])) or "nowhere"
    return f"a ticket that is {status} can go to: {nexts}"
