"""What is left of a time when others are taken out of it: the same as with sets of days."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from resolvers.periods import FOREVER, Period
from tests.factories import TODAY

HORIZON = 40


def _days(period: Period) -> set[int]:
    """The days of a period, as numbers; what has no end goes as far as we look."""
    end = HORIZON if period.end == FOREVER else (period.end - TODAY).days
    return set(range((period.since - TODAY).days, end))


def _period(since: int, length: int | None) -> Period:
    start = TODAY + dt.timedelta(days=since)
    return Period(start, FOREVER if length is None else start + dt.timedelta(days=length))


PERIODS = st.builds(_period, st.integers(0, 30), st.none() | st.integers(-2, 9))


@given(PERIODS, st.lists(PERIODS, max_size=5))
def test_what_is_left_is_what_no_other_has(period: Period, others: list[Period]):
    left = period.without(others)
    taken = set().union(*map(_days, others)) if others else set()
    assert sorted(day for piece in left for day in _days(piece)) == sorted(_days(period) - taken)
    assert all(not piece.is_empty for piece in left)
    assert [piece.since for piece in left] == sorted(piece.since for piece in left)


@given(PERIODS, st.integers(-5, 35))
def test_after_a_day_are_the_days_from_it_on(period: Period, day: int):
    later = period.after(TODAY + dt.timedelta(days=day))
    assert _days(later) == {one for one in _days(period) if one >= day}


def test_no_end_is_no_end():
    assert Period(TODAY, FOREVER).until is None
    assert Period(TODAY, TODAY + dt.timedelta(days=1)).until == TODAY + dt.timedelta(days=1)
