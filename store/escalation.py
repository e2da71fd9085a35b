"""Escalations: whom the rules told about a ticket, and who took it over (B3, E1). Never changed."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, coded, refers
from store.clearance import INTERNAL


class EscalationTarget(enum.StrEnum):
    """As what somebody is told."""

    ASSIGNEE = "ASSIGNEE"
    OWNER = "OWNER"
    HEAD = "HEAD"


class EscalationRow(Base):
    """That a row of a rule set fired for a ticket: once in each of its openings, which `reopening` counts.

    `levels_up` says which head: 0 of the ticket's department, 9 the top. Without a `staff_id` nobody had that place.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        sa.Index("ix_escalation_ticket_id_at", "ticket_id", "at", "id"),
        sa.Index("ix_escalation_customer_id_at", "customer_id", "at", "id"),
        sa.Index("ix_escalation_staff_id_at", "staff_id", "at", "id"),
        sa.Index("uq_escalation_once", "ticket_id", "rule_set", "row", "reopening", unique=True),
    )

    id: Mapped[Key]
    ticket_id: Mapped[uuid.UUID] = refers("ticket.id")
    customer_id: Mapped[uuid.UUID] = refers("customer.id")
    rule_set: Mapped[str]
    row: Mapped[str]
    reopening: Mapped[int]
    at: Mapped[dt.datetime]
    target: Mapped[EscalationTarget] = coded(EscalationTarget)
    levels_up: Mapped[int]
    staff_id: Mapped[uuid.UUID | None] = refers("staff.id")
    takes_over: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(info=INTERNAL)
    decision_id: Mapped[uuid.UUID] = refers("decision.id")
