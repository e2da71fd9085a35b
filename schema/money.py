"""Amounts of money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from resolvers.reading import column, part_type
from resolvers.reading.sqljson import MinorText


def _amount(row: Any) -> Any:
    return MinorText(row.minor, row.currency)


@part_type("An amount of money in one currency.")
class Money:
    """Whole minor units in the store, a decimal with the currency's places here."""

    amount: Decimal = column(_amount, "The amount, with as many decimal places as the currency has.")
    currency: str = column(lambda m: m.currency, "The currency's three letters (ISO 4217).")
