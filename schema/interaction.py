"""The customer journal, as clients see it."""

from __future__ import annotations

import datetime as dt
import enum

import strawberry

from resolvers.reading import column, entity, global_id, one
from resolvers.reading.filtering import Choice, Range, TextFilter, by, filters
from resolvers.scopes import through_customer
from schema.arguments import DEPARTMENT, STAFF, read_id
from schema.exposing import expose
from schema.links import CustomerLink, DepartmentLink, StaffLink, TicketLink
from schema.paging import Node, TimelineItem
from store.interaction import Channel, Direction, HandlingState, InteractionKind, InteractionRow


@entity(InteractionRow, "One contact with a customer. 客户日志", scope=through_customer)
class Interaction(Node, TimelineItem):
    """A journal entry."""

    id: strawberry.ID = global_id()
    kind: InteractionKind = column(InteractionRow.kind, "The event class.")
    channel: Channel = column(InteractionRow.channel, "How the contact was made.")
    direction: Direction = column(InteractionRow.direction, "Who started it.")
    happened_at: dt.datetime = column(InteractionRow.occurred_at, "When it was.")
    service_type: str | None = column(InteractionRow.service_type, "What service was given.")
    source: str | None = column(InteractionRow.source, "Where the entry comes from.")
    state: HandlingState = column(InteractionRow.state, "How far the handling is.")
    satisfaction: int | None = column(
        InteractionRow.satisfaction, "How satisfied the customer was, 1 (bad) to 5 (good)."
    )
    subject: str = column(InteractionRow.subject, "What it was about, in a line.")
    description: str | None = column(InteractionRow.description, "What was said.")
    resolution: str | None = column(InteractionRow.resolution, "How it was resolved.")
    summary: str | None = column(InteractionRow.summary, "The essence, for whoever comes next.")
    version: int = column(InteractionRow.version, "Counts the changes; give it back when you update.")
    customer: CustomerLink = one(lambda i, c: c.id == i.customer_id, "The customer.", within=True)
    handler: StaffLink | None = one(lambda i, s: s.id == i.staff_id, "Who handled it.")
    department: DepartmentLink | None = one(lambda i, d: d.id == i.department_id, "The department that handled it.")
    ticket: TicketLink | None = one(lambda i, t: t.id == i.ticket_id, "The ticket that it belongs to.", within=True)


class InteractionOrder(enum.StrEnum):
    """Orders of journal entries."""

    HAPPENED_AT_DESC = "HAPPENED_AT_DESC"
    HAPPENED_AT_ASC = "HAPPENED_AT_ASC"


expose(InteractionOrder, "How journal entries are ordered.", "latest first\nearliest first")

INTERACTION_ORDERS = {
    InteractionOrder.HAPPENED_AT_DESC: (InteractionRow.occurred_at.desc(), InteractionRow.id.desc()),
    InteractionOrder.HAPPENED_AT_ASC: (InteractionRow.occurred_at, InteractionRow.id),
}


@filters(InteractionRow, "Which journal entries.")
class InteractionFilter:
    """Criteria over journal entries."""

    kind: Choice[InteractionKind] | None = by(InteractionRow.kind, "By event class.")
    channel: Choice[Channel] | None = by(InteractionRow.channel, "By channel.")
    direction: Choice[Direction] | None = by(InteractionRow.direction, "By who started it.")
    state: Choice[HandlingState] | None = by(InteractionRow.state, "By how far the handling is.")
    happened_at: Range[dt.datetime] | None = by(InteractionRow.occurred_at, "By its time.")
    satisfaction: Range[int] | None = by(InteractionRow.satisfaction, "By satisfaction, 1 to 5.")
    subject: TextFilter | None = by(InteractionRow.subject, "By its subject line.")
    handler_id: Choice[strawberry.ID] | None = by(
        InteractionRow.staff_id, "By who handled it.", read_id("Staff"), leads_to=STAFF
    )
    department_id: Choice[strawberry.ID] | None = by(
        InteractionRow.department_id, "By the department that handled it.", read_id("Department"), leads_to=DEPARTMENT
    )
