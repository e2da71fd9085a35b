"""Reading the event log: a page after a position, checked in the same statement, up to where it may be read."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson
import sqlalchemy as sa

from outbox.cursor import UID_BYTES, Position
from outbox.event import LogEventRow, LogMetaRow
from store.base import Base
from store.statement import Reads, Statement

PAGE: Final = 200
"""Events of a page, when nothing else is said."""

_EVENT: Final = Base.metadata.tables[LogEventRow.__tablename__]
_META: Final = Base.metadata.tables[LogMetaRow.__tablename__]


class Resync(Exception):  # noqa: N818 - named for what to do
    """The log is not the one in which the position was taken: it was restored, or has lost its end. Begin anew."""


class CursorExpired(Exception):  # noqa: N818 - named for what happened
    """What follows the position has been trimmed away, at least in part. Begin anew."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One event as readers get it; `position` is the place right after it."""

    position: Position
    kind: str
    aggregate_type: str
    aggregate_id: uuid.UUID
    data: dict[str, Any]
    at: dt.datetime
    actor: str


def verify(after: Position, epoch: str, floor: int, seen: uuid.UUID | None) -> None:
    """Whether a reader may go on from a position. `seen` is the uid of the row that has its id now, None: no row has.

    Epoch, floor and row must come from the statement that reads on, or a trim or a restore slips in between.
    At the floor itself nothing is left to compare with, so that is expired too; 0 is good until something is trimmed.

    Raises:
        Resync: another epoch, another row, or no row where one must be.
        CursorExpired: the position is at or below the floor.
    """
    if after.epoch != epoch:
        raise Resync(f"the log's epoch is {epoch}, the position is of {after.epoch}")
    if after.id == floor == 0:
        return
    if after.id <= floor:
        raise CursorExpired(f"events up to {floor} have been trimmed away")
    if seen is None or seen.bytes[:UID_BYTES] != after.uid:
        raise Resync(f"event {after.id} is not the one that was read")


async def read_page(
    reads: Reads,
    after: Position | None,
    upto: Position,
    *,
    kinds: Collection[str] | None = None,
    limit: int = PAGE,
) -> list[LoggedEvent]:
    """The next events after a position (None: from the oldest that is kept), up to the tail's position at most.

    Fewer than `limit` are all that there are: then the reader has come to `upto`, if that lies ahead of it.

    Raises:
        Resync, CursorExpired: see `verify`. The tail's position is checked too: it may be older than a restore.
    """
    begin = 0 if after is None else after.id
    statement = _page(None if kinds is None else frozenset(kinds))
    rows = await statement.rows(reads, after=begin, upto=upto.id, limit=limit)
    epoch, floor, seen, ahead = rows[0][:4]
    if after is not None:
        verify(after, epoch, floor, seen)
    if upto.id >= begin:
        verify(upto, epoch, floor, ahead)
    return [_event(epoch, row) for row in rows if row[4] is not None]


def position_of(epoch: str, number: int, uid: uuid.UUID | str) -> Position:
    """The position right after a row."""
    found = uuid.UUID(uid) if isinstance(uid, str) else uid
    return Position(epoch, number, found.bytes[:UID_BYTES])


def uid_of(value: uuid.UUID | str | None) -> uuid.UUID | None:
    """A uid as a bare driver gives it."""
    return uuid.UUID(value) if isinstance(value, str) else value


@lru_cache(maxsize=64)
def _page(kinds: frozenset[str] | None) -> Statement:
    """Floor, epoch, the rows at both ends, and the events between them, all seen at one moment."""
    after, upto = sa.bindparam("after", type_=sa.BigInteger), sa.bindparam("upto", type_=sa.BigInteger)
    seen, ahead = _EVENT.alias("seen"), _EVENT.alias("ahead")
    told = [each if each.name != "data" else sa.cast(each, sa.Text).label("data") for each in _EVENT.c]
    between = sa.select(*told).where(_EVENT.c.id > after, _EVENT.c.id <= upto)
    if kinds is not None:
        between = between.where(_EVENT.c.kind.in_([sa.bindparam(f"kind_{n}", one) for n, one in enumerate(kinds)]))
    found = between.order_by(_EVENT.c.id).limit(sa.bindparam("limit", type_=sa.BigInteger)).subquery("found")
    return Statement(
        sa.select(_META.c.epoch, _META.c.floor, seen.c.uid, ahead.c.uid, *found.c)
        .select_from(_META)
        .outerjoin(seen, seen.c.id == after)
        .outerjoin(ahead, ahead.c.id == upto)
        .outerjoin(found, sa.true())
        .order_by(found.c.id)
    )


def _event(epoch: str, row: tuple[Any, ...]) -> LoggedEvent:
    number, uid, kind, aggregate_type, aggregate_id, data, at, actor = row[4:]
    position = position_of(epoch, number, uid)
    return LoggedEvent(position, kind, aggregate_type, aggregate_id, orjson.loads(data), at, actor)
