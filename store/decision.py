"""Decisions: what a rule set decided about whom, on which facts, by which version, and why. Never changed."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, coded, refers
from store.clearance import CONFIDENTIAL, INTERNAL


class DecisionOccasion(enum.StrEnum):
    """What made the rules decide."""

    ASKED = "ASKED"
    CADENCE = "CADENCE"
    EVENT = "EVENT"


class DecisionRow(Base):
    """One decision. Texts are canonical JSON, byte for byte what was decided: a replay compares them.

    `facts` by name; `rows` are the ids of the rows that gave the results, in order; `results` a list of outputs;
    `reasons` a list of {zh, en}; `fault` says why nothing was decided.
    """

    __tablename__ = "decision"
    __table_args__ = (
        sa.Index("ix_decision_customer_id_decided_at", "customer_id", "decided_at", "id"),
        sa.Index("ix_decision_subject_id_rule_set_decided_at", "subject_id", "rule_set", "decided_at", "id"),
        sa.Index("ix_decision_rule_set_decided_at", "rule_set", "decided_at", "id"),
    )

    id: Mapped[Key]
    rule_set: Mapped[str]
    version_id: Mapped[uuid.UUID] = refers("rule_version.id")
    version: Mapped[int]
    about: Mapped[str]
    subject_id: Mapped[uuid.UUID]
    customer_id: Mapped[uuid.UUID | None] = refers("customer.id")
    decided_at: Mapped[dt.datetime]
    occasion: Mapped[DecisionOccasion] = coded(DecisionOccasion)
    asked_by: Mapped[str] = mapped_column(info=INTERNAL)
    facts: Mapped[str] = mapped_column(info=CONFIDENTIAL)
    rows: Mapped[str] = mapped_column(info=INTERNAL)
    results: Mapped[str] = mapped_column(info=INTERNAL)
    reasons: Mapped[str] = mapped_column(info=CONFIDENTIAL)
    fault: Mapped[str | None] = mapped_column(info=INTERNAL)
