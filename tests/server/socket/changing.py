"""Changes of tickets, done next to the server, by its store."""

from __future__ import annotations

import uuid

from resolvers.ticket import TicketDraft, open_ticket
from resolvers.ticket_work import TicketReply, reply_to_ticket
from store.interaction import Channel
from store.ticket import TicketKind
from tests.commands.worlds import Office


async def opened(office: Office, customer_id: uuid.UUID | None = None) -> uuid.UUID:
    """A new ticket."""
    draft = TicketDraft(customer_id or office.world.own, TicketKind.FAULT, Channel.PHONE, "It leaks")
    return await office.do(open_ticket, draft)


async def replied(office: Office, ticket_id: uuid.UUID) -> None:
    """The customer is answered."""
    await office.do(reply_to_ticket, TicketReply(ticket_id))
