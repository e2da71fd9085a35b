"""Tickets and what happened to them, as clients see them."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import sqlalchemy as sa
import strawberry

from resolvers.decisions import questions
from resolvers.reading import column, connection, entity, global_id, many, one, part, part_type, traversal
from resolvers.reading.filtering import Choice, Range, TextFilter, by, by_rule, filters
from resolvers.reading.parameters import now
from resolvers.reading.sqljson import SecondsUntil
from resolvers.scopes import through_customer
from schema.arguments import DEPARTMENT, STAFF, read_id
from schema.decision import TICKET_RULE_SET_ARGUMENT, DecisionExplanation
from schema.exposing import expose
from schema.interaction import INTERACTION_ORDERS
from schema.links import (
    ContactLink,
    CustomerLink,
    DepartmentLink,
    DutyLink,
    EscalationLink,
    InteractionLink,
    StaffLink,
)
from schema.paging import Connection, Node, TimelineItem
from store.clearance import Clearance
from store.duty import DutyRow
from store.escalation import EscalationRow
from store.interaction import Channel
from store.ticket import (
    ENDED,
    ServiceCalendar,
    Severity,
    TicketEventKind,
    TicketEventRow,
    TicketKind,
    TicketRow,
    TicketStatus,
)


class TargetState(enum.StrEnum):
    """How a ticket stands with its target."""

    NONE = "NONE"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    OVERDUE = "OVERDUE"
    MET = "MET"
    MISSED = "MISSED"


expose(
    TargetState,
    "How a ticket stands with its target. 时限状态",
    "no target, or cancelled | 无时限\nwithin its time | 计时中\n"
    "within its time, and the clock stands still | 暂停计时\n"
    "past its time and not settled | 已超时\n"
    "settled in time | 按时完成\nsettled too late | 超时完成",
)


def _target_state(ticket: Any) -> Any:
    """What was recorded as the outcome counts; before that, the clock."""
    word = sa.literal_column
    is_settled = sa.or_(ticket.resolved_at.is_not(None), ticket.closed_at.is_not(None))
    late = sa.func.coalesce(ticket.resolved_at, ticket.closed_at, ticket.paused_at, now()) > ticket.due_at
    return sa.case(
        (ticket.made_target.is_(sa.true()), word("'MET'", sa.Text())),
        (ticket.made_target.is_(sa.false()), word("'MISSED'")),
        (sa.or_(ticket.due_at.is_(None), _is_cancelled(ticket)), word("'NONE'")),
        (sa.and_(late, is_settled), word("'MISSED'")),
        (late, word("'OVERDUE'")),
        (is_settled, word("'MET'")),
        (ticket.paused_at.is_not(None), word("'PAUSED'")),
        else_=word("'RUNNING'"),
    )


def _remaining(ticket: Any) -> Any:
    """Seconds until it is due, as far as GraphQL's Int reaches: 68 years."""
    seconds = SecondsUntil(ticket.due_at, sa.func.coalesce(ticket.paused_at, now()))
    most: Any = sa.literal_column(str(2**31 - 1))
    return sa.case(
        (sa.not_(_is_open(ticket)), sa.null()), (seconds > most, most), (seconds < -most, -most), else_=seconds
    )


def _is_cancelled(ticket: Any) -> Any:
    return ticket.status == sa.literal_column(f"'{TicketStatus.CANCELLED}'")


def _is_open(ticket: Any) -> Any:
    return ticket.status.not_in([sa.literal_column(f"'{status}'") for status in sorted(ENDED)])


@part_type("The targets of a ticket, and how it stands with them. 时限", TicketRow)
class TicketTarget:
    """Deadlines against what happened."""

    first_reply_due_at: dt.datetime | None = column(TicketRow.first_reply_due_at, "When the first reply is due.")
    first_replied_at: dt.datetime | None = column(TicketRow.first_replied_at, "When the customer was first answered.")
    next_reply_due_at: dt.datetime | None = column(
        TicketRow.next_reply_due_at, "When the customer, who was answered before, is to hear from us again."
    )
    due_at: dt.datetime | None = column(
        TicketRow.due_at, "When the case is to be settled. Moves on when a pause ends, by as much as it was long."
    )
    state: TargetState = column(_target_state, "How the case stands with its target.")
    remaining_seconds: int | None = column(
        _remaining,
        "Seconds by the clock left until it is to be settled, during a pause those at its begin; negative when overdue,"
        " not set when it has ended.",
    )
    paused_at: dt.datetime | None = column(
        TicketRow.paused_at, "Since when the clock stands still: we wait for the customer, parts or a supplier."
    )
    calendar: ServiceCalendar | None = column(
        TicketRow.calendar, "The hours in which its targets are counted; working hours where it is not set."
    )
    warning_percent: int | None = column(
        TicketRow.warning_percent, "How much of the time may be used up, in hundredths, before somebody is warned."
    )


@entity(TicketEventRow, "One thing that happened to a ticket. 工单记录", scope=through_customer)
class TicketEvent(Node, TimelineItem):
    """An event and what held after it."""

    id: strawberry.ID = global_id()
    kind: TicketEventKind = column(TicketEventRow.kind, "What happened.")
    happened_at: dt.datetime = column(TicketEventRow.at, "When.")
    status: TicketStatus = column(TicketEventRow.status, "The ticket's status after it.")
    severity: Severity | None = column(TicketEventRow.severity, "The ticket's severity after it.")
    note: str | None = column(TicketEventRow.note, "What was noted.")
    actor: StaffLink | None = one(lambda e, s: s.id == e.actor_id, "Who did it.")
    assignee: StaffLink | None = one(lambda e, s: s.id == e.assignee_id, "Who had the ticket after it.")
    department: DepartmentLink | None = one(
        lambda e, d: d.id == e.department_id, "The department that had it after it."
    )
    ticket: Ticket = one(lambda e, t: t.id == e.ticket_id, "The ticket.", within=True)


@entity(TicketRow, "A case of a customer, from its registration to its end. 工单", scope=through_customer)
class Ticket(Node):
    """One case."""

    id: strawberry.ID = global_id()
    number: str = column(TicketRow.number, "The number that people know the ticket by.")
    kind: TicketKind = column(TicketRow.kind, "What the case is about.")
    severity: Severity = column(TicketRow.severity, "How bad it is for the customer.")
    status: TicketStatus = column(TicketRow.status, "Where the case is in its life.")
    service_level: str | None = column(
        TicketRow.service_level, "The service level that the rules gave it when it was opened. 服务等级"
    )
    is_open: bool = column(_is_open, "Whether someone still owes the customer something.")
    channel: Channel = column(TicketRow.channel, "How the case came in.")
    subject: str = column(TicketRow.subject, "What it is about, in a line.")
    description: str | None = column(TicketRow.description, "What the customer said.")
    product: str | None = column(TicketRow.product, "The product concerned.")
    model: str | None = column(TicketRow.model, "Its model.")
    serial_number: str | None = column(TicketRow.serial_number, "Its serial number.")
    category: str | None = column(TicketRow.category, "The class of the case.")
    subcategory: str | None = column(TicketRow.subcategory, "The class within the class.")
    symptom: str | None = column(TicketRow.symptom, "What was seen.")
    outcome: str | None = column(TicketRow.outcome, "How it ended.")
    cause: str | None = column(TicketRow.cause, "Why it happened.")
    prevention: str | None = column(TicketRow.prevention, "What keeps it from happening again.")
    opened_at: dt.datetime = column(TicketRow.opened_at, "When the case was registered.")
    resolved_at: dt.datetime | None = column(TicketRow.resolved_at, "When it was settled.")
    closed_at: dt.datetime | None = column(TicketRow.closed_at, "When it was closed.")
    is_disputed: bool | None = column(TicketRow.is_disputed, "Whether the customer disputes the outcome.")
    reopen_count: int = column(TicketRow.reopen_count, "How often it was reopened.")
    transfer_count: int = column(TicketRow.transfer_count, "How often it was passed on.")
    updated_at: dt.datetime = column(TicketRow.updated_at, "When it last changed.")
    version: int = column(TicketRow.version, "Counts the changes; give it back when you update.")
    target: TicketTarget = part("Its deadlines, and how it stands with them.")
    customer: CustomerLink = one(lambda t, c: c.id == t.customer_id, "The customer.", within=True)
    contact: ContactLink | None = one(lambda t, k: k.id == t.contact_id, "Whom to speak with.", within=True)
    department: DepartmentLink | None = one(lambda t, d: d.id == t.department_id, "The department that has it.")
    assignee: StaffLink | None = one(lambda t, s: s.id == t.assignee_id, "Who has it.")
    first_responder: StaffLink | None = one(
        lambda t, s: s.id == t.first_responder_id, "Who was asked first, and owns it until the customer is satisfied."
    )
    events: list[TicketEvent] = many(
        lambda t, e: e.ticket_id == t.id,
        "What happened to it, in order; the first hundred at most. `eventLog` pages through all.",
        order_by=[TicketEventRow.at, TicketEventRow.id],
        within=True,
    )
    event_log: Connection[TicketEvent] = connection(
        lambda t, e: e.ticket_id == t.id,
        "What happened to it, in pages, in order.",
        orders=[TicketEventRow.at, TicketEventRow.id],
        within=True,
    )
    escalations: Connection[EscalationLink] = connection(
        lambda t, e: e.ticket_id == t.id,
        "Whom the rules told about it, latest first.",
        orders=[EscalationRow.at.desc(), EscalationRow.id.desc()],
    )
    explanation: DecisionExplanation | None = traversal(
        questions.why,
        "Why the rules last decided about it as they did; not set before they have, as of tickets that were imported. "
        "Not for partners. 决策解释",
        needs=[TicketRow.id],
        arguments=TICKET_RULE_SET_ARGUMENT,
        level=Clearance.INTERNAL,
    )
    duties: Connection[DutyLink] = connection(
        lambda t, d: d.ticket_id == t.id,
        "What is owed to the customer for it, and was.",
        orders=[DutyRow.due_on, DutyRow.id],
    )
    interactions: Connection[InteractionLink] = connection(
        lambda t, i: i.ticket_id == t.id,
        "The contacts with the customer about it.",
        orders=INTERACTION_ORDERS,
        within=True,
    )


class TicketOrder(enum.StrEnum):
    """Orders of tickets."""

    OPENED_AT_DESC = "OPENED_AT_DESC"
    OPENED_AT_ASC = "OPENED_AT_ASC"
    UPDATED_AT_DESC = "UPDATED_AT_DESC"
    NUMBER_ASC = "NUMBER_ASC"


expose(
    TicketOrder,
    "How tickets are ordered.",
    "latest registered first\nearliest registered first\nlatest changed first\nby number",
)

TICKET_ORDERS = {
    TicketOrder.OPENED_AT_DESC: (TicketRow.opened_at.desc(), TicketRow.id.desc()),
    TicketOrder.OPENED_AT_ASC: (TicketRow.opened_at, TicketRow.id),
    TicketOrder.UPDATED_AT_DESC: (TicketRow.updated_at.desc(), TicketRow.id.desc()),
    TicketOrder.NUMBER_ASC: (TicketRow.number, TicketRow.id),
}


def _open_rule(ticket: Any, value: Any) -> Any:
    return sa.case((_is_open(ticket), sa.true()), else_=sa.false()) == value


def _overdue_rule(ticket: Any, value: Any) -> Any:
    shown = sa.func.coalesce(ticket.paused_at, now())
    late = sa.and_(_is_open(ticket), ticket.due_at.is_not(None), ticket.due_at < shown)
    return sa.case((late, sa.true()), else_=sa.false()) == value


@filters(TicketRow, "Which tickets.")
class TicketFilter:
    """Criteria over tickets."""

    number: TextFilter | None = by(TicketRow.number, "By number.")
    kind: Choice[TicketKind] | None = by(TicketRow.kind, "By what the case is about.")
    status: Choice[TicketStatus] | None = by(TicketRow.status, "By status.")
    severity: Choice[Severity] | None = by(TicketRow.severity, "By severity.")
    channel: Choice[Channel] | None = by(TicketRow.channel, "By channel.")
    is_open: bool | None = by_rule(_open_rule, sa.Boolean(), "Whether someone still owes the customer something.")
    is_overdue: bool | None = by_rule(_overdue_rule, sa.Boolean(), "Whether it is open and past its deadline.")
    category: TextFilter | None = by(TicketRow.category, "By class.")
    product: TextFilter | None = by(TicketRow.product, "By product.")
    opened_at: Range[dt.datetime] | None = by(TicketRow.opened_at, "By when it was registered.")
    resolved_at: Range[dt.datetime] | None = by(TicketRow.resolved_at, "By when it was settled.")
    first_reply_due_at: Range[dt.datetime] | None = by(TicketRow.first_reply_due_at, "By when the first reply is due.")
    first_replied_at: Range[dt.datetime] | None = by(TicketRow.first_replied_at, "By when the first reply was given.")
    next_reply_due_at: Range[dt.datetime] | None = by(TicketRow.next_reply_due_at, "By when the next reply is due.")
    due_at: Range[dt.datetime] | None = by(TicketRow.due_at, "By when it is to be settled.")
    reopen_count: Range[int] | None = by(TicketRow.reopen_count, "By how often it was reopened.")
    assignee_id: Choice[strawberry.ID] | None = by(
        TicketRow.assignee_id, "By who has it.", read_id("Staff"), leads_to=STAFF
    )
    department_id: Choice[strawberry.ID] | None = by(
        TicketRow.department_id, "By the department that has it.", read_id("Department"), leads_to=DEPARTMENT
    )
    customer_id: Choice[strawberry.ID] | None = by(TicketRow.customer_id, "By customer.", read_id("Customer"))
