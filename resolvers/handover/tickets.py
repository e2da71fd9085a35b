"""Open tickets: the successor works on them, and is responsible in place of whoever was asked first (B2)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from resolvers.commands import Unit
from resolvers.handover.passing import Hook, Owned, Passing, one_of
from resolvers.ticket_work import note_change
from store.handover import HandoverItemKind, HandoverItemRole
from store.ticket import ENDED, TicketEventKind, TicketRow

_ROLES: Final = (
    (HandoverItemRole.ASSIGNEE, "assignee_id"),
    (HandoverItemRole.FIRST_RESPONDER, "first_responder_id"),
)


async def _owned(unit: Unit, passing: Passing) -> Sequence[Owned]:
    row, person = TicketRow, passing.from_id
    found = await unit.session.execute(
        sa.select(row.id, row.number, row.customer_id, row.assignee_id, row.first_responder_id).where(
            sa.or_(row.assignee_id == person, row.first_responder_id == person),
            row.status.not_in(ENDED),
            passing.covers(row.customer_id),
        )
    )
    kind = HandoverItemKind.TICKET
    return [
        Owned(kind, role, ticket.id, ticket.number, customer_id=ticket.customer_id, ticket_id=ticket.id)
        for ticket in found
        for role, column in _ROLES
        if getattr(ticket, column) == person
    ]


async def _hand_over(unit: Unit, passing: Passing, things: Sequence[Owned]) -> None:
    keys = frozenset(thing.subject_id for thing in things)
    rows = list(await unit.session.scalars(sa.select(TicketRow).where(one_of(TicketRow.id, keys))))
    worked_on: set[uuid.UUID] = {row.id for row in rows if row.assignee_id == passing.from_id}
    for row in rows:
        for _, column in _ROLES:
            if getattr(row, column) == passing.from_id:
                setattr(row, column, passing.to_id)
    for row in rows:
        kind = TicketEventKind.ASSIGNED if row.id in worked_on else TicketEventKind.UPDATED
        note_change(unit, row, kind, f"handover {passing.number}")


TICKETS: Final = Hook(_owned, _hand_over, events=1)
