"""Periods of days: `since` is the first day, `until` the first one after the last; None while it lasts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

Period = tuple[dt.date, dt.date | None]


def uncovered(period: Period, held: Iterable[Period]) -> list[Period]:
    """The parts of a period that none of the held ones covers, in order; empty periods hold nothing."""
    since, until = period
    free: list[Period] = []
    for start, end in sorted(held, key=lambda one: one[0]):
        if end is not None and end <= max(since, start):
            continue
        if until is not None and start >= until:
            break
        if start > since:
            free.append((since, start))
        if end is None:
            return free
        since = end
    if until is None or since < until:
        free.append((since, until))
    return free
