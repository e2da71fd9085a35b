"""Turns: of one caller's operations only some run at a time, so that others find connections to the database."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final

from server.edge.budget import limited
from server.refusal import Code

QUEUE: Final = 64
"""Operations of one caller that may wait for their turn."""


@dataclass(slots=True)
class _Line:
    running: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


class Turns:
    """Lets `most` operations of each caller run at a time, in the order in which they came; 0 is no limit."""

    def __init__(self, most: int, *, queue: int = QUEUE) -> None:
        self._most, self._queue = most, queue
        self._lines: dict[Hashable, _Line] = {}

    async def take(self, who: Hashable) -> None:
        """Wait for a turn; whoever has one gives it back.

        Raises:
            Refusal: TOO_MANY_REQUESTS: as many wait already as may.
        """
        line = self._lines.setdefault(who, _Line())
        if not self._most or line.running < self._most:
            line.running += 1
            return
        if len(line.waiting) >= self._queue:
            words = f"{self._most} operations of yours run, and {self._queue} wait; send fewer at a time"
            raise limited(words, 1.0, code=Code.TOO_MANY_REQUESTS)
        turn = asyncio.get_running_loop().create_future()
        line.waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            self._leave(who, line, turn)
            raise

    def give_back(self, who: Hashable) -> None:
        """The operation is over; the next one that waits has its turn."""
        line = self._lines[who]
        while line.waiting:
            turn = line.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        line.running -= 1
        if not line.running:
            del self._lines[who]

    def _leave(self, who: Hashable, line: _Line, turn: asyncio.Future[None]) -> None:
        """Nobody waits for the turn any more; if it had come just now, it goes on to the next."""
        if turn.done() and not turn.cancelled():
            self.give_back(who)
        elif turn in line.waiting:
            line.waiting.remove(turn)
