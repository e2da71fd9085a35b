"""The mechanism of writing: a mutation is one command, one draft, one transaction; nothing else commits."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar, get_type_hints

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from outbox.event import EventKind
from outbox.idempotency import KeyReused, Request, recall, remember
from outbox.log import JSON, Change, append
from resolvers.access import Subject
from resolvers.actions import Action, permit
from resolvers.drafts import D, cleaned, digest
from resolvers.problems import Code, Refused, refuse
from resolvers.text import BadText, Text, clean_text
from store.figures import refresh_figures

if TYPE_CHECKING:
    from store.session import Database

T = TypeVar("T")

ATTEMPTS: Final = 5
"""How often a command is tried that loses to another writer through no fault of its own."""

_LOST_RACES: Final = frozenset({"40001", "40P01"})
"""PostgreSQL's codes of a serialization failure and a deadlock."""

_KEY_RULE: Final = Text(200)

Told: TypeAlias = "JSON | uuid.UUID | dt.date"
"""A value in an event; ids and days are told as texts."""


@dataclass(frozen=True)
class Unit:
    """One transaction of one command: who asks, when, and what the command has changed so far."""

    session: AsyncSession
    subject: Subject
    now: dt.datetime
    changes: list[Change] = field(default_factory=list)
    touched: set[uuid.UUID] = field(default_factory=set)

    @property
    def today(self) -> dt.date:
        """The day of the request, in UTC."""
        return self.now.astimezone(dt.UTC).date()

    def changed(self, kind: EventKind, of: str, key: uuid.UUID, /, **data: Told) -> None:
        """Note an event about one record, to be written last. No confidential value belongs into `data`."""
        plain = {name: str(value) if isinstance(value, uuid.UUID | dt.date) else value for name, value in data.items()}
        self.changes.append(Change(kind.value, of, key, plain))

    def deals_with(self, customer_id: uuid.UUID) -> None:
        """Note that a customer's figures are to be computed anew."""
        self.touched.add(customer_id)


class LostRace(Exception):  # noqa: N818  # named for what happened
    """Another writer was faster in something that a new attempt does not collide with."""


@dataclass(frozen=True)
class Command(Generic[D]):
    """One mutation: the action that a role must allow, its own error codes, its kind of draft, and what it does.

    The work returns the id of the record that it changed, which the answer reads back after the commit. What takes
    long is done beforehand by `prepare`, outside of the transaction, for which others would wait; it may refuse too.
    """

    action: Action
    codes: type[enum.StrEnum]
    draft: type[D]
    work: Callable[[Unit, D], Awaitable[uuid.UUID]]
    prepare: Callable[[Database, Any], Awaitable[None]] | None = None


def command(
    action: Action, codes: type[enum.StrEnum], *, prepare: Callable[[Database, Any], Awaitable[None]] | None = None
) -> Callable[[Callable[[Unit, D], Awaitable[uuid.UUID]]], Command[D]]:
    """Declare an async function of (unit, draft) as the command behind a mutation."""

    def declare(work: Callable[[Unit, D], Awaitable[uuid.UUID]]) -> Command[D]:
        return Command(action, codes, get_type_hints(work)["draft"], work, prepare)

    return declare


async def run(
    database: Database,
    subject: Subject,
    now: dt.datetime,
    command: Command[D],
    draft: D,
    *,
    idempotency_key: str | None = None,
) -> uuid.UUID:
    """Do a command in a transaction of its own, and return the id of the record that it changed.

    The same idempotency key with the same draft changes nothing again, and returns the same id.
    Raises Refused, in the command's own codes; then nothing is written.
    """
    try:
        permit(subject, command.action)
        kept = cleaned(draft)
        if command.prepare is not None:
            await command.prepare(database, kept)
        once = None if idempotency_key is None else _once(subject, command.action, idempotency_key, digest(kept))
        return await _persistently(partial(_attempt, database, subject, now, partial(_do, command, kept), once))
    except Refused as refused:
        raise refused.narrowed(command.codes) from refused


async def _do(command: Command[D], draft: D, unit: Unit) -> uuid.UUID:
    return await command.work(unit, draft)


def _once(subject: Subject, action: Action, key: str, input_hash: str) -> Request:
    """What the idempotency key is bound to. Raises Refused for a key that is no proper text."""
    try:
        kept = clean_text(key, _KEY_RULE)
    except BadText as bad:
        raise refuse(bad.code, "idempotency_key", str(bad)) from bad
    if kept is None:
        raise refuse(Code.REQUIRED, "idempotency_key", "the key is blank; leave it out or make one up")
    return Request(subject.name, kept, action.value, input_hash)


async def _persistently(attempt: Callable[[], Awaitable[T]]) -> T:
    """Try again what lost to another writer, a few times."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await attempt()
        except LostRace:
            continue
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _LOST_RACES:
                raise
    return await attempt()


async def _attempt(
    database: Database,
    subject: Subject,
    now: dt.datetime,
    work: Callable[[Unit], Awaitable[uuid.UUID]],
    once: Request | None,
) -> uuid.UUID:
    """One transaction: the key first, then the work, the figures that follow from it, and the events last."""
    async with database.transaction() as session:
        if once and (known := await _recalled(session, once, now)):
            return known
        unit = Unit(session, subject, now)
        key = await work(unit)
        if once:
            await remember(session, once, str(key))
        await _finish(unit)
        return key


async def in_unit(database: Database, subject: Subject, now: dt.datetime, work: Callable[[Unit], Awaitable[T]]) -> T:
    """Do what the service does by itself in a transaction of its own, with figures and events as a command has them."""

    async def attempt() -> T:
        async with database.transaction() as session:
            unit = Unit(session, subject, now)
            found = await work(unit)
            await _finish(unit)
            return found

    return await _persistently(attempt)


async def _finish(unit: Unit) -> None:
    """Compute the figures that follow from what was written, and write the events last."""
    await unit.session.flush()
    if unit.touched:
        await refresh_figures(await unit.session.connection(), unit.touched)
    await append(unit.session, unit.changes, at=unit.now, actor=unit.subject.name)


async def _recalled(session: AsyncSession, once: Request, now: dt.datetime) -> uuid.UUID | None:
    """What the same request changed before. Raises Refused when the key was used for another one."""
    try:
        remembered = await recall(session, once, now=now)
    except KeyReused as reused:
        raise refuse(Code.KEY_REUSED, "idempotency_key", str(reused)) from reused
    return None if remembered is None else uuid.UUID(str(remembered.result))
