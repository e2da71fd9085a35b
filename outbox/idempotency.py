"""The same request twice changes things once: keys that a caller sends with a change, and what the change returned."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from outbox.event import JSON_DOCUMENT
from outbox.log import JSON
from store.base import Base

KEPT: Final = dt.timedelta(hours=24)
"""How long a key is remembered."""


class IdempotencyKeyRow(Base):
    """A key that a subject used, for which operation and input, and what that returned."""

    __tablename__ = "idempotency_key"
    __table_args__ = (sa.Index("ix_idempotency_key_created_at", "created_at"),)

    subject: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str]
    input_hash: Mapped[str]
    result: Mapped[JSON] = mapped_column(JSON_DOCUMENT, nullable=True)
    created_at: Mapped[dt.datetime]


_KEY = Base.metadata.tables["idempotency_key"]


@dataclass(frozen=True)
class Request:
    """What a key is bound to: who asks, for which operation, with which input (its SHA-256, in hexadecimal)."""

    subject: str
    key: str
    operation: str
    input_hash: str


@dataclass(frozen=True)
class Remembered:
    """The request was done before, and returned this."""

    result: JSON


class KeyReused(Exception):  # noqa: N818 - named for what happened
    """The key was sent before with another operation or another input: take a new key for a new request."""


async def recall(session: AsyncSession, request: Request, *, now: dt.datetime) -> Remembered | None:
    """What the request returned before; None when it is new, and then it is to be done and `remember`ed.

    Call it before anything is read or changed. A request with the same key that is still being done elsewhere is waited
    for: when it ends well it is recalled, when it fails this one is new. Raises KeyReused.
    """
    if await _enter(session, request, now):
        return None
    chosen = sa.select(_KEY.c.operation, _KEY.c.input_hash, _KEY.c.result).where(*_of(request))
    operation, input_hash, result = (await session.execute(chosen)).one()
    if (operation, input_hash) != (request.operation, request.input_hash):
        raise KeyReused("this idempotency key was sent before with another input: take a new key for a new request")
    return Remembered(result)


async def remember(session: AsyncSession, request: Request, result: JSON) -> None:
    """Keep what a new request returned, in the transaction that did it."""
    await session.execute(sa.update(_KEY).where(*_of(request)).values(result=result))


async def forget_expired(session: AsyncSession, now: dt.datetime) -> int:
    """Delete the keys that are older than `KEPT`; returns how many there were."""
    connection = await session.connection()
    return (await connection.execute(sa.delete(_KEY).where(_KEY.c.created_at <= now - KEPT))).rowcount


def _of(request: Request) -> tuple[sa.ColumnElement[bool], ...]:
    return _KEY.c.subject == request.subject, _KEY.c.key == request.key


async def _enter(session: AsyncSession, request: Request, now: dt.datetime) -> bool:
    """Write the key, in place of an expired one too; False when it is there already."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    fresh = {"operation": request.operation, "input_hash": request.input_hash, "result": None, "created_at": now}
    statement = insert(_KEY).values(subject=request.subject, key=request.key, **fresh)
    entered = statement.on_conflict_do_update(
        index_elements=["subject", "key"], set_=fresh, where=_KEY.c.created_at <= now - KEPT
    ).returning(_KEY.c.key)
    return (await session.execute(entered)).first() is not None
