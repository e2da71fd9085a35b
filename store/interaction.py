"""The customer journal: one entry for every contact with a customer (A5, D15)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, Versioned, coded, refers
from store.clearance import CONFIDENTIAL, INTERNAL


class Channel(enum.StrEnum):
    """How a contact was made."""

    PHONE = "PHONE"
    CHAT = "CHAT"
    EMAIL = "EMAIL"
    SMS = "SMS"
    LETTER = "LETTER"
    FAX = "FAX"
    SOCIAL = "SOCIAL"
    WEB = "WEB"
    ON_SITE = "ON_SITE"
    REFERRAL = "REFERRAL"


class Direction(enum.StrEnum):
    """Who started the contact: INBOUND is the customer."""

    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"


class InteractionKind(enum.StrEnum):
    """The event class of a journal entry."""

    CONSULTATION = "CONSULTATION"
    COMPLAINT = "COMPLAINT"
    FAULT_REPORT = "FAULT_REPORT"
    SUGGESTION = "SUGGESTION"
    ORDER = "ORDER"
    CALLBACK = "CALLBACK"
    RETURN_VISIT = "RETURN_VISIT"
    VISIT = "VISIT"
    RECEPTION = "RECEPTION"
    ACTIVITY = "ACTIVITY"
    SURVEY = "SURVEY"
    CARE = "CARE"
    SALES_CALL = "SALES_CALL"
    OTHER = "OTHER"


class HandlingState(enum.StrEnum):
    """How far the handling of a journal entry is."""

    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    PASSED_ON = "PASSED_ON"
    DONE = "DONE"


class InteractionRow(Versioned, Base):
    """One contact with a customer. `satisfaction` is 1 (bad) to 5 (good)."""

    __tablename__ = "interaction"
    __table_args__ = (
        sa.Index("ix_interaction_customer_id_occurred_at", "customer_id", "occurred_at", "id"),
        sa.Index("ix_interaction_staff_id_occurred_at", "staff_id", "occurred_at", "id"),
        sa.Index("ix_interaction_department_id_occurred_at", "department_id", "occurred_at", "id"),
        sa.Index("ix_interaction_occurred_at_id", "occurred_at", "id"),
        sa.CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction"),
    )

    id: Mapped[Key]
    customer_id: Mapped[uuid.UUID] = refers("customer.id")
    department_id: Mapped[uuid.UUID | None] = refers("department.id")
    staff_id: Mapped[uuid.UUID | None] = refers("staff.id")
    ticket_id: Mapped[uuid.UUID | None] = refers("ticket.id", index=True)
    occurred_at: Mapped[dt.datetime]
    channel: Mapped[Channel] = coded(Channel)
    direction: Mapped[Direction] = coded(Direction)
    kind: Mapped[InteractionKind] = coded(InteractionKind)
    service_type: Mapped[str | None]
    source: Mapped[str | None] = mapped_column(info=INTERNAL)
    state: Mapped[HandlingState] = coded(HandlingState, default=HandlingState.DONE)
    satisfaction: Mapped[int | None] = mapped_column(info=INTERNAL)
    subject: Mapped[str]
    description: Mapped[str | None] = mapped_column(info=CONFIDENTIAL)
    resolution: Mapped[str | None] = mapped_column(info=INTERNAL)
    summary: Mapped[str | None] = mapped_column(info=INTERNAL)
