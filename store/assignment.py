"""Who of the staff serves which customer, from when to when."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from store.base import Base, Key, coded, refers


class AssignmentRole(enum.StrEnum):
    """What a person of the staff is to a customer."""

    OWNER = "OWNER"
    BACKUP = "BACKUP"


class AssignmentRow(Base):
    """A person serves a customer from `since` until the day before `until`. Owners of one customer never overlap."""

    __tablename__ = "assignment"
    __table_args__ = (
        sa.Index("ix_assignment_customer_id_until_role", "customer_id", "until", "role", "since", "id", "staff_id"),
        sa.Index("ix_assignment_customer_id_recorded_at", "customer_id", "recorded_at", "id"),
        sa.Index("ix_assignment_staff_id_until", "staff_id", "until", "customer_id"),
        sa.Index("ix_assignment_staff_id_since", "staff_id", "since", "id", "until", "customer_id"),
        sa.Index(
            "uq_assignment_one_open_owner",
            "customer_id",
            unique=True,
            postgresql_where=sa.text("role = 'OWNER' AND until IS NULL"),
            sqlite_where=sa.text("role = 'OWNER' AND until IS NULL"),
        ),
    )

    id: Mapped[Key]
    customer_id: Mapped[uuid.UUID] = refers("customer.id")
    staff_id: Mapped[uuid.UUID] = refers("staff.id")
    role: Mapped[AssignmentRole] = coded(AssignmentRole)
    since: Mapped[dt.date]
    until: Mapped[dt.date | None]
    recorded_at: Mapped[dt.datetime]
