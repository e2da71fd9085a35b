"""Changes of credit: what the rules propose, who approved it, and whom they have watched (D14)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, Versioned, coded, refers
from store.clearance import CONFIDENTIAL, INTERNAL
from store.credit import CreditRating


class CreditAction(enum.StrEnum):
    """What is to be done."""

    REDUCE = "REDUCE"
    WATCH = "WATCH"
    RAISE = "RAISE"


class CreditChangeStatus(enum.StrEnum):
    """How a change of credit stands."""

    PROPOSED = "PROPOSED"
    WATCHED = "WATCHED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    LAPSED = "LAPSED"
    """The rules do not propose it any more, or see nothing to watch."""


class CreditApprover(enum.StrEnum):
    """Who approves a change. A general manager is a manager of all customers."""

    MANAGER = "MANAGER"
    GENERAL_MANAGER = "GENERAL_MANAGER"


OPEN = frozenset({CreditChangeStatus.PROPOSED, CreditChangeStatus.WATCHED})
"""The states of which a customer has one change at most."""


class CreditChangeRow(Versioned, Base):
    """One customer's change: from which rating, limit and term to which. What is to be watched changes none of them."""

    __tablename__ = "credit_change"
    __table_args__ = (
        sa.Index("ix_credit_change_customer_id_created_at", "customer_id", "created_at", "id"),
        sa.Index("ix_credit_change_status_created_at", "status", "created_at", "id"),
        sa.Index("ix_credit_change_created_at_id", "created_at", "id"),
        sa.Index(
            "uq_credit_change_one_open",
            "customer_id",
            unique=True,
            postgresql_where=sa.text("status IN ('PROPOSED', 'WATCHED')"),
            sqlite_where=sa.text("status IN ('PROPOSED', 'WATCHED')"),
        ),
    )

    id: Mapped[Key]
    customer_id: Mapped[uuid.UUID] = refers("customer.id")
    action: Mapped[CreditAction] = coded(CreditAction, info=INTERNAL)
    status: Mapped[CreditChangeStatus] = coded(CreditChangeStatus)
    currency: Mapped[str]
    rating_before: Mapped[CreditRating | None] = coded(CreditRating, info=CONFIDENTIAL)
    rating: Mapped[CreditRating | None] = coded(CreditRating, info=CONFIDENTIAL)
    limit_before_minor: Mapped[int | None] = mapped_column(sa.BigInteger, info=CONFIDENTIAL)
    limit_minor: Mapped[int | None] = mapped_column(sa.BigInteger, info=CONFIDENTIAL)
    term_days_before: Mapped[int | None] = mapped_column(info=INTERNAL)
    term_days: Mapped[int | None] = mapped_column(info=INTERNAL)
    recheck_orders: Mapped[bool] = mapped_column(info=INTERNAL)
    approver: Mapped[CreditApprover | None] = coded(CreditApprover, info=INTERNAL)
    reason: Mapped[str | None] = mapped_column(info=CONFIDENTIAL)
    decision_id: Mapped[uuid.UUID] = refers("decision.id")
    ended_at: Mapped[dt.datetime | None]
    ended_by: Mapped[str | None] = mapped_column(info=INTERNAL)
    note: Mapped[str | None] = mapped_column(info=INTERNAL)
