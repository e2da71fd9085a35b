"""Customers: persons and organisations, their archive, and the figures of their dealings (C1 to C4)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, Versioned, coded, refers
from store.clearance import CONFIDENTIAL, INTERNAL, SECRET
from store.grade import Grade


class CustomerKind(enum.StrEnum):
    """What the customer is."""

    PERSON = "PERSON"
    ORGANISATION = "ORGANISATION"
    COLLECTIVE = "COLLECTIVE"


class CustomerStatus(enum.StrEnum):
    """Where the customer stands with us."""

    PROSPECT = "PROSPECT"
    ACTIVE = "ACTIVE"
    DORMANT = "DORMANT"
    LOST = "LOST"


class CustomerSize(enum.StrEnum):
    """How large an organisation is, by staff."""

    MICRO = "MICRO"
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    LARGE = "LARGE"
    ENTERPRISE = "ENTERPRISE"


class CustomerRow(Versioned, Base):
    """One customer. The columns from `currency` on are figures that `store.figures` recomputes with every change."""

    __tablename__ = "customer"
    __table_args__ = (
        sa.Index("ix_customer_name_id", "name", "id"),
        sa.Index("ix_customer_created_at_id", "created_at", "id"),
        sa.Index("ix_customer_last_activity_at_id", "last_activity_at", "id"),
        sa.Index("ix_customer_monetary_minor_id", "monetary_minor", "id"),
        sa.Index("ix_customer_department_id_code", "department_id", "code"),
        sa.Index("ix_customer_graded_at_id", "graded_at", "id"),
        sa.Index("ix_customer_referral_count_id", "referral_count", "id"),
        sa.Index("ix_customer_department_id_referral_count", "department_id", "referral_count", "id"),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[CustomerKind] = coded(CustomerKind)
    name: Mapped[str]
    status: Mapped[CustomerStatus] = coded(CustomerStatus, default=CustomerStatus.ACTIVE)
    grade: Mapped[Grade | None] = coded(Grade)
    graded_at: Mapped[dt.datetime | None]
    department_id: Mapped[uuid.UUID | None] = refers("department.id")
    industry: Mapped[str | None]
    size: Mapped[CustomerSize | None] = coded(CustomerSize)
    needs: Mapped[str | None]
    language: Mapped[str | None]
    country: Mapped[str | None]
    region: Mapped[str | None]
    city: Mapped[str | None]
    address: Mapped[str | None] = mapped_column(info=INTERNAL)
    email: Mapped[str | None] = mapped_column(info=INTERNAL)
    phone: Mapped[str | None] = mapped_column(info=INTERNAL)
    website: Mapped[str | None]
    birthday: Mapped[dt.date | None] = mapped_column(info=CONFIDENTIAL)
    founded_on: Mapped[dt.date | None]
    tax_number: Mapped[str | None] = mapped_column(info=SECRET)
    note: Mapped[str | None] = mapped_column(info=CONFIDENTIAL)
    source: Mapped[str | None] = mapped_column(info=INTERNAL)

    currency: Mapped[str] = mapped_column(default="CNY", server_default="CNY")
    monetary_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0", info=INTERNAL)
    purchase_count: Mapped[int] = mapped_column(default=0, server_default="0", info=INTERNAL)
    first_purchase_at: Mapped[dt.datetime | None] = mapped_column(info=INTERNAL)
    last_purchase_at: Mapped[dt.datetime | None] = mapped_column(info=INTERNAL)
    interaction_count: Mapped[int] = mapped_column(default=0, server_default="0")
    last_contact_at: Mapped[dt.datetime | None]
    ticket_count: Mapped[int] = mapped_column(default=0, server_default="0")
    open_ticket_count: Mapped[int] = mapped_column(default=0, server_default="0")
    complaint_count: Mapped[int] = mapped_column(default=0, server_default="0")
    referral_count: Mapped[int] = mapped_column(default=0, server_default="0")
    satisfaction_sum: Mapped[int] = mapped_column(default=0, server_default="0", info=INTERNAL)
    satisfaction_count: Mapped[int] = mapped_column(default=0, server_default="0", info=INTERNAL)
    last_activity_at: Mapped[dt.datetime]


class CustomerTokenRow(Base):
    """A prefix by which a customer is found; see `store.search`."""

    __tablename__ = "customer_token"

    token: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[uuid.UUID] = refers("customer.id", primary_key=True, index=True)


class CustomerTagRow(Base):
    """A word that people put on a customer to find it again."""

    __tablename__ = "customer_tag"
    __table_args__ = (sa.Index("ix_customer_tag_name_customer_id", "name", "customer_id"),)

    customer_id: Mapped[uuid.UUID] = refers("customer.id", primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)


class ProvenanceRow(Base):
    """Which source said what a field of a customer's archive holds, and when (C1, C4)."""

    __tablename__ = "provenance"
    __table_args__ = (sa.Index("ix_provenance_customer_id_recorded_at", "customer_id", "recorded_at", "id"),)

    id: Mapped[Key]
    customer_id: Mapped[uuid.UUID] = refers("customer.id")
    field: Mapped[str]
    source: Mapped[str] = mapped_column(info=INTERNAL)
    recorded_by: Mapped[str | None] = mapped_column(info=INTERNAL)
    recorded_at: Mapped[dt.datetime]
