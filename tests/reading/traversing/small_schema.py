"""A small schema of the tests' own, over a network that is written down here.

Functions note their calls in the request's `database`, a list here; what they find for some codes is wrong on purpose.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import sqlalchemy as sa
import strawberry

from graph.port import GraphUnavailable
from resolvers.access import AccessClass, Scope
from resolvers.reading import (
    Argument,
    Context,
    column,
    entity,
    finding,
    listed,
    lookup,
    many,
    one,
    one_of,
    payload,
    traversal,
    value,
)
from resolvers.reading.relations import FIRST
from resolvers.scopes import customer_scope
from schema.paging import Node as Anything
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.lists import member
from store.types import Prose


class Misbehaved(Exception):  # noqa: N818  # named for what happened
    """What a function raises; clients never see its words."""


class Kind(enum.StrEnum):
    """What a thing is."""

    CLIENT = "CLIENT"
    UNIT = "UNIT"


class Thing(NamedTuple):
    """A client or a unit."""

    kind: Kind
    id: uuid.UUID


class Mark(NamedTuple):
    """Words, and a thing that they are about."""

    words: str
    about: Thing


class Seen(NamedTuple):
    """An object with an attribute of every type."""

    id: uuid.UUID
    unit_id: uuid.UUID | None
    number: int
    share: float
    is_near: bool
    day: dt.date
    at: dt.datetime | None
    kind: Kind
    note: str | None
    thing: Thing
    marks: tuple[Mark, ...]
    ids: tuple[uuid.UUID, ...]


AT = dt.datetime(2026, 3, 2, 9, 0, 0, 120_000, tzinfo=dt.UTC)
TRICKY = 'a\'b "c" \\ 张 😀 $[0]'


def seen(key: uuid.UUID, unit: uuid.UUID, number: int, note: str | None = None) -> Seen:
    """What is found for a client, told apart by a number."""
    marks = (Mark(TRICKY, Thing(Kind.UNIT, unit)), Mark("self", Thing(Kind.CLIENT, key)))
    things = Thing(Kind.CLIENT, key) if number % 2 else Thing(Kind.UNIT, unit)
    at = AT if number else None
    return Seen(key, unit, number, number / 3, bool(number % 2), AT.date(), at, Kind.UNIT, note, things, marks, (key,))


async def around(context: Context, keys: Sequence[Any], day: dt.date) -> list[Any]:
    """Three objects for each client; for some, something else."""
    context.database.append(("around", keys, day))
    found: list[Any] = []
    for code, key, unit in keys:
        match code:
            case "DOWN":
                raise GraphUnavailable(code)
            case "WORSE":
                raise Misbehaved(code)
            case "BAD":
                found.append([seen(key, unit, 0)._replace(number=None)])  # type: ignore[arg-type]  # wrong on purpose
            case "NONE":
                found.append([])
            case _:
                found.append([seen(key, unit, number) for number in range(3)])
    return found


async def best(context: Context, keys: Sequence[Any]) -> list[Seen | None]:
    """One object for each client but NONE."""
    context.database.append(("best", keys))
    return [None if code == "NONE" else seen(key, unit, 1, code) for code, key, unit in keys]


async def forgetful(context: Context, keys: Sequence[Any]) -> list[Any]:
    """Nothing, not even nothing for each."""
    del context, keys
    return []


def loud(_: Context, code: str) -> str:
    """The code in capitals."""
    return code.upper()


def hidden_from_partners(row: Any, access: AccessClass) -> Any:
    """Partners see none."""
    del row
    return sa.false() if access.scope is Scope.PARTNER else None


def odd_only(row: Any, access: AccessClass) -> Any:
    """Whoever does not see all sees the odd ones."""
    return None if access.scope is Scope.ALL else row.number != 2


DAY = Argument(dt.date | None, "A day.", sa.Date(), fallback=lambda run: run.context.now.date())
ClientLink = Annotated["Client", strawberry.lazy("tests.reading.traversing.small_schema")]


@entity(DepartmentRow, "A department.")
class Unit(Anything):
    """A row without a scope."""

    id: strawberry.ID = column(lambda d: sa.cast(d.id, sa.Text()), "Key.")
    number: str = column(DepartmentRow.number, "Number.")
    clients: list[ClientLink] = many(lambda u, c: c.department_id == u.id, "The clients.", order_by=[CustomerRow.code])


@finding(Mark, "Words.")
class Marked:
    """An object inside of an object."""

    words: str = column(lambda m: m.words, "The words.")
    about: Anything | None = one_of(
        lambda m: m.about, "A client or a unit.", members={"Client": Kind.CLIENT, "Unit": Kind.UNIT}
    )


@finding(Seen, "What was found.", scope=odd_only)
class Finding:
    """Values, links and lists."""

    number: int = column(lambda s: s.number, "A number.")
    share: float = column(lambda s: s.share, "A fraction.")
    is_near: bool = column(lambda s: s.is_near, "Yes or no.")
    day: dt.date = column(lambda s: s.day, "A day.")
    at: dt.datetime | None = column(lambda s: s.at, "An instant.")
    kind: str = column(lambda s: s.kind, "What it is.")
    note: str | None = column(lambda s: s.note, "Words.")
    louder: str = value(loud, "Loud.", needs=[lambda s: s.kind])
    client: ClientLink | None = one(lambda s, c: c.id == s.id, "The client.")
    clients: list[ClientLink] = many(lambda s, c: member(c.id, s.ids), "Them all.", order_by=[CustomerRow.id])
    thing: Anything | None = one_of(
        lambda s: s.thing, "A client or a unit.", members={"Client": Kind.CLIENT, "Unit": Kind.UNIT}
    )
    marks: list[Marked] = listed(lambda s: s.marks, "What is written there.", most=2)
    secrets: list[Marked] | None = listed(lambda s: s.marks, "The same, for few.", most=2, tells=[CustomerRow.birthday])
    again: Finding | None = traversal(best, "Once more.", needs=[lambda s: s.note, lambda s: s.id, lambda s: s.unit_id])


@finding(Thing, "What partners do not see.", scope=hidden_from_partners)
class Kept:
    """Hidden as a whole."""

    kind: str = column(lambda t: t.kind, "What it is.")


async def kept(context: Context, keys: Sequence[Any]) -> list[Thing]:
    """One thing, of nothing at all."""
    context.database.append(("kept", keys))
    return [Thing(Kind.UNIT, uuid.UUID(int=1)) for _ in keys]


NEEDS = [CustomerRow.code, CustomerRow.id, CustomerRow.department_id]


@entity(CustomerRow, "A customer.", scope=customer_scope)
class Client(Anything):
    """A row with a scope, and what is found for it."""

    id: strawberry.ID = column(lambda c: sa.cast(c.id, sa.Text()), "Key.")
    code: str = column(CustomerRow.code, "Code.")
    tax_number: str | None = column(CustomerRow.tax_number, "A secret.")
    shout: str = value(loud, "Loud.", needs=[CustomerRow.code])
    unit: Unit | None = one(lambda c, u: u.id == c.department_id, "The department.")
    around: list[Finding] | None = traversal(
        around, "What is near.", needs=NEEDS, arguments={"day": DAY, "first": FIRST}
    )
    best: Finding | None = traversal(best, "What is best.", needs=NEEDS)
    forgetful: Finding | None = traversal(forgetful, "Nothing.", needs=NEEDS)


@payload("What a mutation did.")
class Touched:
    """Reads back."""

    client_id: strawberry.Private[uuid.UUID]
    client: Client | None = one(lambda p, c: c.id == p.client_id, "The customer.")


@strawberry.type
class Query:
    """Entries."""

    client: Client | None = lookup(
        "A customer.", arguments={"code": Argument(str, "Code.", Prose(), where=lambda c, value: c.code == value)}
    )
    clients: list[Client] = many(lambda *_: sa.true(), "Customers.", order_by=[CustomerRow.code])
    kept: Kept | None = traversal(kept, "Of nothing.", needs=[])


@strawberry.type
class Mutation:
    """A mutation with a payload that is read back."""

    @strawberry.mutation
    async def touch(self, key: strawberry.ID) -> Touched:
        """Does nothing."""
        return Touched(client_id=uuid.UUID(key))


def small_schema() -> strawberry.Schema:
    """The schema; every call gives one of its own."""
    return strawberry.Schema(Query, Mutation)
