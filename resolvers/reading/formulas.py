"""Formulas: points that follow from sizes which only a request's variables tell. What is known is summed before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from resolvers.reading.relations import DEFAULT_PAGE, MAX_PAGE

MOST = 2**31 - 1
"""No cost is told higher: it is GraphQL's largest Int."""

SUMS = 64
"""How many sums of one operation are kept, by the sizes that variables gave."""

Sizes = Sequence[int]
Points = int | Callable[[Sizes], int]
"""Points, or how they follow from the sizes that the variables give."""


class Reader(Protocol):
    """Reads one size from the variables."""

    def read(self, variables: Mapping[str, Any]) -> int:
        """The size, 0 or more."""
        ...


class Flag(NamedTuple):
    """1 where a Boolean variable is as wanted, else 0."""

    variable: str
    wanted: bool

    def read(self, variables: Mapping[str, Any]) -> int:
        """1 or 0."""
        return int(bool(variables.get(self.variable)) is self.wanted)


class Rows(NamedTuple):
    """The rows of a page: the first of these variables that has a value, else the default."""

    variables: tuple[str, ...]

    def read(self, variables: Mapping[str, Any]) -> int:
        """0 to `MAX_PAGE`; more is refused later."""
        for name in self.variables:
            value = variables.get(name)
            if isinstance(value, int):
                return rows(value)
        return DEFAULT_PAGE


class Length(NamedTuple):
    """The length of a variable's list."""

    variable: str

    def read(self, variables: Mapping[str, Any]) -> int:
        """How many items it has."""
        value = variables.get(self.variable)
        return len(value) if isinstance(value, list) else 1


def rows(number: int) -> int:
    """A page's size as far as it will be answered."""
    return max(0, min(number, MAX_PAGE))


@dataclass(slots=True)
class Formula:
    """What one operation costs: the sizes that its variables give, and the points that follow."""

    readers: Sequence[Reader]
    points: Points
    sums: dict[tuple[int, ...], int] = field(default_factory=dict)

    def of(self, variables: Mapping[str, Any]) -> int:
        """The points for these coerced variables."""
        if isinstance(self.points, int):
            return self.points
        sizes = tuple([reader.read(variables) for reader in self.readers])
        found = self.sums.get(sizes)
        if found is None:
            if len(self.sums) >= SUMS:
                self.sums.clear()
            found = self.sums[sizes] = self.points(sizes)
        return found


def total(several: Iterable[Points]) -> Points:
    """All together."""
    known, others = _split(several)
    constant = min(sum(known), MOST)
    return (lambda sizes: min(constant + sum(one(sizes) for one in others), MOST)) if others else constant


def largest(several: Iterable[Points]) -> Points:
    """The largest of them, 0 of none."""
    known, others = _split(several)
    constant = max(known, default=0)
    return (lambda sizes: max(constant, *(one(sizes) for one in others))) if others else constant


def times(factor: Points, points: Points) -> Points:
    """So many times the points."""
    if isinstance(factor, int):
        if isinstance(points, int):
            return min(factor * points, MOST)
        fixed, each = factor, points
        return lambda sizes: min(fixed * each(sizes), MOST)
    size = factor
    if isinstance(points, int):
        constant = points
        return (lambda sizes: min(size(sizes) * constant, MOST)) if constant else 0
    inner = points
    return lambda sizes: min(size(sizes) * inner(sizes), MOST)


def size_at(place: int) -> Points:
    """The size that a reader gives."""
    return lambda sizes: sizes[place]


def only_if(ways: Iterable[tuple[int, ...]], points: Points) -> Points:
    """The points if in one of the ways all readers give 1, else 0."""
    each = [frozenset(way) for way in ways]
    return times(lambda sizes: int(any(all(sizes[place] for place in way) for way in each)), points)


def _split(several: Iterable[Points]) -> tuple[list[int], list[Callable[[Sizes], int]]]:
    known: list[int] = []
    others: list[Callable[[Sizes], int]] = []
    for one in several:
        known.append(one) if isinstance(one, int) else others.append(one)
    return known, others
