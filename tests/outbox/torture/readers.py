"""Readers of a log under stress, and the truth that they are held against."""

from __future__ import annotations

import asyncio
import contextlib
import random
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import sqlalchemy as sa

from outbox.cursor import CursorKeys, Position
from outbox.event import LogEventRow
from outbox.following import follow
from outbox.reader import LoggedEvent
from outbox.tail import Tail
from resolvers.reading import ReadStore, open_reads
from store.session import Database


class Seen(NamedTuple):
    """One event as a reader tells it from others."""

    id: int
    uid: bytes
    record: uuid.UUID
    version: int


def seen(event: LoggedEvent) -> Seen:
    return Seen(event.position.id, event.position.uid, event.aggregate_id, event.data["version"])


async def truth(database: Database) -> list[Seen]:
    """The log as the table holds it."""
    row = LogEventRow.__table__.c
    async with database.snapshot() as connection:
        rows = await connection.execute(sa.select(row.id, row.uid, row.aggregate_id, row.data).order_by(row.id))
        return [Seen(key, uid.bytes[:4], record, data["version"]) for key, uid, record, data in rows]


def out_of_order(events: Sequence[Seen]) -> list[Seen]:
    """Events that do not continue the versions of their record one by one."""
    last: dict[uuid.UUID, int] = {}
    wrong = []
    for event in events:
        if event.version != last.get(event.record, event.version - 1) + 1:
            wrong.append(event)
        last[event.record] = event.version
    return wrong


@dataclass
class Reader:
    """One that follows the log, is cut now and then, and goes on from the cursor that it kept."""

    tail: Tail
    reads: ReadStore
    keys: CursorKeys
    cursor: str
    got: list[Seen] = field(default_factory=list)
    cuts: int = 0

    async def follow(self, least: Callable[[], int], *, cut_after: Callable[[], int] | None = None) -> None:
        """Read until there are as many events as `least` says in the end."""
        while len(self.got) < least():
            await self._until(len(self.got) + (cut_after() if cut_after else 10**9), least)
            self.cuts += 1

    async def _until(self, enough: int, least: Callable[[], int]) -> None:
        begin = await self.keys.accept(self.cursor)
        async with contextlib.aclosing(follow(self.tail, self.reads, begin, limit=50)) as batches:
            while len(self.got) < min(enough, least()):
                try:
                    async with asyncio.timeout(0.5):
                        batch = await anext(batches)
                except TimeoutError:
                    return
                self.take(batch.events, batch.upto)

    def take(self, events: Sequence[LoggedEvent], upto: Position) -> None:
        """Keep what came, and the cursor after it, in one step."""
        self.got += [seen(event) for event in events]
        self.cursor = self.keys.sign(upto)


@contextlib.asynccontextmanager
async def named_reads(url: str) -> AsyncIterator[ReadStore]:
    """The reading side, with connections that can be told from others and ended."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.update_query_dict({"application_name": "torture reads"})
    reads = await open_reads(parsed.render_as_string(hide_password=False), size=4)
    try:
        yield reads
    finally:
        await reads.close()


def every(least: int, most: int, seed: int) -> Callable[[], int]:
    """A random number each time."""
    chance = random.Random(seed)
    return lambda: chance.randint(least, most)
