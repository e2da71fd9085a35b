"""What a caller may still ask: points of cost for what runs, and our patience with what is refused.

Refused requests cost no points, but they cost processor time: parsing, validating, counting. Whoever spends a little of
it gets further refusals so late that a loop of them takes a thousandth of the time; whoever spends all of it is refused
without a look at the request. Late answers harm nobody but who asks for them: what is forgiven may come back slowly.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from typing import Final

from server.edge.buckets import Buckets
from server.refusal import Code, Refusal

PATIENCE_PER_SECOND: Final = 0.01
"""The part of a full patience that comes back in a second."""

LEAST_CHARGE: Final = 0.0003
"""Seconds of processor time that any request takes before it comes to us: reading from the connection, the headers."""

FORGIVEN: Final = 0.1
"""The part of a full patience that may be spent at once: everybody sends something wrong now and then."""

FORGIVEN_PER_SECOND: Final = 0.01
"""The part of what is forgiven that comes back in a second."""

DELAY: Final = 1_000
LONGEST_DELAY: Final = 4.0
"""After that a refusal waits so many times as long as it took to find, but no longer than these seconds.

Others wait while a refusal is worked out. So few of their requests may meet one that even the slowest in a hundred does
not: where an answer takes some milliseconds, that is one refusal a second, and the dearer it is, the fewer."""

LEAST_POINTS: Final = 10
"""Points that an operation costs, however little it asks for."""

POINTS_PER_CPU_SECOND: Final = 25_000
"""Points that our processor time costs at least. A document that was never seen takes more of it than its cost says."""

Admit = Callable[[int], int | None]
"""Asked with the cost of an operation before it runs; gives what the caller has left, None where nothing is limited."""


class Budget:
    """The budgets of all callers of this process.

    `points` a second, `burst` of them at once; `patience_ms` is processor time. Zero points, or no patience: no limit.
    `clock` counts seconds and never goes back.
    """

    def __init__(
        self, *, points: float, burst: float, patience_ms: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        patience = patience_ms / 1_000
        forgiven = patience * FORGIVEN
        self._points = Buckets(rate=points, burst=burst) if points else None
        self._forgiven = Buckets(rate=forgiven * FORGIVEN_PER_SECOND, burst=forgiven) if patience else None
        self._patience = Buckets(rate=patience * PATIENCE_PER_SECOND, burst=patience) if patience else None

    def check(self, who: Hashable) -> None:
        """Refuse a caller who has spent either. This needs nothing but who asks.

        Raises:
            Refusal: RATE_LIMITED, with the time until the caller may ask again.
        """
        now = self._clock()
        wait = self._patience.wait(who, now) if self._patience else 0.0
        if wait:
            raise limited("Too many of the last requests were refused; mend them before you send more", wait)
        wait = self._points.wait(who, now) if self._points else 0.0
        if wait:
            raise limited("The last operations used up the budget of points; ask less, or less often", wait)

    def admit(self, who: Hashable) -> Admit:
        """The function that takes an operation's cost from the caller's budget, or raises RATE_LIMITED.

        Operations that run at the same time are all let through while anything is left.
        """

        def take(cost: int) -> int | None:
            if self._points is None:
                return None
            now = self._clock()
            wait = self._points.wait(who, now)
            if wait:
                raise limited("The last operations used up the budget of points; ask less, or less often", wait)
            return max(0, math.floor(self._points.spend(who, cost, now)))

        return take

    def settle(self, who: Hashable, cost: int, seconds: float) -> None:
        """Note the processor time of a request that ran, whose cost was taken already: it may owe more than that."""
        owed = max(LEAST_POINTS, (seconds + LEAST_CHARGE) * POINTS_PER_CPU_SECOND) - cost
        if self._points is not None and owed > 0:
            self._points.spend(who, owed, self._clock())

    def blame(self, who: Hashable, seconds: float) -> float:
        """Note the processor time of a request that was refused. Gives the seconds that the answer should wait."""
        if self._patience is None or self._forgiven is None:
            return 0.0
        spent, now = seconds + LEAST_CHARGE, self._clock()
        self._patience.spend(who, spent, now)
        is_forgiven = self._forgiven.spend(who, spent, now) > 0
        return 0.0 if is_forgiven else min(spent * DELAY, LONGEST_DELAY)

    def is_tried(self, who: Hashable) -> bool:
        """Whether our patience with the caller is at an end."""
        return self._patience is not None and self._patience.wait(who, self._clock()) > 0


def limited(message: str, wait: float, *, code: Code = Code.RATE_LIMITED) -> Refusal:
    """The refusal of a caller who may come back in `wait` seconds; the header tells whole seconds, at least one."""
    milliseconds = math.ceil(wait * 1_000)
    retry = (b"retry-after", b"%d" % max(1, math.ceil(wait)))
    return Refusal(429, code, message, headers=[retry], extensions={"retryAfterMs": milliseconds})
