"""Who read which secret of whom, when, and why if they said so (D12)."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key
from store.clearance import CONFIDENTIAL


class DisclosureRow(Base):
    """One secret field of one record in one answer. `record_id` is empty where a filter or an order told of many."""

    __tablename__ = "disclosure"
    __table_args__ = (
        sa.Index(None, "at", "id"),
        sa.Index(None, "record_id", "at"),
    )

    id: Mapped[Key]
    at: Mapped[dt.datetime]
    reader: Mapped[str] = mapped_column(info=CONFIDENTIAL)
    role: Mapped[str] = mapped_column(info=CONFIDENTIAL)
    record_type: Mapped[str] = mapped_column(info=CONFIDENTIAL)
    record_id: Mapped[uuid.UUID | None] = mapped_column(info=CONFIDENTIAL)
    field: Mapped[str] = mapped_column(info=CONFIDENTIAL)
    reason: Mapped[str | None] = mapped_column(info=CONFIDENTIAL)
    request_id: Mapped[str | None] = mapped_column(info=CONFIDENTIAL)
