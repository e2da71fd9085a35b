"""Places: how many sockets there may be, in all, from one address, and of one caller."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Hashable, Iterator


class Places:
    """Counts what is open under each name, and in all."""

    def __init__(self, each: int, *, most: int | None = None) -> None:
        self._each, self._most = each, most
        self._taken: Counter[Hashable] = Counter()
        self._all = 0

    @property
    def is_full(self) -> bool:
        """Whether there is no place left for anybody."""
        return self._most is not None and self._all >= self._most

    def has_room(self, who: Hashable) -> bool:
        """Whether there is a place left for this one."""
        return not self.is_full and self._taken[who] < self._each

    @contextlib.contextmanager
    def taken(self, who: Hashable) -> Iterator[None]:
        """Take a place for as long as the context lasts."""
        self._taken[who] += 1
        self._all += 1
        try:
            yield
        finally:
            self._all -= 1
            self._taken[who] -= 1
            if not self._taken[who]:
                del self._taken[who]
