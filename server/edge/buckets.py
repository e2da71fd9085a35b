"""Token buckets: what each of many callers may still spend, filled again as time goes by."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

KEPT: Final = 10_000
"""Callers that are remembered. Whom we forget has a full bucket again; those who were quiet the longest go first."""


class Buckets:
    """A bucket a caller, of `burst` units, that fills by `rate` units a second. Whatever is above zero may be spent.

    What is spent is known only when it is spent, so one charge may take a bucket below zero; nothing more is let
    through until it is above zero again. `now` are seconds of a clock that never goes back.
    """

    def __init__(self, *, rate: float, burst: float, kept: int = KEPT) -> None:
        self._rate, self._burst, self._kept = rate, burst, kept
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def level(self, who: Hashable, now: float) -> float:
        """What the caller may still spend; below zero it owes."""
        found = self._levels.get(who)
        if found is None:
            return self._burst
        level, at = found
        return min(self._burst, level + max(0.0, now - at) * self._rate)

    def wait(self, who: Hashable, now: float) -> float:
        """Seconds until the caller may spend again; 0 when it may now."""
        level = self.level(who, now)
        # a hair more: whoever comes back just then must find something
        return 0.0 if level > 0 else -level / self._rate + 0.001

    def spend(self, who: Hashable, amount: float, now: float) -> float:
        """Take from the caller's bucket; gives what is left. A bucket in debt owes what this charge was, at most."""
        before = self.level(who, now)
        left = max(before - amount, min(before, -amount))
        self._levels[who] = (left, now)
        self._levels.move_to_end(who)
        if len(self._levels) > self._kept:
            self._levels.popitem(last=False)
        return left
