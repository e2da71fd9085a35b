"""Tickets and what happened to them."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from store.base import new_id
from store.customer import CustomerRow
from store.interaction import Channel
from store.ticket import TicketEventKind, TicketEventRow, TicketKind, TicketRow
from tests.factories import NOW, added, numbered


async def add_ticket(session: AsyncSession, customer: CustomerRow, **values: Any) -> TicketRow:
    """A new consultation, with the event that registered it."""
    keys = {"customer_id": customer.id, "number": numbered("T"), "subject": "The invoice is wrong"}
    sort = {"kind": TicketKind.CONSULTATION, "channel": Channel.PHONE}
    times = dict.fromkeys(("opened_at", "created_at", "updated_at"), values.get("opened_at", NOW))
    ticket = await added(session, TicketRow(**{**keys, **sort, **times, **values}))
    await add_ticket_event(session, ticket, at=ticket.opened_at)
    return ticket


async def add_crowd_of_tickets(
    session: AsyncSession, customer_id: uuid.UUID, department_id: uuid.UUID, size: int
) -> None:
    """Many open tickets of one customer at once, without their histories."""
    times = dict.fromkeys(("opened_at", "created_at", "updated_at"), NOW)
    kept = {"customer_id": customer_id, "department_id": department_id, "subject": "One of many", **times}
    sort = {"kind": TicketKind.CONSULTATION, "channel": Channel.PHONE}
    rows = [{"id": new_id(), "number": numbered("T"), **kept, **sort} for _ in range(size)]
    await session.execute(sa.insert(TicketRow), rows)


async def add_ticket_event(session: AsyncSession, ticket: TicketRow, **values: Any) -> TicketEventRow:
    """Something happened to a ticket; what held after it is what the ticket says now."""
    keys = {"ticket_id": ticket.id, "customer_id": ticket.customer_id}
    held = {name: getattr(ticket, name) for name in ("status", "severity", "department_id", "assignee_id")}
    defaults = {"at": NOW, "kind": TicketEventKind.REGISTERED}
    return await added(session, TicketEventRow(**{**keys, **held, **defaults, **values}))
