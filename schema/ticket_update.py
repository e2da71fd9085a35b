"""What happens to tickets: updates from the event log, in its order, for subscribers and for those who ask."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import sqlalchemy as sa
import strawberry

from outbox.event import EventKind, LogEventRow
from resolvers.reading import column, entity, one, part_type
from resolvers.reading.declare_log import log_cursor
from resolvers.reading.filtering import Choice, by, filters
from resolvers.ticket_updates import of_ticket, through_ticket
from schema.arguments import read_id
from schema.exposing import expose
from schema.links import TicketLink
from schema.paging import Edge, PageInfo
from store.ticket import Severity, TicketEventKind, TicketKind, TicketRow, TicketStatus
from store.types import Coded


class TicketUpdateKind(enum.StrEnum):
    """What an update tells."""

    OPENED = "OPENED"
    CHANGED = "CHANGED"
    BOOKMARK = "BOOKMARK"


expose(
    TicketUpdateKind,
    "What an update tells. 更新类别",
    "a ticket was opened | 新开工单\n"
    "a ticket was changed | 工单变更\n"
    "no ticket, only how far the log was read: keep the cursor | 书签",
)


def _kind(event: Any) -> Any:
    word = sa.literal_column
    opened = event.kind == word(f"'{EventKind.TICKET_OPENED.value}'")
    return sa.case((opened, word("'OPENED'", sa.Text())), else_=word("'CHANGED'"))


def _told(name: str, bound: Any) -> Any:
    """A value that the event recorded under a name."""

    def read(event: Any) -> Any:
        return sa.type_coerce(event.data[name].as_string(), bound)

    return read


@entity(LogEventRow, "Something that happened to a ticket, or a bookmark. 工单更新", scope=through_ticket)
class TicketUpdate:
    """One row of the event log that tells of a ticket."""

    cursor: str = log_cursor("The update's place in the log. Come back with the last one that you have dealt with.")
    kind: TicketUpdateKind = column(_kind, "What it tells. 更新类别")
    happened_at: dt.datetime | None = column(LogEventRow.at, "When it happened; not set for a bookmark. 发生时间")
    what: TicketEventKind | None = column(
        _told("what", Coded(TicketEventKind)), "What happened, where the event recorded it. 工单事件"
    )
    from_status: TicketStatus | None = column(
        _told("from", Coded(TicketStatus)), "The state before, where the state changed. 原状态"
    )
    to_status: TicketStatus | None = column(
        _told("to", Coded(TicketStatus)), "The state since then, where the state changed. 新状态"
    )
    version: int | None = column(
        lambda event: event.data["version"].as_integer(),
        "The ticket's version that the change made; the ticket below may be newer.",
    )
    ticket: TicketLink | None = one(
        lambda event, ticket: ticket.id == event.aggregate_id,
        "The ticket as it is now; not set for a bookmark. 工单",
        within=True,
    )


@filters(LogEventRow, "Which updates. All but `toStatus` and `what` look at the ticket as it is now.")
class TicketUpdateFilter:
    """Criteria over updates of tickets."""

    ticket_id: Choice[strawberry.ID] | None = by(LogEventRow.aggregate_id, "By ticket.", read_id("Ticket"))
    customer_id: Choice[strawberry.ID] | None = by(
        of_ticket(TicketRow.customer_id), "By the ticket's customer.", read_id("Customer")
    )
    kind: Choice[TicketKind] | None = by(of_ticket(TicketRow.kind), "By what the case is about.")
    severity: Choice[Severity] | None = by(of_ticket(TicketRow.severity), "By severity.")
    what: Choice[TicketEventKind] | None = by(_told("what", Coded(TicketEventKind)), "By what happened.")
    to_status: Choice[TicketStatus] | None = by(
        _told("to", Coded(TicketStatus)), "By the state to which the change led."
    )


@part_type("A page of updates, oldest first.")
class TicketUpdateConnection:
    """Relay's connection, forwards only."""

    edges: list[Edge[TicketUpdate]] = strawberry.field(description="The updates with their cursors.")
    nodes: list[TicketUpdate] = strawberry.field(description="The updates alone.")
    page_info: PageInfo = strawberry.field(
        description="Where the page stands in the log. endCursor moves on also where nothing matched: go on from it."
    )
