"""Times in whole days, and what is left of one when others are taken out of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from store.assignment import AssignmentRow
from store.staff import MembershipRow

FOREVER: Final = dt.date.max
"""Stands for no end."""


@dataclass(frozen=True)
class Period:
    """From `since` until the day before `end`."""

    since: dt.date
    end: dt.date

    @property
    def until(self) -> dt.date | None:
        """The end as a row has it."""
        return None if self.end == FOREVER else self.end

    @property
    def is_empty(self) -> bool:
        """Whether it has no day."""
        return self.since >= self.end

    def after(self, day: dt.date) -> Period:
        """The part of it from a day on."""
        return Period(max(self.since, day), self.end)

    def without(self, others: Iterable[Period]) -> list[Period]:
        """What is left of it, in order, where none of the others is."""
        left: list[Period] = [] if self.is_empty else [self]
        for other in others:
            if not other.is_empty:
                left = [rest for piece in left for rest in _beside(piece, other)]
        return left


def _beside(piece: Period, other: Period) -> Iterator[Period]:
    before = Period(piece.since, min(piece.end, other.since))
    later = Period(max(piece.since, other.end), piece.end)
    return (rest for rest in (before, later) if not rest.is_empty)


def period_of(row: AssignmentRow | MembershipRow) -> Period:
    """The time of a row."""
    return Period(row.since, FOREVER if row.until is None else row.until)
