"""Working time: how much of it lies between two instants, and when so much of it has passed. Exact, to the microsecond.

Every instant has a place on a line of working time, on which nights and holidays have no length; what lies between
two instants is the difference of their places.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rules.facts.calendar import DAY_MINUTES, WorkingCalendar

NOTHING: Final = dt.timedelta()
_FIRST_YEAR: Final = 2000
"""Where the line begins; years before it have negative places."""

_LAST_YEAR: Final = 9_000


@dataclass(frozen=True)
class _Year:
    """The spans of a year in which people work, as instants, and how much working time the year has before each."""

    begins: tuple[dt.datetime, ...]
    ends: tuple[dt.datetime, ...]
    before: tuple[dt.timedelta, ...]
    total: dt.timedelta


def working_time(calendar: WorkingCalendar, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
    """The working time from one instant to another; negative if the other comes first."""
    return _place(calendar, end) - _place(calendar, start)


def after_working_time(calendar: WorkingCalendar, start: dt.datetime, length: dt.timedelta) -> dt.datetime:
    """The first instant at which so much working time has passed since `start`, in UTC; `start` itself for none.

    Raises:
        ValueError: the length is negative, or reaches beyond the years that can be counted.
    """
    if length < NOTHING:
        raise ValueError("working time is added, not taken away")
    if length == NOTHING:
        return start.astimezone(dt.UTC)
    wanted = _place(calendar, start) + length
    number = start.astimezone(calendar.zone).year
    while _before(calendar, number + 1) < wanted:
        number += 1
        if number > _LAST_YEAR:
            raise ValueError(f"{length} of working time reaches beyond the year {_LAST_YEAR}")
    year = _year(calendar, number)
    inside = wanted - _before(calendar, number)
    at = bisect_left(year.before, inside) - 1
    return year.begins[at] + (inside - year.before[at])


def end_of_working_day(calendar: WorkingCalendar, at: dt.datetime) -> dt.datetime:
    """When the working day ends in which an instant lies; outside working hours, the next one that has hours left."""
    day = at.astimezone(calendar.zone).date()
    while True:
        if calendar.is_worked(day) and (end := _instant(calendar, day, calendar.hours[-1][1])) > at:
            return end
        day += dt.timedelta(days=1)


def working_days_since(calendar: WorkingCalendar, start: dt.datetime, at: dt.datetime) -> int:
    """How many working days have begun after the day of `start`, up to the day of `at`; 0 on the same day."""
    first, last = (each.astimezone(calendar.zone).date() for each in (start, at))
    days = (first + dt.timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(calendar.is_worked(day) for day in days)


def _place(calendar: WorkingCalendar, at: dt.datetime) -> dt.timedelta:
    """The place of an instant on the line of working time."""
    number = at.astimezone(calendar.zone).year
    year = _year(calendar, number)
    span = bisect_right(year.begins, at) - 1
    inside = NOTHING if span < 0 else year.before[span] + (min(at, year.ends[span]) - year.begins[span])
    return _before(calendar, number) + inside


@lru_cache(maxsize=4_096)
def _before(calendar: WorkingCalendar, number: int) -> dt.timedelta:
    """The place at which a year begins."""
    years = range(_FIRST_YEAR, number) if number >= _FIRST_YEAR else range(number, _FIRST_YEAR)
    total = sum((_year(calendar, each).total for each in years), NOTHING)
    return total if number >= _FIRST_YEAR else -total


@lru_cache(maxsize=512)
def _year(calendar: WorkingCalendar, number: int) -> _Year:
    first = dt.date(number, 1, 1)
    days = [first + dt.timedelta(days=n) for n in range((dt.date(number + 1, 1, 1) - first).days)]
    spans = [
        (_instant(calendar, day, begins), _instant(calendar, day, ends))
        for day in days
        if calendar.is_worked(day)
        for begins, ends in calendar.hours
    ]
    before, total = [], NOTHING
    for begins, ends in spans:
        before.append(total)
        total += ends - begins
    return _Year(tuple(one for one, _ in spans), tuple(one for _, one in spans), tuple(before), total)


def _instant(calendar: WorkingCalendar, day: dt.date, minutes: int) -> dt.datetime:
    """The instant at which the clocks of the zone show so many minutes since midnight."""
    days, rest = divmod(minutes, DAY_MINUTES)
    on_clocks = dt.datetime.combine(day + dt.timedelta(days=days), dt.time(*divmod(rest, 60)), calendar.zone)
    return on_clocks.astimezone(dt.UTC)
