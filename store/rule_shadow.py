"""Shadows: candidates that run beside the version in force, and by how much they differ. They are never acted upon.

Who decides only adds rows, so that decisions do not wait for one another; the figures of a shadow are sums.
"""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, refers
from store.clearance import INTERNAL


class RuleShadowRow(Base):
    """One candidate that runs, or ran, beside its rule set. A rule set has one at a time."""

    __tablename__ = "rule_shadow"
    __table_args__ = (
        sa.Index("ix_rule_shadow_started_at", "started_at", "id"),
        sa.Index(
            "uq_rule_shadow_one_runs",
            "rule_set",
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    rule_set: Mapped[str]
    text: Mapped[str]
    cases: Mapped[str]
    started_by: Mapped[str]
    started_at: Mapped[dt.datetime]
    ended_by: Mapped[str | None]
    ended_at: Mapped[dt.datetime | None]


class RuleShadowBatchRow(Base):
    """Some live decisions that a shadow ran beside: how many, in how many it differs, and in how many it failed."""

    __tablename__ = "rule_shadow_batch"
    __table_args__ = (sa.Index("ix_rule_shadow_batch_shadow_id", "shadow_id"),)

    id: Mapped[Key]
    shadow_id: Mapped[uuid.UUID] = refers("rule_shadow.id")
    at: Mapped[dt.datetime]
    decided: Mapped[int]
    differs: Mapped[int]
    failed: Mapped[int]


class RuleShadowDifferenceRow(Base):
    """One of the first differences of a shadow: both outcomes, as canonical JSON or as the fault in words."""

    __tablename__ = "rule_shadow_difference"
    __table_args__ = (sa.Index("ix_rule_shadow_difference_shadow_id", "shadow_id", "id"),)

    id: Mapped[Key]
    shadow_id: Mapped[uuid.UUID] = refers("rule_shadow.id")
    customer_id: Mapped[uuid.UUID] = refers("customer.id")
    at: Mapped[dt.datetime]
    live: Mapped[str] = mapped_column(info=INTERNAL)
    shadow: Mapped[str] = mapped_column(info=INTERNAL)
