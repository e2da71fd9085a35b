"""Handovers: what a member of the staff had and a named successor takes over, kept for ever (A8)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, Versioned, coded, refers
from store.clearance import INTERNAL


class HandoverReason(enum.StrEnum):
    """Why someone hands over."""

    LEAVING = "LEAVING"
    MOVING = "MOVING"
    ABSENCE = "ABSENCE"
    REBALANCING = "REBALANCING"


class HandoverStatus(enum.StrEnum):
    """Where a handover is in its life."""

    PROPOSED = "PROPOSED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"
    DONE = "DONE"


MOVES: dict[HandoverStatus, frozenset[HandoverStatus]] = {
    HandoverStatus.PROPOSED: frozenset({HandoverStatus.ACCEPTED, HandoverStatus.DECLINED, HandoverStatus.CANCELLED}),
    HandoverStatus.ACCEPTED: frozenset({HandoverStatus.DONE, HandoverStatus.CANCELLED}),
    HandoverStatus.DECLINED: frozenset(),
    HandoverStatus.CANCELLED: frozenset(),
    HandoverStatus.DONE: frozenset(),
}
"""Which states may follow which."""


class HandoverItemKind(enum.StrEnum):
    """What kind of thing is handed over; each has one hook in `resolvers/handover`."""

    CUSTOMER = "CUSTOMER"
    TICKET = "TICKET"
    CONTACT = "CONTACT"


class HandoverItemRole(enum.StrEnum):
    """What the person was to the thing."""

    OWNER = "OWNER"
    BACKUP = "BACKUP"
    ASSIGNEE = "ASSIGNEE"
    FIRST_RESPONDER = "FIRST_RESPONDER"
    LIAISON = "LIAISON"


class HandoverItemState(enum.StrEnum):
    """What became of one thing: GONE was not the person's any more when the handover was executed."""

    LISTED = "LISTED"
    HANDED_OVER = "HANDED_OVER"
    GONE = "GONE"


class HandoverRow(Versioned, Base):
    """One document. It was proposed at `created_at`; `on_behalf` says that someone answered for the successor.

    A part of what the person has: of the customers in `department_id`, or (`is_part`) of those that the items name.
    """

    __tablename__ = "handover"
    __table_args__ = (
        sa.Index("ix_handover_created_at_id", "created_at", "id"),
        sa.Index("ix_handover_from_id_created_at", "from_id", "created_at", "id"),
        sa.Index("ix_handover_to_id_created_at", "to_id", "created_at", "id"),
        sa.Index("ix_handover_status_effective_on", "status", "effective_on", "id"),
    )

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(unique=True)
    from_id: Mapped[uuid.UUID] = refers("staff.id")
    to_id: Mapped[uuid.UUID] = refers("staff.id")
    effective_on: Mapped[dt.date]
    reason: Mapped[HandoverReason] = coded(HandoverReason)
    status: Mapped[HandoverStatus] = coded(HandoverStatus, default=HandoverStatus.PROPOSED)
    department_id: Mapped[uuid.UUID | None] = refers("department.id")
    is_part: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None] = mapped_column(info=INTERNAL)
    proposed_by: Mapped[str] = mapped_column(info=INTERNAL)
    answered_at: Mapped[dt.datetime | None]
    answered_by: Mapped[str | None] = mapped_column(info=INTERNAL)
    answer_note: Mapped[str | None] = mapped_column(info=INTERNAL)
    on_behalf: Mapped[bool | None]
    cancelled_at: Mapped[dt.datetime | None]
    cancelled_by: Mapped[str | None] = mapped_column(info=INTERNAL)
    cancel_note: Mapped[str | None] = mapped_column(info=INTERNAL)
    executed_at: Mapped[dt.datetime | None]
    executed_by: Mapped[str | None] = mapped_column(info=INTERNAL)


class HandoverItemRow(Base):
    """One thing in one role. `subject_id` is the thing's id whatever its kind; `label` what it was called then."""

    __tablename__ = "handover_item"
    __table_args__ = (
        sa.Index("ix_handover_item_handover_id_kind", "handover_id", "kind", "label", "id"),
        sa.Index("uq_handover_item_handover_id", "handover_id", "subject_id", "kind", "role", unique=True),
    )

    id: Mapped[Key]
    handover_id: Mapped[uuid.UUID] = refers("handover.id")
    kind: Mapped[HandoverItemKind] = coded(HandoverItemKind)
    role: Mapped[HandoverItemRole] = coded(HandoverItemRole)
    subject_id: Mapped[uuid.UUID]
    label: Mapped[str]
    customer_id: Mapped[uuid.UUID | None] = refers("customer.id")
    ticket_id: Mapped[uuid.UUID | None] = refers("ticket.id")
    contact_id: Mapped[uuid.UUID | None] = refers("contact.id")
    state: Mapped[HandoverItemState] = coded(HandoverItemState, default=HandoverItemState.LISTED)
    listed_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None]


class HandoverCountRow(Base):
    """How many things of one kind a handover has, by what became of them (a view of the database)."""

    __tablename__ = "handover_count"
    __table_args__ = ({"info": {"view": True}},)

    handover_id: Mapped[uuid.UUID] = refers("handover.id", primary_key=True)
    kind: Mapped[HandoverItemKind] = coded(HandoverItemKind, primary_key=True)
    listed: Mapped[int]
    handed_over: Mapped[int]
    gone: Mapped[int]
