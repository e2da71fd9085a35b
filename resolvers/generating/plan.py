"""What a generated world shall be: how many customers, of which seed, as of which moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random
from typing import Final

MOST_CUSTOMERS: Final = 5_000_000
MOST_INTERACTIONS: Final = 200.0
LARGEST_SEED: Final = 2**63 - 1
LANGUAGES: Final = ("zh", "en")

CHUNK: Final = 500
"""Customers that are drawn together, from random streams of their own: the world never depends on who draws them."""

DAY: Final = 86_400
WORLD_DAYS: Final = 8 * 365
"""How long before the reference time the first customer came."""

HISTORY_DAYS: Final = 3 * 365
"""How long before the reference time interactions, tickets and ledger entries begin."""

NEWEST_DAYS: Final = 14
"""How long before the reference time the last customer came."""


class PlanError(ValueError):
    """A world like this cannot be generated; the text says why."""


@dataclass(frozen=True, slots=True)
class WorldPlan:
    """The whole of what decides a world: equal plans make equal worlds. Raises PlanError when out of bounds."""

    customers: int
    as_of: dt.datetime
    seed: int = 1
    interactions_per_customer: float = 10.0
    languages: tuple[str, ...] = LANGUAGES

    def __post_init__(self) -> None:
        if not 1 <= self.customers <= MOST_CUSTOMERS:
            raise PlanError(f"a world has 1 to {MOST_CUSTOMERS:,} customers, not {self.customers:,}")
        if not 0 <= self.interactions_per_customer <= MOST_INTERACTIONS:
            raise PlanError(f"a customer has 0 to {MOST_INTERACTIONS:g} interactions on average")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise PlanError(f"a seed is a number from 0 to {LARGEST_SEED}")
        if not self.languages or not set(self.languages) <= set(LANGUAGES):
            raise PlanError(f"names and texts come in {' and '.join(LANGUAGES)}, not in {','.join(self.languages)!r}")
        if self.as_of.tzinfo is None:
            raise PlanError("the moment of the world needs a time zone")
        if not 2000 <= self.as_of.year <= 2200:
            raise PlanError("the moment of the world lies between the years 2000 and 2200")

    @property
    def now(self) -> int:
        """The reference time, in seconds since 1970: nothing in the world happened after it."""
        return int(self.as_of.timestamp())

    @property
    def dawn(self) -> int:
        """When the first customer came, in seconds since 1970."""
        return self.now - WORLD_DAYS * DAY

    @property
    def chunks(self) -> int:
        """Into how many chunks the customers fall."""
        return -(-self.customers // CHUNK)

    def members(self, chunk: int) -> range:
        """The places of the customers of one chunk."""
        return range(chunk * CHUNK, min((chunk + 1) * CHUNK, self.customers))

    def stream(self, feature: str, chunk: int = 0) -> Random:
        """The random numbers of one feature in one chunk: what one feature draws never shifts another."""
        return Random(f"{self.seed}/{feature}/{chunk}")  # noqa: S311 - a world is invented, not kept secret
