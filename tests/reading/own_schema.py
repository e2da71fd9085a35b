"""A schema of the tests' own: Python functions behind fields, ordinary types below planned ones, a payload.

Functions misbehave for the customer BAD, and write their calls into the request's `database`, a list here.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
import strawberry

from resolvers.reading import (
    Argument,
    Context,
    column,
    connection,
    entity,
    lookup,
    many,
    one,
    payload,
    resolved,
    value,
)
from resolvers.reading import batch as read_batch
from schema.paging import Connection
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.types import Prose


class Misbehaved(Exception):  # noqa: N818  # named for what happened
    """What a function raises; clients never see its words."""


def loud(_: Context, code: str) -> str:
    """The code in capitals."""
    if code == "BAD":
        raise Misbehaved(code)
    return code.upper()


def letters(_: Context, code: str) -> list[str]:
    """The code's letters."""
    return list(code)


def born(_: Context, birthday: dt.date | None, created: dt.datetime, key: uuid.UUID) -> str:
    """What Python sees of a date, an instant and a UUID."""
    return f"{birthday!r} {created!r} {key!r}"


def not_a_number(_: Context, code: str) -> Any:
    """Something that is no Int for BAD, nothing for NONE."""
    return {"BAD": "seven", "NONE": None}.get(code, len(code))


async def scores(context: Context, keys: Sequence[tuple[str]]) -> list[Any]:
    """A number for each code, and a note of what was asked; BAD gets something that is no number."""
    context.database.append(keys)
    if ("WORSE",) in keys:
        raise Misbehaved(keys)
    return ["seven" if code == "BAD" else len(code) for (code,) in keys]


async def too_few(context: Context, keys: Sequence[tuple[str]]) -> list[int]:
    """Forgets the last key."""
    return [0 for _ in keys[1:]]


@strawberry.type
class Story:
    """An ordinary type."""

    words: list[str]

    @strawberry.field
    async def first(self) -> str:
        """An ordinary resolver."""
        return self.words[0]


async def tell(info: Any, name: str, created: dt.datetime, *, most_words: int = 2) -> Story | None:
    """An ordinary resolver over needs and an argument."""
    if name == "BAD":
        raise Misbehaved(name)
    return Story(words=[*name.split()[:most_words], created.isoformat()])


def _created(row: Any) -> Any:
    return row.created_at


WORDS = {"most_words": Argument(int | None, "How many words.", sa.Integer(), 2)}


@entity(DepartmentRow, "A department.")
class Unit:
    """A type with functions below another type."""

    number: str = column(DepartmentRow.number, "Number.")
    score: int | None = read_batch(scores, "A number.", needs=[DepartmentRow.number])


@entity(CustomerRow, "A customer.")
class Client:
    """A type with functions."""

    code: str = column(CustomerRow.code, "Code.")
    shout: str | None = value(loud, "Loud.", needs=[CustomerRow.code])
    must_shout: str = value(loud, "Loud, always.", needs=[CustomerRow.code])
    letters: list[str] = value(letters, "Letters.", needs=[CustomerRow.code])
    born: str | None = value(
        born, "Python's view.", needs=[CustomerRow.birthday, CustomerRow.created_at, CustomerRow.id]
    )
    number: int | None = value(not_a_number, "A number.", needs=[CustomerRow.code])
    must_number: int = value(not_a_number, "A number, always.", needs=[CustomerRow.code])
    score: int | None = read_batch(scores, "A number for many.", needs=[CustomerRow.code])
    too_few: int | None = read_batch(too_few, "Forgetful.", needs=[CustomerRow.code])
    story: Story | None = resolved(tell, "A story.", needs=[CustomerRow.name, _created], arguments=WORDS)
    secret_story: Story | None = resolved(
        tell, "A story from what is secret.", needs=[CustomerRow.tax_number, CustomerRow.created_at]
    )
    unit: Unit | None = one(lambda c, u: u.id == c.department_id, "The department.")
    peers: list[Client] = many(
        lambda c, p: p.department_id == c.department_id, "Of the same department.", order_by=[CustomerRow.code]
    )


@payload("What a mutation did.")
class Touched:
    """An ordinary attribute beside what is read back."""

    note: str
    client_id: strawberry.Private[uuid.UUID | None]
    client: Client | None = one(lambda p, c: c.id == p.client_id, "The customer.")


def _all(*_: Any) -> Any:
    return sa.true()


@strawberry.type
class Query:
    """Entries, planned and ordinary."""

    client: Client | None = lookup(
        "A customer.", arguments={"code": Argument(str, "Code.", Prose(), where=lambda c, value: c.code == value)}
    )
    clients: Connection[Client] = connection(_all, "Customers.", orders=[CustomerRow.code, CustomerRow.id])
    mixed: Connection[Client] = connection(_all, "Customers.", orders=[CustomerRow.status.desc(), CustomerRow.code])

    @strawberry.field
    async def weather(self) -> str:
        """An ordinary entry."""
        return "fine"


@strawberry.type
class Mutation:
    """A mutation with a payload that is read back."""

    @strawberry.mutation
    async def touch(self, info: strawberry.Info[Context, None], key: strawberry.ID | None = None) -> Touched:
        """Does nothing, and says so."""
        info.context.database.append(("touched", key))
        return Touched(note="done", client_id=uuid.UUID(key) if key else None)


@strawberry.type
class Subscription:
    """A subscription."""

    @strawberry.subscription
    async def ticks(self) -> int:
        """Nothing."""
        yield 1


def own_schema() -> strawberry.Schema:
    """The schema; every call gives one of its own."""
    return strawberry.Schema(Query, Mutation, Subscription)
