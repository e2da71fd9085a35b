"""Arguments that many fields take."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
import strawberry

from resolvers.global_id import BadGlobalId, decode
from resolvers.reading import Argument, InvalidError
from resolvers.reading.context import Run
from resolvers.reading.filtering import Target, instant
from resolvers.scopes import directory_scope
from store.department import DepartmentRow
from store.staff import StaffRow
from store.types import Instant, Prose, Uid

DEPARTMENT = Target(DepartmentRow, directory_scope)
STAFF = Target(StaffRow, directory_scope)
"""What keys of filters lead to: whoever does not see these rows finds nothing by their keys either."""


def read_id(*types: str) -> Callable[[str], uuid.UUID]:
    """A reader of global ids of these types; any other text is refused."""

    def read(text: str) -> uuid.UUID:
        try:
            return decode(text, *types)
        except BadGlobalId as error:
            raise InvalidError("BAD_ID", f"Not a usable id: {error}.") from None

    return read


def by_id(type_name: str) -> Argument:
    """An argument that names a row by its global id."""
    return Argument(
        strawberry.ID | None,
        f"The global id of a {type_name}.",
        Uid(),
        where=lambda row, value: row.id == value,
        convert=lambda text: None if text is None else read_id(type_name)(text),
    )


def by_text(name: str, description: str) -> Argument:
    """An argument that names a row by what people know of it, such as its code."""
    return Argument(str | None, description, Prose(), where=lambda row, value: row[name] == value)


def _today(run: Run) -> dt.date:
    return run.context.now.date()


def _this_instant(run: Run) -> dt.datetime:
    return run.context.now


AS_OF_DAY = Argument(dt.date | None, "On this day (UTC); today when left out.", sa.Date(), fallback=_today)

AS_OF_INSTANT = Argument(
    dt.datetime | None,
    "At this instant; now when left out.",
    Instant(),
    fallback=_this_instant,
    convert=lambda value: None if value is None else instant(value),
)


def covers(row: Any, moment: Any) -> Any:
    """Whether a dated row holds at a moment: from `since`, and before `until` if that is set."""
    return sa.and_(row.since <= moment, sa.or_(row.until.is_(None), row.until > moment))
