"""Token buckets: laws that hold whatever is spent, and whenever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.edge.buckets import Buckets

steps = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.floats(0, 1_000, allow_nan=False),
        st.floats(0, 100, allow_nan=False),
        st.booleans(),
    ),
    max_size=60,
)


@given(steps, st.floats(0.1, 100), st.floats(1, 500))
def test_a_level_is_never_above_the_burst_nor_further_below_zero_than_one_charge(taken, rate, burst):
    buckets, now, largest = Buckets(rate=rate, burst=burst), 0.0, 0.0
    for who, amount, pause, waits in taken:
        now += pause
        if waits:
            now += buckets.wait(who, now)
            assert buckets.level(who, now) > 0
        largest = max(largest, amount)
        left = buckets.spend(who, amount, now)

        assert -largest <= left <= burst
        assert left == buckets.level(who, now)


@given(steps, st.floats(0.1, 100), st.floats(1, 500))
def test_nobody_gets_more_than_the_burst_and_what_came_back_since(taken, rate, burst):
    buckets, now, spent = Buckets(rate=rate, burst=burst), 0.0, 0.0
    for _, amount, pause, _ in taken:
        now += pause
        if buckets.wait("a", now) == 0:
            buckets.spend("a", amount, now)
            spent += amount

    last = max((amount for _, amount, *_ in taken), default=0)
    assert spent <= burst + now * rate + last + 1e-6 * (1 + spent)


def test_a_wait_is_as_long_as_it_must_be():
    buckets = Buckets(rate=10, burst=100)
    buckets.spend("a", 150, now=0)

    wait = buckets.wait("a", now=0)

    assert 5 < wait < 5.01
    assert buckets.wait("a", now=wait) == 0


def test_callers_do_not_share():
    buckets = Buckets(rate=1, burst=10)
    buckets.spend("a", 20, now=0)

    assert buckets.wait("a", now=0) > 0
    assert buckets.wait("b", now=0) == 0


def test_a_clock_that_stands_still_gives_nothing():
    buckets = Buckets(rate=1_000, burst=10)
    buckets.spend("a", 20, now=5)

    assert buckets.level("a", now=5) == buckets.level("a", now=4) == -10


def test_only_so_many_callers_are_remembered():
    buckets = Buckets(rate=1, burst=10, kept=100)
    for number in range(1_000):
        buckets.spend(number, 20, now=0)

    assert len(buckets) == 100
    assert buckets.wait(999, now=0) > 0
    assert buckets.wait(0, now=0) == 0
