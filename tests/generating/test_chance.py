"""Chance with known shares."""

from __future__ import annotations

import uuid
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.generating.chance import SLOTS, Skew, Spread, wheel
from resolvers.generating.keys import KEY_BITS, date, instant, key, midnight
from store.types import instant_text
from tests.generating.conftest import AS_OF

SECONDS = st.integers(0, 7_000_000_000)


@given(st.dictionaries(st.text(max_size=3), st.floats(0.5, 100), min_size=1, max_size=20))
def test_a_wheel_gives_each_value_its_share_to_one_slot(weights):
    slots = Counter(wheel(weights))

    assert slots.total() == SLOTS
    for value, weight in weights.items():
        assert abs(slots[value] - SLOTS * weight / sum(weights.values())) <= 1


@given(st.integers(0, 2**63), st.integers(0, 10**6))
def test_a_spread_is_even_in_every_stretch_of_places(seed, start):
    spread = Spread(seed, Spread.GOLDEN)
    low = sum(spread.at(start + place) < 0.25 for place in range(200))

    assert 47 <= low <= 53


@pytest.mark.parametrize("mean", [0, 0.5, 2, 10, 100])
def test_a_skew_keeps_its_mean_and_its_cap(mean):
    skew, spread, random = Skew(mean, tail=0.7, cap=5_000), Spread(1, Spread.GOLDEN), Random(1)
    counts = [skew.count(spread.at(place), random.random()) for place in range(40_000)]

    assert sum(counts) / len(counts) == pytest.approx(mean, rel=0.05)
    assert max(counts) <= 5_000
    assert min(counts) == 0


def test_a_skew_has_a_long_tail():
    skew, spread = Skew(10, tail=0.7, cap=5_000), Spread(1, Spread.GOLDEN)
    counts = sorted(skew.count(spread.at(place), 0.5) for place in range(40_000))

    assert counts[20_000] <= 4, "half of them have few"
    assert sum(counts[-400:]) > 0.25 * sum(counts), "one in a hundred has a quarter of all"


@given(SECONDS, st.integers(0, 2**KEY_BITS - 1))
def test_a_key_is_a_uuid_7_of_its_moment(second, bits):
    found = uuid.UUID(key(second, bits))

    assert str(found) == key(second, bits)
    assert found.version == 7
    assert found.variant == uuid.RFC_4122
    assert found.int >> 80 == second * 1000


@given(SECONDS)
def test_moments_are_written_as_the_store_writes_them(second):
    moment = AS_OF.fromtimestamp(second, AS_OF.tzinfo)

    assert instant(second) == instant_text(moment)
    assert date(second) == moment.date().isoformat()
    assert instant(midnight(second)) == f"{moment.date().isoformat()}T00:00:00+00:00"
