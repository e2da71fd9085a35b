"""Simulations as jobs: what somebody asked for, how far it is, and what it found. They are thrown away after a time."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, coded, refers
from store.clearance import CONFIDENTIAL


class RuleSimulationState(enum.StrEnum):
    """How a simulation stands."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


OPEN: Final = frozenset({RuleSimulationState.WAITING, RuleSimulationState.RUNNING})
"""The states of what has not ended."""

_IS_OPEN: Final = sa.text("state IN ('WAITING', 'RUNNING')")


class RuleSimulationRow(Base):
    """One simulation: a text, or a version whose text it is, over the record as of an instant.

    `output` tells outcomes apart, if not the first one. `step`, `done` and `total` say what is being done, how much of
    it, and of how much. `attempts` counts how often it was begun, but for what a server gave back when it stopped.
    `result` is JSON, as `c360 rules simulate --json` has it; `against_id` is the version that was in force beside it.
    """

    __tablename__ = "rule_simulation"
    __table_args__ = (
        sa.Index("ix_rule_simulation_asked_at", "asked_at", "id"),
        sa.Index("ix_rule_simulation_state_asked_at", "state", "asked_at", "id"),
        sa.Index(
            "uq_rule_simulation_one_open",
            "asked_by",
            "rule_set",
            unique=True,
            postgresql_where=_IS_OPEN,
            sqlite_where=_IS_OPEN,
        ),
    )

    id: Mapped[Key]
    rule_set: Mapped[str]
    text: Mapped[str]
    version_id: Mapped[uuid.UUID | None] = refers("rule_version.id")
    as_of: Mapped[dt.datetime]
    since: Mapped[dt.date | None]
    output: Mapped[str | None]
    asked_by: Mapped[str]
    asked_at: Mapped[dt.datetime]
    state: Mapped[RuleSimulationState] = coded(RuleSimulationState)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    started_at: Mapped[dt.datetime | None]
    heartbeat_at: Mapped[dt.datetime | None]
    step: Mapped[str | None]
    done: Mapped[int | None]
    total: Mapped[int | None]
    ended_at: Mapped[dt.datetime | None]
    ended_by: Mapped[str | None]
    problem: Mapped[str | None]
    against_id: Mapped[uuid.UUID | None] = refers("rule_version.id")
    result: Mapped[str | None] = mapped_column(info=CONFIDENTIAL)
