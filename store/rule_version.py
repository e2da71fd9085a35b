"""Versions of rule sets, and which of them was in force when: never changed, never deleted."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from types import MappingProxyType
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, coded, refers


class RuleVersionStatus(enum.StrEnum):
    """How far a version is: only an approved one may be published; published ones may come back by a rollback."""

    SUBMITTED = "SUBMITTED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    APPROVED = "APPROVED"
    PUBLISHED = "PUBLISHED"


RULE_VERSION_MOVES: Final = MappingProxyType(
    {
        RuleVersionStatus.SUBMITTED: frozenset(
            {RuleVersionStatus.APPROVED, RuleVersionStatus.REJECTED, RuleVersionStatus.WITHDRAWN}
        ),
        RuleVersionStatus.APPROVED: frozenset({RuleVersionStatus.PUBLISHED, RuleVersionStatus.WITHDRAWN}),
        RuleVersionStatus.PUBLISHED: frozenset[RuleVersionStatus](),
        RuleVersionStatus.REJECTED: frozenset[RuleVersionStatus](),
        RuleVersionStatus.WITHDRAWN: frozenset[RuleVersionStatus](),
    }
)
"""Where a version can go from each state; a published one comes back by a rollback, and stays published."""


class PublicationKind(enum.StrEnum):
    """Why a version came into force."""

    SHIPPED = "SHIPPED"
    PUBLISHED = "PUBLISHED"
    ROLLED_BACK = "ROLLED_BACK"


class RuleVersionRow(Base):
    """One version of one rule set: the text of its file and of its cases. `digest` is the SHA-256 of both.

    Title and owner are what the text says. `base_id` is the version that its author started from, if they said so.
    """

    __tablename__ = "rule_version"
    __table_args__ = (
        sa.Index("uq_rule_version_rule_set_number", "rule_set", "number", unique=True),
        sa.Index("ix_rule_version_status_submitted_at", "status", "submitted_at", "id"),
    )

    id: Mapped[Key]
    rule_set: Mapped[str]
    number: Mapped[int]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    owner: Mapped[str]
    text: Mapped[str]
    cases: Mapped[str]
    digest: Mapped[str]
    status: Mapped[RuleVersionStatus] = coded(RuleVersionStatus)
    base_id: Mapped[uuid.UUID | None] = refers("rule_version.id")
    note: Mapped[str | None]
    submitted_by: Mapped[str]
    submitted_at: Mapped[dt.datetime]
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[dt.datetime | None]
    review_note: Mapped[str | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_at: Mapped[dt.datetime | None]
    withdraw_note: Mapped[str | None]


class RulePublicationRow(Base):
    """That a version came into force. The last one of a rule set is in force now. `number` counts them, from 1."""

    __tablename__ = "rule_publication"
    __table_args__ = (sa.Index("uq_rule_publication_rule_set_number", "rule_set", "number", unique=True),)

    id: Mapped[Key]
    rule_set: Mapped[str]
    number: Mapped[int]
    version_id: Mapped[uuid.UUID] = refers("rule_version.id")
    kind: Mapped[PublicationKind] = coded(PublicationKind)
    published_by: Mapped[str]
    published_at: Mapped[dt.datetime]
    note: Mapped[str | None] = mapped_column()


class RuleSetRow(Base):
    """A rule set, and which version of it is in force (a view of the database).

    Title and owner are those of that version; of the newest one as long as nothing was published.
    """

    __tablename__ = "rule_set"
    __table_args__ = ({"info": {"view": True}},)

    name: Mapped[str] = mapped_column(primary_key=True)
    title_zh: Mapped[str]
    title_en: Mapped[str]
    owner: Mapped[str]
    version_id: Mapped[uuid.UUID | None] = refers("rule_version.id")
    published_at: Mapped[dt.datetime | None]
