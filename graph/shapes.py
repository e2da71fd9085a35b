"""Answers that both stores make of the same rows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from graph.port import Exposure, Group, Influence


def group_of(rows: Sequence[tuple[uuid.UUID, uuid.UUID, str | None, int | None]]) -> Group | None:
    """The group of (root, member, currency, owed): of several roots, which only broken data has, the lowest."""
    root = min((row[0] for row in rows), default=None)
    inside = [row for row in rows if row[0] == root]
    if root is None or len(inside) == 1:
        return None
    owed: dict[str, int] = {}
    for *_, currency, minor in inside:
        if currency and minor:
            owed[currency] = owed.get(currency, 0) + minor
    exposure = tuple(Exposure(currency, owed[currency]) for currency in sorted(owed))
    return Group(root, tuple(row[1] for row in inside), exposure)


def influence_of(rows: Sequence[tuple[uuid.UUID, int]]) -> Influence:
    """The influence that (customer, fewest referrals) make."""
    return Influence(sum(depth == 1 for _, depth in rows), len(rows))
