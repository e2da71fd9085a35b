"""How much of something each customer has: a given mean, more for the important and the long-standing, very skewed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from resolvers.generating.chance import Skew, Spread
from resolvers.generating.customers import SHARES, Customer
from resolvers.generating.plan import DAY, HISTORY_DAYS, WORLD_DAYS, WorldPlan
from store.grade import Grade

_LEAST: Final = 0.02
_HISTORY: Final = HISTORY_DAYS * DAY
_MEAN_TENURE: Final = _LEAST + (1 - _LEAST) * (1 - HISTORY_DAYS / (2 * WORLD_DAYS))
"""Mean of `_tenure` over customers that came evenly."""


class Volume:
    """Counts for customers whose mean over all customers is `mean`; `weights` compares the grades."""

    __slots__ = ("_now", "_skews", "_spread")

    def __init__(
        self, plan: WorldPlan, mean: float, weights: Mapping[Grade, float], *, tail: float, cap: int, step: int
    ) -> None:
        unit = mean / sum(SHARES[grade] * weight for grade, weight in weights.items())
        self._now = plan.now
        self._spread = Spread(plan.seed, step)
        self._skews = {grade: Skew(unit * weight, tail=tail, cap=cap) for grade, weight in weights.items()}

    def of(self, customer: Customer, chance: float) -> int:
        """How much one customer has; `chance` in [0, 1) rounds."""
        share = self._tenure(customer) / _MEAN_TENURE
        return self._skews[customer.grade].count(self._spread.at(customer.place), chance, share)

    def _tenure(self, customer: Customer) -> float:
        """Near 0 for who came lately, 1 for who was there through the whole of the history."""
        return _LEAST + (1 - _LEAST) * min(1.0, (self._now - customer.created) / _HISTORY)
