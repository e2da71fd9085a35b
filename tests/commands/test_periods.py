"""What is left of a period when others are held."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from resolvers.periods import Period, uncovered

FIRST = dt.date(2026, 1, 1)
DAYS = 20

days = st.integers(0, DAYS).map(lambda n: FIRST + dt.timedelta(days=n))
periods = st.tuples(days, st.none() | days)


def covered(period: Period) -> set[int]:
    """The days of a period, in numbers; what lasts reaches beyond all days that periods begin on."""
    since, until = period
    end = DAYS + 5 if until is None else (until - FIRST).days
    return set(range((since - FIRST).days, end))


@given(periods, st.lists(periods, max_size=6))
def test_what_is_uncovered_is_exactly_what_no_other_holds(period, held):
    free = uncovered(period, held)

    taken = set().union(*map(covered, held)) if held else set()
    assert set().union(*map(covered, free)) == covered(period) - taken if free else not covered(period) - taken
    assert sum(len(covered(one)) for one in free) == len(covered(period) - taken)
    assert all(covered(one) for one in free)


@given(periods)
def test_what_lasts_lasts_where_nobody_else_is(period):
    since, until = period
    assert uncovered(period, []) == ([period] if until is None or since < until else [])
