"""Answers of a store, which come as rows for distinct keys, in the order in which the keys were asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
R = TypeVar("R")


def distinct(keys: Iterable[K]) -> list[K]:
    """The keys, each once: a store that is asked twice would count twice."""
    return list(dict.fromkeys(keys))


def collected(keys: Sequence[K], rows: Iterable[tuple[K, V]]) -> list[tuple[V, ...]]:
    """The values of each key, in the order of the rows; none for a key without rows."""
    found: dict[K, list[V]] = {}
    for key, value in rows:
        found.setdefault(key, []).append(value)
    return [tuple(found.get(key, ())) for key in keys]


def each(keys: Sequence[K], rows: Iterable[tuple[K, V]], make: Callable[[tuple[V, ...]], R]) -> list[R]:
    """One answer for each key, made of its rows once."""
    made = {key: make(values) for key, values in zip(distinct(keys), collected(distinct(keys), rows), strict=True)}
    return [made[key] for key in keys]
