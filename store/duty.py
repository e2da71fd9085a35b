"""Duties: what somebody owes a customer by a day, with evidence when it is done (B4, B6, B7, D14)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, Versioned, coded, refers
from store.clearance import INTERNAL


class DutyKind(enum.StrEnum):
    """What is owed."""

    CALLBACK = "CALLBACK"
    RETURN_VISIT = "RETURN_VISIT"
    CARE = "CARE"
    SAMPLING = "SAMPLING"
    ARCHIVE_CHECK = "ARCHIVE_CHECK"
    CREDIT_REVIEW = "CREDIT_REVIEW"
    CREDIT_NOTICE = "CREDIT_NOTICE"
    ORDER_CHECK = "ORDER_CHECK"


class DutyStatus(enum.StrEnum):
    """How a duty stands."""

    OPEN = "OPEN"
    DONE = "DONE"
    SETTLED = "SETTLED"
    """The rules do not ask for it any more; its note says why."""


class DutyRow(Versioned, Base):
    """Something that is owed to one customer, perhaps for one ticket: by whoever serves the customer at the time.

    `subject_id` is the ticket's id or the customer's; of one kind and occasion a subject has one open duty at most.
    `manner` says how, as the rules name it; `note` is the evidence, and `interaction_id` the journal entry that is.
    """

    __tablename__ = "duty"
    __table_args__ = (
        sa.Index("ix_duty_customer_id_due_on", "customer_id", "due_on", "id"),
        sa.Index("ix_duty_ticket_id_due_on", "ticket_id", "due_on", "id"),
        sa.Index("ix_duty_status_due_on", "status", "due_on", "id"),
        sa.Index("ix_duty_due_on_id", "due_on", "id"),
        sa.Index(
            "uq_duty_one_open",
            "subject_id",
            "kind",
            "occasion",
            unique=True,
            postgresql_where=sa.text("status = 'OPEN'"),
            sqlite_where=sa.text("status = 'OPEN'"),
        ),
    )

    id: Mapped[Key]
    kind: Mapped[DutyKind] = coded(DutyKind)
    customer_id: Mapped[uuid.UUID] = refers("customer.id")
    ticket_id: Mapped[uuid.UUID | None] = refers("ticket.id")
    subject_id: Mapped[uuid.UUID]
    occasion: Mapped[str] = mapped_column(default="", server_default="")
    manner: Mapped[str | None]
    due_on: Mapped[dt.date]
    status: Mapped[DutyStatus] = coded(DutyStatus, default=DutyStatus.OPEN)
    reason: Mapped[str | None] = mapped_column(info=INTERNAL)
    decision_id: Mapped[uuid.UUID | None] = refers("decision.id")
    ended_at: Mapped[dt.datetime | None]
    ended_by: Mapped[str | None] = mapped_column(info=INTERNAL)
    note: Mapped[str | None] = mapped_column(info=INTERNAL)
    interaction_id: Mapped[uuid.UUID | None] = refers("interaction.id")
