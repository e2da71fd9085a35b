"""What type checkers say of declarations: the lines marked as errors, and no others. Nothing here is ever run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
import strawberry

from resolvers.reading import Context, batch, column, entity, from_request, global_id, one, part_type, value
from store.customer import CustomerKind, CustomerRow


def age(_: Context, birthday: dt.date | None) -> int | None:
    """Years."""
    return None if birthday is None else 2026 - birthday.year


async def scores(_: Context, keys: Sequence[tuple[str]]) -> list[float]:
    """A number for each code."""
    return [float(len(code)) for (code,) in keys]


async def words(_: Context, keys: Sequence[tuple[str]]) -> list[str]:
    """A word for each code."""
    return [code for (code,) in keys]


@entity(CustomerRow, "Right declarations.")
class Right:
    """Every field has the type of its source."""

    id: strawberry.ID = global_id()
    code: str = column(CustomerRow.code, "Code.")
    kind: CustomerKind = column(CustomerRow.kind, "Kind.")
    city: str | None = column(CustomerRow.city, "City.")
    wider: str | None = column(CustomerRow.code, "A wider type than the column's.")
    created_at: dt.datetime = column(CustomerRow.created_at, "Time.")
    age: int | None = value(age, "Years.", needs=[CustomerRow.birthday])
    score: float = batch(scores, "Number.", needs=[CustomerRow.code])
    name_of_viewer: str = from_request(lambda context: context.subject.name, sa.Text(), "Name.")
    parent: Right | None = one(lambda c, p: p.id == c.id, "Another.")


@part_type("Right too.", CustomerRow)
class RightPart:
    """Expressions have types too."""

    version: int = column(CustomerRow.version, "Version.")


@entity(CustomerRow, "Wrong declarations.")
class Wrong:
    """Every field promises what its source does not have."""

    code: int = column(CustomerRow.code, "Not a number.")  # error
    city: str = column(CustomerRow.city, "May be null.")  # error
    kind: str | None = column(CustomerRow.created_at, "A time is no text.")  # error
    age: int = value(age, "May be null.", needs=[CustomerRow.birthday])  # error
    score: int = batch(words, "Words are no numbers.", needs=[CustomerRow.code])  # error
    later: int = value(scores, "Wants to be awaited.", needs=[CustomerRow.code])  # error
    name_of_viewer: int = from_request(lambda context: context.subject.name, sa.Text(), "Name.")  # error


Right(code="C")  # error: planned objects are never made
column(CustomerRow.nothing, "No such column.")  # error
