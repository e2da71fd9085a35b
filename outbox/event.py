"""The tables of the event log, and the kinds of events: facts about changes, in one order, kept for a while."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base

JSON_DOCUMENT: Final = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
"""A JSON document: jsonb on PostgreSQL, text on SQLite."""


class EventKind(enum.StrEnum):
    """What happened, as readers of the log know it: `<what>.<did>`."""

    DEPARTMENT_CREATED = "department.created"
    DEPARTMENT_UPDATED = "department.updated"
    DEPARTMENT_MOVED = "department.moved"
    DEPARTMENT_MERGED = "department.merged"
    DEPARTMENT_SPLIT = "department.split"
    MEMBERSHIP_STARTED = "membership.started"
    MEMBERSHIP_ENDED = "membership.ended"
    STAFF_CREATED = "staff.created"
    STAFF_UPDATED = "staff.updated"
    CUSTOMER_CREATED = "customer.created"
    CUSTOMER_UPDATED = "customer.updated"
    CUSTOMER_GRADED = "customer.graded"
    CONTACT_CREATED = "contact.created"
    CONTACT_UPDATED = "contact.updated"
    ASSIGNMENT_STARTED = "assignment.started"
    ASSIGNMENT_ENDED = "assignment.ended"
    RELATION_STARTED = "relation.started"
    RELATION_ENDED = "relation.ended"
    INTERACTION_RECORDED = "interaction.recorded"
    TICKET_OPENED = "ticket.opened"
    TICKET_CHANGED = "ticket.changed"
    HANDOVER_PROPOSED = "handover.proposed"
    HANDOVER_ACCEPTED = "handover.accepted"
    HANDOVER_DECLINED = "handover.declined"
    HANDOVER_CANCELLED = "handover.cancelled"
    HANDOVER_DONE = "handover.done"
    LEDGER_ENTERED = "ledger.entered"
    RULES_SUBMITTED = "rules.submitted"
    RULES_APPROVED = "rules.approved"
    RULES_REJECTED = "rules.rejected"
    RULES_WITHDRAWN = "rules.withdrawn"
    RULES_PUBLISHED = "rules.published"
    RULES_ROLLED_BACK = "rules.rolled_back"
    DUTY_OPENED = "duty.opened"
    DUTY_ENDED = "duty.ended"
    CREDIT_PROPOSED = "credit.proposed"
    CREDIT_WATCHED = "credit.watched"
    CREDIT_APPROVED = "credit.approved"
    CREDIT_REJECTED = "credit.rejected"
    CREDIT_LAPSED = "credit.lapsed"
    RULES_SHADOW_STARTED = "rules.shadow_started"
    RULES_SHADOW_STOPPED = "rules.shadow_stopped"
    RULES_SIMULATION_STARTED = "rules.simulation_started"
    RULES_SIMULATION_STOPPED = "rules.simulation_stopped"
    KEY_REVOKED = "key.revoked"


class LogEventRow(Base):
    """One event. `id` is drawn by the store: read in its order, up to the horizon only (on PostgreSQL).

    `uid` tells a row from another that a restored or crashed store gave the same id: random from its first byte.
    """

    __tablename__ = "log_event"
    __table_args__ = (
        sa.Index("ix_log_event_at", "at", postgresql_using="brin"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=True, cache=1), primary_key=True
    )
    uid: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    kind: Mapped[str]
    aggregate_type: Mapped[str]
    aggregate_id: Mapped[uuid.UUID]
    data: Mapped[dict[str, Any]] = mapped_column(JSON_DOCUMENT)
    at: Mapped[dt.datetime]
    actor: Mapped[str]


class LogMetaRow(Base):
    """The one row about the log: `epoch` is new after a restore; events up to `floor` have been trimmed away."""

    __tablename__ = "log_meta"
    __table_args__ = (sa.CheckConstraint("one", name="one"),)

    one: Mapped[bool] = mapped_column(primary_key=True, default=True, server_default=sa.true())
    epoch: Mapped[str]
    floor: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")


class LogKeyRow(Base):
    """A secret that signs cursors of the log, in hexadecimal: the newest signs, all are accepted."""

    __tablename__ = "log_key"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    secret: Mapped[str]
    made_at: Mapped[dt.datetime]
