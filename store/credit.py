"""What a customer may owe us: limit, payment term and rating (D13), and how much of it is used."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Versioned, coded, refers
from store.clearance import CONFIDENTIAL, INTERNAL


class CreditRating(enum.StrEnum):
    """How surely a customer pays, best first."""

    AAA = "AAA"
    AA = "AA"
    A = "A"
    B = "B"
    C = "C"
    D = "D"


class CreditAccountRow(Versioned, Base):
    """One customer's credit. `used_minor` is the open balance in the account's currency, never below zero."""

    __tablename__ = "credit_account"

    customer_id: Mapped[uuid.UUID] = refers("customer.id", primary_key=True)
    currency: Mapped[str]
    limit_minor: Mapped[int | None] = mapped_column(sa.BigInteger, info=CONFIDENTIAL)
    used_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0", info=CONFIDENTIAL)
    term_days: Mapped[int | None] = mapped_column(info=INTERNAL)
    rating: Mapped[CreditRating | None] = coded(CreditRating, info=CONFIDENTIAL)
    is_blocked: Mapped[bool] = mapped_column(default=False)
    reviewed_on: Mapped[dt.date | None] = mapped_column(info=INTERNAL)
