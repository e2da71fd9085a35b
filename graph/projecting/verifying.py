"""Whether the copy is true: all rows of both stores, compared by checksums of buckets, and named where they differ.

Rows are written while they are compared. So what differs at first is looked at again, once the copy has taken in all
that the record held then; only what still differs is reported.
"""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson

from graph.bolt import Bolt
from graph.cypher import text
from graph.projecting import generations
from graph.projecting.kinds import KINDS, Kind, Value
from graph.projecting.records import all_of
from outbox.cursor import Position
from outbox.tail import Tail
from store.session import Database

BUCKETS: Final = 256
"""Parts into which the rows of a kind fall by their ids."""

SHOWN: Final = 10
"""Differences of each kind that are told."""

PAGE: Final = 1_000
"""Parties whose rows are read together from the copy."""

SECONDS: Final = 60.0
"""Seconds that the graph store may take for one page."""

CATCH_UP: Final = 30.0
"""Seconds that the copy may take to take in what the record held when it was read."""

LOOKS: Final = 3
"""How often what differs is looked at, before it is said."""

Rows = dict[str, tuple[Value, ...]]


class NoCopy(Exception):  # noqa: N818  # named for what is the matter
    """There is no copy in the graph store yet."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not the same: as the record has it, and as the copy does; None where there is none."""

    kind: str
    id: str
    record: tuple[Value, ...] | None
    copy: tuple[Value, ...] | None


@dataclass(slots=True)
class Comparison:
    """One kind: how many rows each side has, how many buckets differ, and the first differences."""

    kind: str
    in_record: int
    in_copy: int
    buckets: int
    differences: list[Difference] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        """Whether both sides are the same."""
        return not self.buckets


@dataclass(slots=True)
class _Side:
    """The rows of one kind in one store, as counts and checksums."""

    count: int = 0
    sums: list[int] = field(default_factory=lambda: [0] * BUCKETS)

    def add(self, row: Sequence[Value]) -> None:
        """Take a row in; their order does not matter."""
        self.count += 1
        digest = hashlib.blake2b(orjson.dumps(row), digest_size=8).digest()
        self.sums[bucket(str(row[0]))] += int.from_bytes(digest)


def bucket(key: str) -> int:
    """The bucket of a row."""
    return zlib.crc32(key.encode()) % BUCKETS


async def verify(bolt: Bolt, database: Database, tail: Tail) -> list[Comparison]:
    """Compare all kinds. Raises NoCopy, or GraphUnavailable."""
    waiting = _Waiting(bolt, tail)
    return [await _compare(waiting, database, kind) for kind in KINDS]


@dataclass(slots=True)
class _Waiting:
    """Waits for the copy. Where it was found to stand still it is not waited for again."""

    bolt: Bolt
    tail: Tail
    stands_at: Position | None = None

    async def caught_up(self) -> None:
        """Wait until the copy has taken in what is in the log now, at most CATCH_UP: nobody may be projecting."""
        goal = self.tail.position
        try:
            async with asyncio.timeout(CATCH_UP):
                while await self._is_on_its_way(goal):  # noqa: ASYNC110  # another process may move it on
                    await asyncio.sleep(0.1)
        except TimeoutError:
            self.stands_at = (await _live(self.bolt)).position

    async def _is_on_its_way(self, goal: Position) -> bool:
        at = (await _live(self.bolt)).position
        return at.epoch == goal.epoch and at.id < goal.id and at != self.stands_at


async def _compare(waiting: _Waiting, database: Database, kind: Kind) -> Comparison:
    found, differing = await _look(waiting, database, kind)
    for _ in range(LOOKS - 1):
        if differing:
            found, differing = await _look(waiting, database, kind)
    if differing:
        found.differences = await _differences(waiting.bolt, database, kind, differing)
    return found


async def _look(waiting: _Waiting, database: Database, kind: Kind) -> tuple[Comparison, set[int]]:
    """A comparison, and the buckets that differ."""
    await waiting.caught_up()
    ours, theirs = await asyncio.gather(_record(database, kind), _copy(waiting.bolt, kind))
    differing = {n for n in range(BUCKETS) if ours.sums[n] != theirs.sums[n]}
    return Comparison(kind.name, ours.count, theirs.count, len(differing)), differing


async def _live(bolt: Bolt) -> generations.Generation:
    found = await generations.live(bolt)
    if found is None:
        raise NoCopy("there is no copy of the record in the graph store")
    return found


async def _record(database: Database, kind: Kind) -> _Side:
    side = _Side()
    async with database.snapshot() as connection:
        async for records in all_of(connection, kind):
            for record in records:
                side.add(list(record.values()))
    return side


async def _copy(bolt: Bolt, kind: Kind) -> _Side:
    side = _Side()
    async for record in _dump(bolt, kind):
        side.add(record)
    return side


async def _dump(bolt: Bolt, kind: Kind) -> AsyncIterator[Sequence[Value]]:
    """All rows of a kind in the copy, page by page: neither side has to hold them all."""
    generation = await _live(bolt)
    page = {"generation": generation.id, "after": "", "first": PAGE}
    while page["after"] is not None:
        [found] = await bolt.read(text(f"dump_{kind.name}"), page, seconds=SECONDS)
        for record in found["records"]:
            yield record
        page["after"] = found["last"]


async def _differences(bolt: Bolt, database: Database, kind: Kind, buckets: set[int]) -> list[Difference]:
    """The first rows that differ, in the order of their ids."""
    ours: Rows = {}
    async with database.snapshot() as connection:
        async for records in all_of(connection, kind):
            ours |= _within(buckets, (tuple(record.values()) for record in records))
    theirs = _within(buckets, [tuple(record) async for record in _dump(bolt, kind)])
    differing = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
    return [Difference(kind.name, key, ours.get(key), theirs.get(key)) for key in differing[:SHOWN]]


def _within(buckets: set[int], rows: Iterable[tuple[Value, ...]]) -> Rows:
    return {str(row[0]): row for row in rows if bucket(str(row[0])) in buckets}
