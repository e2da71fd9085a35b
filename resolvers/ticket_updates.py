"""What the event log tells of tickets: which of it a subject sees, and the ticket behind a row of the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa

from outbox.event import EventKind
from resolvers.access import AccessClass
from resolvers.reading.rows import Probe
from resolvers.scopes import through_customer
from store.base import Base
from store.ticket import TicketRow

TICKET_EVENTS: Final = (EventKind.TICKET_OPENED.value, EventKind.TICKET_CHANGED.value)
"""Kinds of events that tell of a ticket; their aggregate is the ticket."""

_TICKET: Final = Base.metadata.tables[TicketRow.__tablename__]


def through_ticket(event: Any, access: AccessClass) -> sa.ColumnElement[bool] | None:
    """What is told of a ticket is seen by whoever sees the ticket now, through the customer whose it is now."""
    told = _TICKET.alias("told")
    seen = through_customer(told.c, access)
    if seen is None:
        return None
    found: sa.Select[Any] = (
        sa.select(sa.literal_column("1")).select_from(told).where(told.c.id == event.aggregate_id, seen)
    )
    return sa.exists(found.correlate_except(told))


def of_ticket(attribute: Any) -> Callable[[Any], Any]:
    """A column of the ticket, as it is now, over a row of the log; its level counts as if the row had it."""
    column = _TICKET.c[attribute.key]

    def read(event: Any) -> Any:
        if isinstance(event, Probe):
            of_its_own = Probe(_TICKET)
            of_its_own[column.key]
            event.level = max(event.level, of_its_own.level)
        told = _TICKET.alias("told_of")
        query = sa.select(told.c[column.key]).select_from(told).where(told.c.id == event.aggregate_id)
        return query.correlate_except(told).scalar_subquery()

    return read
