"""Answers that wait: a caller in a loop gets the next refusal when it is due, and we sleep until then."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from typing import Final

LEAST: Final = 0.1
"""Seconds that an answer waits whose caller has nothing left to spend."""

APART: Final = 0.02
"""Seconds between two answers for the same caller, whatever the number of its connections."""

LONGEST: Final = 5.0
"""Nobody waits longer, in seconds: an answer that would be due later goes out at once, and ends the connection."""

MOST: Final = 1_000
"""Answers that may wait at a time; each holds a connection open."""


class Pauses:
    """Spreads a caller's refusals over time. Sleeping takes no processor time."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._waiting = 0
        self._due: dict[Hashable, tuple[float, int]] = {}

    async def pause(self, who: Hashable, seconds: float = LEAST, *, apart: float = APART) -> bool:
        """Wait so long, and until `apart` seconds after the caller's last answer; False, at once, when it cannot be."""
        now = asyncio.get_running_loop().time()
        last, waiting = self._due.get(who, (0.0, 0))
        due = max(now + seconds, last + apart)
        if self._waiting >= self._most or due > now + LONGEST:
            return False
        self._waiting += 1
        self._due[who] = (due, waiting + 1)
        try:
            await asyncio.sleep(due - now)
        finally:
            self._waiting -= 1
            self._leave(who)
        return True

    def _leave(self, who: Hashable) -> None:
        due, waiting = self._due.pop(who)
        if waiting > 1:
            self._due[who] = (due, waiting - 1)
