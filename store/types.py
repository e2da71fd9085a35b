"""Column types that mean the same on PostgreSQL and SQLite, down to the text that a client reads."""

from __future__ import annotations

import datetime as dt
import enum
import unicodedata
import uuid
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

E = TypeVar("E", bound=enum.StrEnum)


class Uid(sa.types.TypeDecorator[uuid.UUID]):
    """A UUID: native on PostgreSQL, canonical text of 36 characters on SQLite; both sort alike."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the store's own type."""
        return dialect.type_descriptor(sa.Uuid() if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: uuid.UUID | None, dialect: Dialect) -> Any:
        """Write a UUID."""
        return value if value is None or dialect.name == "postgresql" else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> uuid.UUID | None:
        """Read a UUID."""
        return value if value is None or isinstance(value, uuid.UUID) else uuid.UUID(value)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:
        """Leave what PostgreSQL's driver reads as it is."""
        return None if dialect.name == "postgresql" else super().result_processor(dialect, coltype)


class Instant(sa.types.TypeDecorator[dt.datetime]):
    """A point in time: timestamptz on PostgreSQL; on SQLite the very text that PostgreSQL's JSON shows, in UTC.

    The text sorts as time does. A naive datetime is refused: it does not say which instant it means.
    """

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the store's own type."""
        return dialect.type_descriptor(sa.DateTime(timezone=True) if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """Write an instant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs a time zone: {value!r}")
        return value if dialect.name == "postgresql" else instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """Read an instant, always in UTC."""
        if value is None:
            return None
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(dt.UTC)


class Prose(sa.types.TypeDecorator[str]):
    """Text in Unicode NFC, ordered by code point on both stores."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the store's own type."""
        return sa.Text(collation="C") if dialect.name == "postgresql" else sa.Text()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Write text in NFC."""
        return None if value is None else unicodedata.normalize("NFC", value)


class Coded(sa.types.TypeDecorator[E], Generic[E]):
    """A member of a text enum, stored by its name."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, members: type[E]) -> None:
        super().__init__()
        self.members = members

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the store's own type."""
        return sa.Text(collation="C") if dialect.name == "postgresql" else sa.Text()

    def process_bind_param(self, value: E | str | None, dialect: Dialect) -> str | None:
        """Write a member; a name that is none of the enum's is refused."""
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        """Read a member."""
        return None if value is None else self.members(value)


def instant_text(value: dt.datetime) -> str:
    """The instant as PostgreSQL's JSON writes it in UTC: `2016-02-29T01:16:00+00:00`; no trailing zeros."""
    text = value.astimezone(dt.UTC).isoformat()
    return text[:-6].rstrip("0") + text[-6:] if "." in text else text
