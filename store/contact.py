"""Contacts: the people through whom one speaks with a customer."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, Versioned, refers
from store.clearance import CONFIDENTIAL, INTERNAL


class ContactRow(Versioned, Base):
    """One person on the customer's side."""

    __tablename__ = "contact"
    __table_args__ = (sa.Index("ix_contact_customer_id_name", "customer_id", "name", "id"),)

    id: Mapped[Key]
    customer_id: Mapped[uuid.UUID] = refers("customer.id")
    name: Mapped[str]
    title: Mapped[str | None]
    email: Mapped[str | None] = mapped_column(info=INTERNAL)
    phone: Mapped[str | None] = mapped_column(info=INTERNAL)
    mobile: Mapped[str | None] = mapped_column(info=INTERNAL)
    language: Mapped[str | None]
    is_primary: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str | None] = mapped_column(info=CONFIDENTIAL)
