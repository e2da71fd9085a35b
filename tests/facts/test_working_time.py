"""Working time is counted exactly, by a calendar of hours, weekends, holidays and days that are worked instead."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.working_time import (
    NOTHING,
    after_working_time,
    end_of_working_day,
    working_days_since,
    working_time,
)
from rules.engine.problem import RuleFileError
from rules.facts.calendar import CALENDAR, Feast, read_calendar, working_calendar

SHIPPED = working_calendar()
ALWAYS = read_calendar(
    "zone: Europe/Berlin\n"
    "weekdays: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]\n"
    'hours: ["00:00-24:00"]\n'
    "festivals: []\n",
    "always.yaml",
)
HOUR = dt.timedelta(hours=1)

instants = st.datetimes(dt.datetime(1998, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001 # hypothesis adds the zone
lengths = st.timedeltas(NOTHING, dt.timedelta(days=300))
calendars = st.sampled_from([SHIPPED, ALWAYS])


def at(text: str) -> dt.datetime:
    """An instant as clocks in Shanghai show it."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def plainly(start: dt.datetime, end: dt.datetime) -> dt.timedelta:
    """Working time by going through the minutes, of instants that are whole minutes."""
    minutes = int((end - start) / dt.timedelta(minutes=1))
    return sum(
        (
            dt.timedelta(minutes=1)
            for n in range(minutes)
            if SHIPPED.is_worked((moment := start + dt.timedelta(minutes=n)).date())
            and any(low <= moment.hour * 60 + moment.minute < high for low, high in SHIPPED.hours)
        ),
        NOTHING,
    )


@given(calendars, instants, instants, instants)
def test_it_adds_up(calendar, a, b, c):
    assert working_time(calendar, a, b) + working_time(calendar, b, c) == working_time(calendar, a, c)


@given(calendars, instants, instants)
def test_it_grows_with_time_and_never_faster(calendar, a, b):
    first, last = sorted((a, b))

    assert NOTHING <= working_time(calendar, first, last) <= last - first


@given(calendars, instants, lengths)
def test_what_was_added_is_counted_again(calendar, start, length):
    end = after_working_time(calendar, start, length)

    assert working_time(calendar, start, end) == length
    tick = dt.timedelta(microseconds=1)
    assert length == NOTHING or working_time(calendar, start, end - tick) == length - tick


@given(instants, instants)
def test_where_people_always_work_all_time_is_working_time(a, b):
    assert working_time(ALWAYS, a, b) == b - a


@given(st.integers(0, 400 * 24 * 60), st.integers(0, 3 * 24 * 60))
def test_it_is_what_the_clocks_say_minute_by_minute(offset, minutes):
    start = at("2026-01-01T00:00:00") + dt.timedelta(minutes=offset)
    end = start + dt.timedelta(minutes=minutes)

    assert working_time(SHIPPED, start, end) == plainly(start, end)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-02T09:00", "2026-03-02T18:00", 8),  # lunch does not count
        ("2026-03-02T11:30", "2026-03-02T13:30", 1),
        ("2026-03-06T17:00", "2026-03-09T10:00", 2),  # over a weekend
        ("2026-02-13T17:00", "2026-02-24T10:00", 10),  # over the Spring Festival, with a Saturday worked before it
        ("2026-10-10T09:00", "2026-10-11T18:00", 8),  # a Saturday is worked, the Sunday is not
        ("2026-03-02T19:00", "2026-03-03T08:00", 0),
        ("2026-03-03T10:00", "2026-03-02T17:00", -2),  # backwards
    ],
)
def test_weekends_holidays_and_lunch_are_left_out(start, end, hours):
    assert working_time(SHIPPED, at(start), at(end)) == hours * HOUR


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02T10:00", 1, "2026-03-02T11:00"),
        ("2026-03-02T11:30", 1, "2026-03-02T13:30"),
        ("2026-03-02T10:00", 7, "2026-03-02T18:00"),  # the end of the day, not the next morning
        ("2026-03-06T18:30", 8, "2026-03-09T18:00"),
        ("2026-03-02T10:00", 24, "2026-03-05T10:00"),
    ],
)
def test_adding_hours_ends_within_working_hours(start, hours, end):
    assert after_working_time(SHIPPED, at(start), hours * HOUR) == at(end)


def test_working_time_is_not_taken_away_nor_added_without_end():
    with pytest.raises(ValueError, match="added"):
        after_working_time(SHIPPED, at("2026-03-02T10:00"), -HOUR)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-03-02T10:00", "2026-03-02T18:00"),
        ("2026-03-02T07:00", "2026-03-02T18:00"),
        ("2026-03-02T18:00", "2026-03-03T18:00"),  # it is over
        ("2026-03-07T10:00", "2026-03-09T18:00"),
    ],
)
def test_a_working_day_ends_with_its_hours(moment, end):
    assert end_of_working_day(SHIPPED, at(moment)) == at(end)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-03-02T10:00", "2026-03-02T23:00", 0),
        ("2026-03-02T23:00", "2026-03-03T01:00", 1),
        ("2026-03-06T10:00", "2026-03-08T10:00", 0),
        ("2026-03-06T10:00", "2026-03-09T00:00", 1),
    ],
)
def test_working_days_are_counted_by_the_days_of_the_zone(start, end, days):
    assert working_days_since(SHIPPED, at(start), at(end)) == days


def test_the_calendar_knows_the_festivals_of_its_years():
    for year in (2025, 2026, 2027):
        assert {one.feast for one in SHIPPED.festivals if one.day.year == year} == set(Feast)
    assert {2025, 2026} <= SHIPPED.announced
    assert all(day.weekday() >= 5 for day in SHIPPED.worked)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("zone: Asia/Shanghai", "zone: Asia/Shangai", "no time zone"),
        ("monday,", "mondy,", "mondy is not known here (did you mean monday?)"),
        ('"09:00-12:00"', '"9-12"', "no span of hours"),
        ('"09:00-12:00"', '"09:00-14:00"', "begins before the span above it ends"),
        ('["09:00-12:00", "13:00-18:00"]', "[]", "hours on which people work"),
        ("{name: new_year,        day: 2025-01-01", "{name: new_year,        day: 2025-02-01", "one of the days off"),
        ("  - 2025-01-26", "  - soon", "a date is expected here"),
    ],
)
def test_what_is_wrong_in_a_calendar_is_told(old, new, words):
    text = CALENDAR.read_text("utf-8")
    assert old in text

    with pytest.raises(RuleFileError) as caught:
        read_calendar(text.replace(old, new, 1), "calendar.yaml")

    assert any(words in problem.message for problem in caught.value.problems)
