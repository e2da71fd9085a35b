"""Amounts of different currencies on one scale, so that a filter can compare them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from store.money import EXPONENTS


def thousandths(minor: Any, currency: Any) -> Any:
    """An amount in thousandths of its currency's unit."""
    places = {n: [code for code, exponent in EXPONENTS.items() if exponent == n] for n in (0, 3)}
    scale = sa.case(
        (currency.in_([sa.literal_column(f"'{code}'") for code in places[0]]), sa.literal_column("1000")),
        (currency.in_([sa.literal_column(f"'{code}'") for code in places[3]]), sa.literal_column("1")),
        else_=sa.literal_column("10"),
    )
    return sa.type_coerce(minor * scale, sa.BigInteger())
