"""Following the log inside of the process: what was missed first, then what comes, in batches and without a seam."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass

import structlog

from outbox.cursor import Position
from outbox.outage import OUTAGES, back_off
from outbox.reader import PAGE, CursorExpired, LoggedEvent, read_page
from outbox.tail import Tail
from store.statement import Reads

log = structlog.stdlib.get_logger("outbox.following")


@dataclass(frozen=True, slots=True)
class Batch:
    """Some events, and the position after all that was looked through for them: what a reader keeps as its cursor.

    `events` is empty when nothing of the kinds that were asked for lies before `upto`.
    """

    events: list[LoggedEvent]
    upto: Position


async def follow(
    tail: Tail,
    reads: Reads,
    after: Position | None,
    kinds: Collection[str] | None = None,
    *,
    limit: int = PAGE,
) -> AsyncIterator[Batch]:
    """All events after a position (None: from the oldest that is kept), each once, in order, for ever.

    Replay and live are one loop: read up to the tail's position, wait for it to move. An outage is waited out.

    Raises:
        Resync, CursorExpired: the reader must begin anew. ConnectionAbortedError: the tail was closed.
    """
    failures = 0
    while True:
        upto = tail.position
        try:
            events = await read_page(reads, after, upto, kinds=kinds, limit=limit)
        except OUTAGES as error:
            failures += 1
            log.warning("the event log is out of reach, reading again", error=repr(error), attempt=failures)
            await back_off(failures)
            continue
        except CursorExpired:
            if after is not None:
                raise
            await tail.moved(upto.id)  # the tail's own position was trimmed away just now
            continue
        failures = 0
        reached = events[-1].position if len(events) == limit else upto
        if after is None or reached.id > after.id:
            after = reached
            yield Batch(events, reached)
        if len(events) < limit:
            await tail.moved(after.id)
