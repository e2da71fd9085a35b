"""Ids of imported records: the same in every run, in the order of time, and of version 7."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from resolvers.importing.identity import LARGEST_ORDER, record_id

TIMES = st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2199, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001
AT = dt.datetime(2016, 2, 29, 1, 16, tzinfo=dt.UTC)


@given(source=st.text(), key=st.text(), at=TIMES, order=st.none() | st.integers(0, 10_000))
def test_it_is_always_the_same_and_of_version_7(source, key, at, order):
    made = record_id(source, key, at, order)

    assert made == record_id(source, key, at, order)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == (at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)


@given(times=st.lists(TIMES, min_size=2, max_size=2), keys=st.lists(st.text(), min_size=2, max_size=2))
def test_earlier_records_have_smaller_ids(times, keys):
    early, late = sorted(times)

    first, second = record_id("s", keys[0], early), record_id("s", keys[1], late + dt.timedelta(milliseconds=1))
    assert first < second
    assert str(first) < str(second)


def test_records_of_one_moment_keep_their_order():
    made = [record_id("s", f"key {order}", AT, order) for order in range(LARGEST_ORDER + 1)]

    assert made == sorted(made)
    assert record_id("s", "k", AT, LARGEST_ORDER + 5).int >> 64 == made[-1].int >> 64


def test_source_and_key_tell_records_apart_and_times_before_1970_are_allowed():
    made = {record_id(source, key, AT) for source in ("a", "b") for key in ("1", "2", "1\n")}

    assert len(made) == 6
    assert record_id("a", "1", dt.datetime(1912, 4, 14, tzinfo=dt.UTC)).int >> 80 == 0
