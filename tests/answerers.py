"""Answerers for tests: the schema is bound once a process, since that takes longer than most tests."""

from __future__ import annotations

from resolvers.reading import Answerer, ReadStore, Way
from schema.build import build_answerer

_BOUND: dict[tuple[str, Way], Answerer] = {}


def answerer_over(store: ReadStore, *, way: Way = Way.DIRECT) -> Answerer:
    """One that answers over this store, until the next is asked for of the same dialect and way."""
    key = store.dialect.name, way
    if key not in _BOUND:
        _BOUND[key] = build_answerer(store, way=way)
    _BOUND[key].store = store
    return _BOUND[key]
