"""Relations between customers: corporate groups and referrals, each with its dates."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from store.base import Base, Key, coded, refers


class RelationKind(enum.StrEnum):
    """What the first customer is to the second."""

    SUBSIDIARY_OF = "SUBSIDIARY_OF"
    REFERRED_BY = "REFERRED_BY"


class RelationDirection(enum.StrEnum):
    """From which end a relation is seen."""

    OUTGOING = "OUTGOING"
    INCOMING = "INCOMING"


class RelationRow(Base):
    """`from_id` is SUBSIDIARY_OF or REFERRED_BY `to_id`, from `since` until the day before `until`."""

    __tablename__ = "customer_relation"
    __table_args__ = (
        sa.Index("ix_customer_relation_from_id_kind", "from_id", "kind", "to_id", "since", "until"),
        sa.Index("ix_customer_relation_to_id_kind", "to_id", "kind", "from_id", "since", "until"),
        sa.Index(
            "uq_customer_relation_one_parent",
            "from_id",
            unique=True,
            postgresql_where=sa.text("kind = 'SUBSIDIARY_OF' AND until IS NULL"),
            sqlite_where=sa.text("kind = 'SUBSIDIARY_OF' AND until IS NULL"),
        ),
    )

    id: Mapped[Key]
    from_id: Mapped[uuid.UUID] = refers("customer.id")
    to_id: Mapped[uuid.UUID] = refers("customer.id")
    kind: Mapped[RelationKind] = coded(RelationKind)
    since: Mapped[dt.date]
    until: Mapped[dt.date | None]


class RelationSideRow(Base):
    """A relation as each of its two customers sees it (a view of the database: two rows for each relation)."""

    __tablename__ = "customer_relation_side"
    __table_args__ = ({"info": {"view": True}},)

    id: Mapped[uuid.UUID] = refers("customer_relation.id", primary_key=True)
    direction: Mapped[RelationDirection] = coded(RelationDirection, primary_key=True)
    customer_id: Mapped[uuid.UUID] = refers("customer.id")
    other_id: Mapped[uuid.UUID] = refers("customer.id")
    kind: Mapped[RelationKind] = coded(RelationKind)
    since: Mapped[dt.date]
    until: Mapped[dt.date | None]
