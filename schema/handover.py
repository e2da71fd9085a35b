"""Handovers as clients see them: who hands what over to whom, and what became of it."""

from __future__ import annotations

import datetime as dt

import strawberry

from resolvers.reading import Argument, column, connection, entity, global_id, many, one
from resolvers.reading.filtering import Choice, Range, TextFilter, by, filters
from resolvers.scopes import directory_scope, handover_item_scope
from schema.arguments import STAFF, read_id
from schema.links import ContactLink, CustomerLink, DepartmentLink, StaffLink, TicketLink
from schema.paging import Connection, Node
from store.handover import (
    HandoverCountRow,
    HandoverItemKind,
    HandoverItemRole,
    HandoverItemRow,
    HandoverItemState,
    HandoverReason,
    HandoverRow,
    HandoverStatus,
)
from store.types import Coded

KIND = Argument(
    HandoverItemKind | None,
    "Only things of this kind; all when it is left out.",
    Coded(HandoverItemKind),
    where=lambda row, value: row.kind == value,
)


@entity(HandoverCountRow, "How many things of one kind a handover lists. 交接事项数", scope=directory_scope)
class HandoverCount:
    """The count of one kind."""

    kind: HandoverItemKind = column(HandoverCountRow.kind, "The kind.")
    listed: int = column(HandoverCountRow.listed, "How many are still to be handed over.")
    handed_over: int = column(HandoverCountRow.handed_over, "How many were handed over.")
    gone: int = column(HandoverCountRow.gone, "How many were not the person's any more when it was done.")


@entity(HandoverItemRow, "One thing that a handover lists, in one role. 交接事项", scope=handover_item_scope)
class HandoverItem(Node):
    """One customer, ticket or contact."""

    id: strawberry.ID = global_id()
    kind: HandoverItemKind = column(HandoverItemRow.kind, "What kind of thing it is.")
    role: HandoverItemRole = column(HandoverItemRow.role, "What the person was to it.")
    label: str = column(
        HandoverItemRow.label, "What it was called when it was listed: a name, a ticket's number. Stays so."
    )
    state: HandoverItemState = column(HandoverItemRow.state, "What became of it.")
    listed_at: dt.datetime = column(HandoverItemRow.listed_at, "When it was listed.")
    done_at: dt.datetime | None = column(HandoverItemRow.done_at, "When it was handed over, or found to be gone.")
    customer: CustomerLink | None = one(
        lambda i, c: c.id == i.customer_id, "The customer that it belongs to; not set when you do not see it."
    )
    ticket: TicketLink | None = one(lambda i, t: t.id == i.ticket_id, "The ticket, if it is one.")
    contact: ContactLink | None = one(lambda i, k: k.id == i.contact_id, "The contact, if it is one.")


@entity(HandoverRow, "What one person of the staff hands over to another. 交接", scope=directory_scope)
class Handover(Node):
    """One document, kept for ever."""

    id: strawberry.ID = global_id()
    number: str = column(HandoverRow.number, "The number that people know it by.")
    from_: StaffLink | None = one(lambda h, s: s.id == h.from_id, "Who hands over.", name="from")
    to: StaffLink | None = one(lambda h, s: s.id == h.to_id, "The successor.")
    effective_on: dt.date = column(HandoverRow.effective_on, "The first day on which the successor has everything.")
    reason: HandoverReason = column(HandoverRow.reason, "Why.")
    status: HandoverStatus = column(HandoverRow.status, "Where it is in its life.")
    department: DepartmentLink | None = one(
        lambda h, d: d.id == h.department_id, "Set when only customers of this department are handed over."
    )
    is_part: bool = column(HandoverRow.is_part, "Whether only chosen customers are handed over.")
    note: str | None = column(HandoverRow.note, "What the successor should know.")
    proposed_at: dt.datetime = column(HandoverRow.created_at, "When it was proposed.")
    proposed_by: str | None = column(HandoverRow.proposed_by, "Who proposed it.")
    answered_at: dt.datetime | None = column(HandoverRow.answered_at, "When it was accepted or declined.")
    answered_by: str | None = column(HandoverRow.answered_by, "Who accepted or declined it.")
    answer_note: str | None = column(HandoverRow.answer_note, "What was said with that.")
    on_behalf: bool | None = column(
        HandoverRow.on_behalf, "Whether someone else answered for the successor; not set before it is answered."
    )
    cancelled_at: dt.datetime | None = column(HandoverRow.cancelled_at, "When it was taken back.")
    cancelled_by: str | None = column(HandoverRow.cancelled_by, "Who took it back.")
    cancel_note: str | None = column(HandoverRow.cancel_note, "What was said with that.")
    executed_at: dt.datetime | None = column(HandoverRow.executed_at, "When everything changed hands.")
    executed_by: str | None = column(HandoverRow.executed_by, "Who did it; the service itself, when its day came.")
    updated_at: dt.datetime = column(HandoverRow.updated_at, "When it last changed.")
    version: int = column(HandoverRow.version, "Counts the changes; give it back when you accept or execute.")
    counts: list[HandoverCount] = many(
        lambda h, c: c.handover_id == h.id, "How much there is of each kind.", order_by=[HandoverCountRow.kind]
    )
    items: Connection[HandoverItem] = connection(
        lambda h, i: i.handover_id == h.id,
        "What is handed over, by kind and by what it is called. Whoever is not one of the two sees what belongs to "
        "customers that they see.",
        orders=[HandoverItemRow.kind, HandoverItemRow.label, HandoverItemRow.id],
        arguments={"kind": KIND},
    )


HANDOVER_ORDER = (HandoverRow.created_at.desc(), HandoverRow.id.desc())


@filters(HandoverRow, "Which handovers.")
class HandoverFilter:
    """Criteria over handovers."""

    number: TextFilter | None = by(HandoverRow.number, "By number.")
    from_id: Choice[strawberry.ID] | None = by(
        HandoverRow.from_id, "By who hands over.", read_id("Staff"), leads_to=STAFF
    )
    to_id: Choice[strawberry.ID] | None = by(HandoverRow.to_id, "By successor.", read_id("Staff"), leads_to=STAFF)
    status: Choice[HandoverStatus] | None = by(HandoverRow.status, "By where it is in its life.")
    reason: Choice[HandoverReason] | None = by(HandoverRow.reason, "By why.")
    effective_on: Range[dt.date] | None = by(HandoverRow.effective_on, "By the day of the handover.")
