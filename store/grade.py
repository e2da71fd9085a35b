"""Grades of customers, and what a customer's grade was at any time (C6)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, coded, refers
from store.clearance import INTERNAL


class Grade(enum.StrEnum):
    """How important a customer is: by value contributed, potential and loyalty."""

    VIP = "VIP"
    KEY = "KEY"
    NORMAL = "NORMAL"
    POTENTIAL = "POTENTIAL"


class GradePeriodRow(Base):
    """A time in which a customer had one grade; open while `until` is null. A customer's periods never overlap."""

    __tablename__ = "grade_period"
    __table_args__ = (
        sa.Index("ix_grade_period_customer_id_since", "customer_id", "since", "id"),
        sa.Index(
            "uq_grade_period_one_open",
            "customer_id",
            unique=True,
            postgresql_where=sa.text("until IS NULL"),
            sqlite_where=sa.text("until IS NULL"),
        ),
    )

    id: Mapped[Key]
    customer_id: Mapped[uuid.UUID] = refers("customer.id")
    grade: Mapped[Grade] = coded(Grade)
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]
    reason: Mapped[str | None] = mapped_column(info=INTERNAL)
    decided_by: Mapped[str] = mapped_column(info=INTERNAL)
