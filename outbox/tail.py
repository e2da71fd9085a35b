"""The end of the event log as one process sees it: up to where all may be read, and a wake-up call when that moves."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
import structlog

from outbox.cursor import UID_BYTES, Position
from outbox.looking import Look, Source, open_source
from outbox.outage import LONGEST_BACKOFF, back_off

_MARKS: Final = 1_000

log = structlog.stdlib.get_logger("outbox.tail")


@dataclass(slots=True)
class Counters:
    """What has happened to a tail so far."""

    looks: int = 0
    moves: int = 0
    resyncs: int = 0
    outages: int = 0


class Tail:
    """One for a process: the only caller of the horizon. Its connection may be cut at any time; it heals itself.

    Everything up to `position` may be read, by statements that begin after it was taken from here. `horizon`, `head`
    and `floor` are what the last look found.
    """

    def __init__(self, url: sa.URL, source: Source, first: Look) -> None:
        self.counters = Counters(looks=1)
        self.position: Position = first.last
        self.horizon, self.head, self.floor = first.horizon, first.head, first.floor
        self._url = url
        self._source: Source | None = source
        self._looked_at = time.monotonic()
        self._marks: deque[tuple[int, float]] = deque()
        self._wanted = asyncio.Event()
        self._waiting = 0
        self._moved, self._looked = asyncio.Event(), asyncio.Event()
        self._closed = False

    @property
    def lag_seconds(self) -> float:
        """For how long something that may have been committed has not been readable, in seconds; at rest below 0.3.

        It grows behind a writer that dawdles between its append and its commit, and while the store is out of reach.
        """
        return time.monotonic() - (self._marks[0][1] if self._marks else self._looked_at)

    async def moved(self, beyond: int) -> None:
        """Return when there may be something to read after an id: read, and ask again.

        That is when `position.id` is higher; also when the log turned out to be another one (the reader's own check
        then says so), and, for a reader that is ahead of this process, after the next look.

        Raises:
            ConnectionAbortedError: the tail was closed.
        """
        if self._closed:
            raise ConnectionAbortedError("the tail of the event log was closed")
        if self.position.id > beyond:
            return
        signal = self._looked if self.position.id < beyond else self._moved
        self._waiting += 1
        self._wanted.set()
        try:
            await signal.wait()
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._wanted.clear()
        if self._closed:
            raise ConnectionAbortedError("the tail of the event log was closed")

    async def run(self) -> None:
        """Look, and look again, for as long as the process lives."""
        failures = 0
        while True:
            try:
                await self._follow()
            except Exception as error:  # noqa: BLE001  # whatever it was, readers wait for us: heal
                await self._drop()
                failures = 1 if self._looked_at > time.monotonic() - LONGEST_BACKOFF else failures + 1
                self.counters.outages += 1
                log.warning("the tail of the event log is cut, connecting again", error=repr(error), attempt=failures)
            await back_off(failures)

    async def close(self) -> None:
        """Let those who wait know, and give the connection back."""
        self._closed = True
        self._moved.set()
        self._looked.set()
        await self._drop()

    async def _follow(self) -> None:
        """One connection's life."""
        if self._source is None:
            self._source = await open_source(self._url)
            self._saw(await self._source.look(self.position.id))
        while True:
            await self._source.wait(pending=self.horizon < self.head, wanted=self._wanted)
            self._saw(await self._source.look(self.position.id))

    async def _drop(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            await source.close()

    def _saw(self, look: Look) -> None:
        """Take over what a look has found, and wake whom it concerns; in one step, so that readers see all of it."""
        before, now = self.position, time.monotonic()
        self.counters.looks += 1
        self.horizon, self.head, self.floor = look.horizon, look.head, look.floor
        self._looked_at = now
        self._mark(now)
        another = _is_another(before, look)
        self.counters.resyncs += another
        if another or look.last.id > before.id:
            self.position = look.last
            self.counters.moves += 1
            self._moved.set()
            self._moved = asyncio.Event()
        self._looked.set()
        self._looked = asyncio.Event()

    def _mark(self, now: float) -> None:
        """Remember since when each head has been waiting for the horizon."""
        while self._marks and self._marks[0][0] <= self.horizon:
            self._marks.popleft()
        if self.horizon < self.head and len(self._marks) < _MARKS:
            self._marks.append((self.head, now))


def _is_another(before: Position, look: Look) -> bool:
    """Whether the log is not the one that we knew: another epoch, or another row, or none, where ours was."""
    if look.last.epoch != before.epoch:
        return True
    if before.id <= look.floor:
        return look.last.id < before.id
    return look.seen is None or look.seen.bytes[:UID_BYTES] != before.uid


@contextlib.asynccontextmanager
async def open_tail(url: str | sa.URL) -> AsyncIterator[Tail]:
    """Follow the end of a store's log while the context lasts.

    Raises:
        What the driver raises when the store is out of reach at the start, or is a standby. Later cuts are healed.
    """
    address = sa.make_url(url)
    source = await open_source(address)
    try:
        tail = Tail(address, source, await source.look(0))
    except BaseException:
        await source.close()
        raise
    running = asyncio.create_task(tail.run(), name="tail of the event log")
    try:
        yield tail
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await tail.close()
