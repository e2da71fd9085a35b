"""What has happened since a copy was made, as one state: the events, and the rows that they are about, seen at once.

The rows of some events, read later than these, would make a state that never was: a department already below another
one that is, in the copy, still below it. So the state is read as of one moment together with every event that it
contains, also those that readers of the log may not read yet. These are read again the next time, which does no harm.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from graph.projecting.kinds import KINDS, Kind, Record
from graph.projecting.records import of_keys
from graph.projecting.wanted import Wanted
from outbox.cursor import Position
from outbox.event import LogEventRow, LogMetaRow
from outbox.reader import position_of, verify
from outbox.snapshot import Snapshot

_EVENT: Final = LogEventRow.__table__
_META: Final = LogMetaRow.__table__


class TooMuch(Exception):  # noqa: N818  # named for what is the matter
    """More has happened than one state can be made of: a new copy is quicker."""


@dataclass(frozen=True, slots=True)
class News:
    """Rows as they are at one moment, and the place in the log that a copy with them has reached."""

    upto: Position
    at: dt.datetime
    events: int
    wanted: Wanted
    records: Sequence[tuple[Kind, Sequence[Record]]]


async def read_news(snapshot: Snapshot, after: Position, *, most: int, whole: bool) -> News | None:
    """What has happened after a position, up to the snapshot's; None where nothing has.

    `most` bounds the events. Where there are more, `whole` refuses them; otherwise the first of them are the news.

    Raises:
        Resync, CursorExpired: the log does not lead on from the position.
        TooMuch: there are more events than `most`.
    """
    await _check(snapshot.connection, after)
    rows = await _events(snapshot.connection, after.id, most + 1)
    if len(rows) > most and whole:
        raise TooMuch
    rows = rows[:most]
    readable = [row for row in rows if row.id <= snapshot.after.id]
    if not readable:
        return None
    wanted = Wanted.by(rows)
    records = [(kind, await of_keys(snapshot.connection, kind, wanted.of(kind))) for kind in KINDS]
    last = readable[-1]
    return News(position_of(snapshot.after.epoch, last.id, last.uid), last.at, len(readable), wanted, records)


async def _check(connection: AsyncConnection, after: Position) -> None:
    seen = sa.select(_EVENT.c.uid).where(_EVENT.c.id == after.id).scalar_subquery()
    epoch, floor, uid = (await connection.execute(sa.select(_META.c.epoch, _META.c.floor, seen))).one()
    verify(after, epoch, floor, uid)


async def _events(connection: AsyncConnection, after: int, limit: int) -> Sequence[Any]:
    chosen = sa.select(_EVENT).where(_EVENT.c.id > after).order_by(_EVENT.c.id).limit(limit)
    return (await connection.execute(chosen)).all()
