"""Who the customers are, by place: what others must know of a customer without drawing the whole of it."""

from __future__ import annotations

from typing import Final

from resolvers.generating.chance import Spread, mix
from resolvers.generating.keys import KEY_BITS, key
from resolvers.generating.plan import DAY, NEWEST_DAYS, WORLD_DAYS, WorldPlan

ORGANISATIONS: Final = 0.7
"""Share of the customers that are organisations; the others are persons."""

PARENTS: Final = 30
"""Organisations in a thousand that have subsidiaries."""

_SPAN: Final = (WORLD_DAYS - NEWEST_DAYS) * DAY


class Register:
    """The customers of a plan: customer 0 came first, and each came later than the one before."""

    def __init__(self, plan: WorldPlan) -> None:
        self._plan = plan
        self._seed = mix(plan.seed, 0)
        self._kinds = Spread(plan.seed, Spread.ROOT_3)

    def created(self, place: int) -> int:
        """When a customer came, in seconds since 1970."""
        wait = mix(self._seed, place) % _SPAN
        return self._plan.dawn + (place * _SPAN + wait) // self._plan.customers

    def key(self, place: int) -> str:
        """The id of a customer."""
        bits = mix(self._seed ^ 1, place) << 10 | mix(self._seed ^ 2, place) & 0x3FF
        return key(self.created(place), bits & (1 << KEY_BITS) - 1)

    def is_organisation(self, place: int) -> bool:
        """Whether a customer is an organisation."""
        return self._kinds.at(place) < ORGANISATIONS

    def is_parent(self, place: int) -> bool:
        """Whether other organisations may belong to a customer."""
        return mix(self._seed ^ 3, place) % 1000 < PARENTS and self.is_organisation(place)
