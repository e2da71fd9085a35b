"""Ids of imported records: the same record gets the same id in every run, and ids still sort by time."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)
LARGEST_ORDER = 0xFFF
"""Records of one moment that `order` can tell apart; the later ones share the last place."""


def record_id(source: str, key: str, at: dt.datetime, order: int | None = None) -> uuid.UUID:
    """A UUID of version 7: the milliseconds of `at` (1970 if earlier), then a SHA-256 of source and natural key.

    `order` sorts records of the same moment; it takes the twelve bits that RFC 9562 allows for a counter.
    """
    digest = int.from_bytes(hashlib.sha256(f"{source}\n{key}".encode()).digest()[:10])
    counter = digest >> 68 if order is None else min(order, LARGEST_ORDER)
    milliseconds = max(0, (at - _EPOCH) // _MILLISECOND)
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | counter << 64 | 2 << 62 | digest & ((1 << 62) - 1))
