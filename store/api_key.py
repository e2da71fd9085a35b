"""Keys by which partners' programs sign in: kept as hashes, limited to the partner's customers, revocable at once."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, refers


class ApiKeyRow(Base):
    """One key. `secret_hash` is the SHA-256 of the whole key in hexadecimal; the key itself is kept nowhere.

    `hint` is its last four characters, by which people tell keys apart.
    """

    __tablename__ = "api_key"

    id: Mapped[Key]
    name: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    hint: Mapped[str]
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str]
    expires_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]


class ApiKeyCustomerRow(Base):
    """A customer that a key's partner serves with us."""

    __tablename__ = "api_key_customer"

    key_id: Mapped[uuid.UUID] = refers("api_key.id", primary_key=True)
    customer_id: Mapped[uuid.UUID] = refers("customer.id", primary_key=True)
