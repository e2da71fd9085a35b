"""What can be subscribed to."""

from __future__ import annotations

import strawberry

from resolvers.reading.declare_log import log_stream
from resolvers.ticket_updates import TICKET_EVENTS
from schema.ticket_update import TicketUpdate, TicketUpdateFilter


@strawberry.type(description="What can be followed as it happens, over a socket.")
class Subscription:
    """Streams of updates."""

    ticket_updates: TicketUpdate = log_stream(
        TICKET_EVENTS,
        "What happens to tickets, in the order of the log: first what came after `after`, then what comes. A BOOKMARK "
        "comes at the start and now and then, so that the last cursor is never old.",
        filter_type=TicketUpdateFilter,
        bookmark={"kind": "BOOKMARK"},
    )
