"""Tickets: cases with a life cycle, and everything that happened to them (B1, B3, B12)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, Versioned, coded, refers
from store.clearance import CONFIDENTIAL, INTERNAL
from store.interaction import Channel


class TicketKind(enum.StrEnum):
    """What a case is about."""

    CONSULTATION = "CONSULTATION"
    COMPLAINT = "COMPLAINT"
    FAULT = "FAULT"
    REPAIR = "REPAIR"
    INSTALLATION = "INSTALLATION"
    SUGGESTION = "SUGGESTION"
    CLAIM = "CLAIM"


class Severity(enum.StrEnum):
    """How bad a case is for the customer, worst first."""

    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MODERATE = "MODERATE"
    LOW = "LOW"


class TicketStatus(enum.StrEnum):
    """Where a case is in its life; `MOVES` says what may follow what."""

    NEW = "NEW"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    IN_PROGRESS = "IN_PROGRESS"
    AWAITING_CUSTOMER = "AWAITING_CUSTOMER"
    AWAITING_PARTS = "AWAITING_PARTS"
    AWAITING_SUPPLIER = "AWAITING_SUPPLIER"
    AWAITING_PROBLEM = "AWAITING_PROBLEM"
    SOLUTION_OFFERED = "SOLUTION_OFFERED"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


WORKING = frozenset(
    {
        TicketStatus.ACKNOWLEDGED,
        TicketStatus.IN_PROGRESS,
        TicketStatus.AWAITING_CUSTOMER,
        TicketStatus.AWAITING_PARTS,
        TicketStatus.AWAITING_SUPPLIER,
        TicketStatus.AWAITING_PROBLEM,
        TicketStatus.SOLUTION_OFFERED,
    }
)
"""States in which someone works on the case or waits for someone."""

PAUSED = frozenset({TicketStatus.AWAITING_CUSTOMER, TicketStatus.AWAITING_PARTS, TicketStatus.AWAITING_SUPPLIER})
"""States in which the customer does not wait for us: the clock of a case stands still."""

ENDED = frozenset({TicketStatus.RESOLVED, TicketStatus.CLOSED, TicketStatus.CANCELLED})
"""States in which nobody owes the customer anything more, unless the case is reopened."""

MOVES: dict[TicketStatus, frozenset[TicketStatus]] = {
    TicketStatus.NEW: WORKING | {TicketStatus.RESOLVED, TicketStatus.CANCELLED},
    **{state: (WORKING - {state}) | {TicketStatus.RESOLVED, TicketStatus.CANCELLED} for state in WORKING},
    TicketStatus.RESOLVED: frozenset({TicketStatus.CLOSED, TicketStatus.IN_PROGRESS}),
    TicketStatus.CLOSED: frozenset({TicketStatus.IN_PROGRESS}),
    TicketStatus.CANCELLED: frozenset(),
}
"""Which states a person may move a case to. RESOLVED or CLOSED to IN_PROGRESS reopens it."""


class ServiceCalendar(enum.StrEnum):
    """In which hours the targets of a case are counted."""

    WORKING_HOURS = "WORKING_HOURS"
    AROUND_THE_CLOCK = "AROUND_THE_CLOCK"


class TicketEventKind(enum.StrEnum):
    """What happened to a case."""

    REGISTERED = "REGISTERED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    STATE_CHANGED = "STATE_CHANGED"
    ASSIGNED = "ASSIGNED"
    TRANSFERRED = "TRANSFERRED"
    SEVERITY_CHANGED = "SEVERITY_CHANGED"
    REPLIED = "REPLIED"
    SOLUTION_OFFERED = "SOLUTION_OFFERED"
    SOLUTION_ACCEPTED = "SOLUTION_ACCEPTED"
    SOLUTION_REFUSED = "SOLUTION_REFUSED"
    DEPARTMENT_SIGNED = "DEPARTMENT_SIGNED"
    CAUSE_RECORDED = "CAUSE_RECORDED"
    PREVENTION_RECORDED = "PREVENTION_RECORDED"
    APPROVED = "APPROVED"
    TECHNICIAN_ASSIGNED = "TECHNICIAN_ASSIGNED"
    PART_REPLACED = "PART_REPLACED"
    ESCALATED = "ESCALATED"
    FOLLOWED_UP = "FOLLOWED_UP"
    UPDATED = "UPDATED"
    RESOLVED = "RESOLVED"
    REOPENED = "REOPENED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


class TicketRow(Versioned, Base):
    """One case of one customer. `made_target` is the outcome that was recorded: settled within its target or not.

    `service_level` is the level that the rules gave it when it was opened, as they name it. With it came the hours in
    which its targets are counted (`calendar`; working hours where it is not set), how long the customer may be without
    news once answered (`next_reply_minutes`), and how much of the time may be used up before somebody is warned
    (`warning_percent`). `paused_at` is since when its clock stands still, while it is in one of the states of `PAUSED`;
    when it goes on, what is due moves by as much.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        sa.Index("ix_ticket_customer_id_opened_at", "customer_id", "opened_at", "id"),
        sa.Index("ix_ticket_assignee_id_opened_at", "assignee_id", "opened_at", "id"),
        sa.Index("ix_ticket_department_id_opened_at", "department_id", "opened_at", "id"),
        sa.Index("ix_ticket_opened_at_id", "opened_at", "id"),
        sa.Index("ix_ticket_status_opened_at", "status", "opened_at", "id"),
        sa.Index("ix_ticket_updated_at_id", "updated_at", "id"),
    )

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[uuid.UUID] = refers("customer.id")
    contact_id: Mapped[uuid.UUID | None] = refers("contact.id")
    department_id: Mapped[uuid.UUID | None] = refers("department.id")
    assignee_id: Mapped[uuid.UUID | None] = refers("staff.id")
    first_responder_id: Mapped[uuid.UUID | None] = refers("staff.id")
    kind: Mapped[TicketKind] = coded(TicketKind)
    severity: Mapped[Severity] = coded(Severity, default=Severity.MODERATE)
    status: Mapped[TicketStatus] = coded(TicketStatus, default=TicketStatus.NEW)
    channel: Mapped[Channel] = coded(Channel)
    subject: Mapped[str]
    description: Mapped[str | None] = mapped_column(info=CONFIDENTIAL)
    product: Mapped[str | None]
    model: Mapped[str | None]
    serial_number: Mapped[str | None] = mapped_column(info=INTERNAL)
    category: Mapped[str | None]
    subcategory: Mapped[str | None]
    symptom: Mapped[str | None]
    outcome: Mapped[str | None]
    cause: Mapped[str | None] = mapped_column(info=INTERNAL)
    prevention: Mapped[str | None] = mapped_column(info=INTERNAL)
    opened_at: Mapped[dt.datetime]
    service_level: Mapped[str | None]
    calendar: Mapped[ServiceCalendar | None] = coded(ServiceCalendar)
    first_reply_due_at: Mapped[dt.datetime | None]
    first_replied_at: Mapped[dt.datetime | None]
    next_reply_minutes: Mapped[int | None]
    next_reply_due_at: Mapped[dt.datetime | None]
    due_at: Mapped[dt.datetime | None]
    warning_percent: Mapped[int | None]
    paused_at: Mapped[dt.datetime | None]
    resolved_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    made_target: Mapped[bool | None]
    is_disputed: Mapped[bool | None]
    reopen_count: Mapped[int] = mapped_column(default=0, server_default="0")
    transfer_count: Mapped[int] = mapped_column(default=0, server_default="0")


class TicketEventRow(Base):
    """One thing that happened to a case, and what held after it. `customer_id` is the ticket's, for the timeline."""

    __tablename__ = "ticket_event"
    __table_args__ = (
        sa.Index("ix_ticket_event_ticket_id_at", "ticket_id", "at", "id"),
        sa.Index("ix_ticket_event_customer_id_at", "customer_id", "at", "id"),
    )

    id: Mapped[Key]
    ticket_id: Mapped[uuid.UUID] = refers("ticket.id")
    customer_id: Mapped[uuid.UUID] = refers("customer.id")
    at: Mapped[dt.datetime]
    kind: Mapped[TicketEventKind] = coded(TicketEventKind)
    status: Mapped[TicketStatus] = coded(TicketStatus)
    severity: Mapped[Severity | None] = coded(Severity)
    department_id: Mapped[uuid.UUID | None] = refers("department.id")
    assignee_id: Mapped[uuid.UUID | None] = refers("staff.id")
    actor_id: Mapped[uuid.UUID | None] = refers("staff.id")
    note: Mapped[str | None] = mapped_column(info=INTERNAL)
