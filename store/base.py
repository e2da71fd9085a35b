"""What all tables share: the declarative base, keys, versions, and how a column says how confidential it is."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from typing import Annotated, Any, ClassVar

import sqlalchemy as sa
import uuid_utils
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from store.types import Coded, Instant, Prose, Uid

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id() -> uuid.UUID:
    """A time-ordered UUID (version 7)."""
    return uuid.UUID(bytes=uuid_utils.uuid7().bytes)


Key = Annotated[uuid.UUID, mapped_column(Uid, primary_key=True, default=new_id)]


class Base(DeclarativeBase):
    """All mapped classes. Nothing here is loaded lazily: a relation is a join that someone wrote."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Prose,
        dt.datetime: Instant,
        uuid.UUID: Uid,
        int: sa.Integer,
    }


class Versioned:
    """A record that people edit: `version` guards against overwriting what someone else changed meanwhile."""

    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


def coded(members: type[enum.StrEnum], **options: Any) -> Any:
    """A column that holds a member of a text enum."""
    return mapped_column(Coded(members), **options)


def refers(column: str, **options: Any) -> Any:
    """A foreign key; what it points to is never deleted with rows that still point to it."""
    return mapped_column(sa.ForeignKey(column), **options)
