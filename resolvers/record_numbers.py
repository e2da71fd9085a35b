"""Numbers by which people tell records over the telephone."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits that nobody mistakes for one another (Crockford's base 32)."""


def record_number(sign: str, key: uuid.UUID, day: dt.date) -> str:
    """A number to tell over the telephone: a sign for the kind of record, the day, 35 random bits of its id."""
    bits = key.int & (2**35 - 1)
    signs = "".join(_DIGITS[bits >> shift & 31] for shift in range(30, -1, -5))
    return f"{sign}{day:%y%m%d}-{signs}"
