"""What may be asked of a generated world."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from resolvers.generating import MOST_CUSTOMERS, PlanError, WorldPlan

AS_OF = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize("customers", [1, 499, 500, 501, MOST_CUSTOMERS])
def test_every_customer_belongs_to_exactly_one_chunk(customers):
    plan = WorldPlan(customers, AS_OF)
    ends = [(plan.members(chunk).start, plan.members(chunk).stop) for chunk in range(plan.chunks)]

    assert ends[0][0] == 0
    assert ends[-1][1] == customers
    assert all(before[1] == after[0] for before, after in itertools.pairwise(ends))
    assert all(start < stop for start, stop in ends)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"customers": 0}, "1 to 5,000,000"),
        ({"customers": MOST_CUSTOMERS + 1}, "1 to 5,000,000"),
        ({"interactions_per_customer": -0.1}, "0 to 200"),
        ({"interactions_per_customer": 200.5}, "0 to 200"),
        ({"interactions_per_customer": float("nan")}, "0 to 200"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"languages": ()}, "zh and en"),
        ({"languages": ("zh", "fr")}, "fr"),
        ({"as_of": dt.datetime(2026, 3, 1)}, "time zone"),  # noqa: DTZ001
        ({"as_of": dt.datetime(1999, 12, 31, tzinfo=dt.UTC)}, "2000"),
    ],
)
def test_what_cannot_be_generated_is_refused_with_the_reason(wrong, said):
    with pytest.raises(PlanError, match=said):
        WorldPlan(**{"customers": 10, "as_of": AS_OF} | wrong)
