"""The full account history of a customer: invoices, payments, returns, samples, market support (A6)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, coded, refers
from store.clearance import INTERNAL


class LedgerKind(enum.StrEnum):
    """What an entry records; it also says whether the customer owes more or less by it (`SIGN`)."""

    INVOICE = "INVOICE"
    PAYMENT = "PAYMENT"
    RETURN = "RETURN"
    SAMPLE = "SAMPLE"
    MARKET_SUPPORT = "MARKET_SUPPORT"
    ADJUSTMENT = "ADJUSTMENT"


SIGN = {
    LedgerKind.INVOICE: 1,
    LedgerKind.PAYMENT: -1,
    LedgerKind.RETURN: -1,
    LedgerKind.SAMPLE: 0,
    LedgerKind.MARKET_SUPPORT: -1,
    LedgerKind.ADJUSTMENT: 1,
}
"""How an amount counts in the balance: 1 the customer owes it, -1 it is owed less, 0 it is only recorded."""


class LedgerEntryRow(Base):
    """One entry. `amount_minor` is in minor units, negative only in an ADJUSTMENT; `balance_minor` is signed."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        sa.Index("ix_ledger_entry_customer_id_occurred_at", "customer_id", "occurred_at", "id"),
        sa.Index("ix_ledger_entry_customer_id_number", "customer_id", "number"),
        sa.CheckConstraint("amount_minor >= 0 OR kind = 'ADJUSTMENT'", name="amount"),
    )

    id: Mapped[Key]
    customer_id: Mapped[uuid.UUID] = refers("customer.id")
    kind: Mapped[LedgerKind] = coded(LedgerKind)
    number: Mapped[str]
    occurred_at: Mapped[dt.datetime]
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger, info=INTERNAL)
    balance_minor: Mapped[int] = mapped_column(sa.BigInteger, info=INTERNAL)
    currency: Mapped[str]
    quantity: Mapped[int | None]
    due_on: Mapped[dt.date | None] = mapped_column(info=INTERNAL)
    description: Mapped[str | None]
    recorded_at: Mapped[dt.datetime]


class LedgerBalanceRow(Base):
    """What a customer's entries of one kind and currency add up to; `store.figures` recomputes it with every change."""

    __tablename__ = "ledger_balance"

    customer_id: Mapped[uuid.UUID] = refers("customer.id", primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[LedgerKind] = coded(LedgerKind, primary_key=True)
    entry_count: Mapped[int]
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger, info=INTERNAL)
    balance_minor: Mapped[int] = mapped_column(sa.BigInteger, info=INTERNAL)
    last_entry_at: Mapped[dt.datetime]
