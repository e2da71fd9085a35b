"""Chance with known shares: numbers spread evenly, wheels to spin, and counts of which few are large."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import Final, TypeVar

T = TypeVar("T")

SLOTS: Final = 256
"""Slots of a wheel: eight random bits spin it."""

_BITS: Final = 2**64 - 1
_HALVINGS: Final = 60


def mix(seed: int, number: int) -> int:
    """64 bits that look random and always are the same for the same two numbers (splitmix64)."""
    state = (seed + number * 0x9E3779B97F4A7C15) & _BITS
    state = ((state ^ state >> 30) * 0xBF58476D1CE4E5B9) & _BITS
    state = ((state ^ state >> 27) * 0x94D049BB133111EB) & _BITS
    return state ^ state >> 31


class Spread:
    """Numbers in [0, 1) for the places 0, 1, 2 ... that lie evenly in every stretch of places.

    Shares come out right in small worlds too. `step` is the fraction of an irrational number, times 2^64; series
    that shall not depend on each other need steps that are no multiples of each other.
    """

    GOLDEN: Final = 0x9E3779B97F4A7C15
    ROOT_2: Final = 0x6A09E667F3BCC909
    ROOT_3: Final = 0xBB67AE8584CAA73B
    ROOT_7: Final = 0xA54FF53A5F1D36F1
    ROOT_11: Final = 0x510E527FADE682D1

    __slots__ = ("_start", "_step")

    def __init__(self, seed: int, step: int) -> None:
        self._step = step
        self._start = mix(seed, step & 0xFFFF)

    def at(self, place: int) -> float:
        """The number of one place."""
        return (self._start + place * self._step & _BITS) / 2**64


def wheel(weights: Mapping[T, float]) -> tuple[T, ...]:
    """256 slots in which each value has about its share; eight random bits pick one."""
    total = sum(weights.values())
    ends = [round(SLOTS * reached / total) for reached in accumulate(weights.values())]
    slots: list[T] = []
    for value, end in zip(weights, ends, strict=True):
        slots.extend([value] * (end - len(slots)))
    return tuple(slots)


class Skew:
    """Counts with a given mean of which a few are very large, as in Zipf's law: the n-th largest falls as n^-tail."""

    __slots__ = ("_cap", "_scale", "_tail")

    def __init__(self, mean: float, *, tail: float, cap: int) -> None:
        self._tail = tail
        self._cap = cap
        self._scale = self._scale_for(mean)

    def count(self, evenly: float, chance: float, share: float = 1.0) -> int:
        """The count at one place of an even spread, times `share`; `chance` in [0, 1) rounds it without a bias."""
        size = self._scale * (float((evenly + 1e-12) ** -self._tail) - 1)
        return min(int(size * share + chance), self._cap)

    def _scale_for(self, mean: float) -> float:
        """The scale that gives the mean in spite of the cap, by halving."""
        low, high = 0.0, mean * 16 + 1
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self._mean(middle) < mean else (low, middle)
        return high if mean else 0.0

    def _mean(self, scale: float) -> float:
        """The mean that a scale would give."""
        capped = float((1 + self._cap / scale) ** (-1 / self._tail))
        rest = 1 - self._tail
        return scale * ((1 - float(capped**rest)) / rest - (1 - capped)) + self._cap * capped
