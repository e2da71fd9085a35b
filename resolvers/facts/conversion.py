"""Amounts of money as rules count them: in yuan, by the rates of `rules/facts/rates.yaml`."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from typing import Final

from rules.facts.vocabulary import rates
from store.money import exponent

CENT: Final = Decimal("0.01")
_EXACT: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)


class NoRateError(ValueError):
    """There is no rate for a currency, so an amount in it is not known."""

    def __init__(self, currency: str) -> None:
        super().__init__(f"there is no rate for {currency}: add it to rules/facts/rates.yaml")


def yuan(minor: int, currency: str) -> Decimal:
    """An amount in minor units of a currency as yuan with two decimals, half to even.

    Raises:
        NoRateError: the currency has no rate.
    """
    return _EXACT.multiply(Decimal(minor), _factor(currency)).quantize(CENT, context=_EXACT)


@cache
def _factor(currency: str) -> Decimal:
    """What one minor unit is in yuan."""
    try:
        return rates()[currency].scaleb(-exponent(currency))
    except KeyError:
        raise NoRateError(currency) from None
