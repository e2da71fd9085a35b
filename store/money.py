"""Money: whole minor units in the store, `Decimal` with a currency everywhere else. Never a float."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final

DEFAULT_EXPONENT: Final = 2
"""Decimals of every currency that `EXPONENTS` does not name."""

_NO_DECIMALS: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DECIMALS: Final = "BHD IQD JOD KWD LYD OMR TND"

EXPONENTS: Final[Mapping[str, int]] = MappingProxyType(
    {**dict.fromkeys(_NO_DECIMALS.split(), 0), **dict.fromkeys(_THREE_DECIMALS.split(), 3)}
)
"""Decimals of the currencies that have not two (ISO 4217)."""

LARGEST_MINOR: Final = 10**15
"""The largest single amount, either sign: thousands of them still add up inside 64 bits."""

CURRENCIES: Final = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD
    HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL
    MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON
    RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
    USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
    """.split()  # noqa: SIM905  # a line a currency would say no more
)
"""The currencies of ISO 4217 that are in use."""


class MoneyError(ValueError):
    """This is not an amount of money in this currency; the text says why."""


def is_currency(text: str) -> bool:
    """Whether a text is the code of a currency in use: three capital letters."""
    return text in CURRENCIES


def exponent(currency: str) -> int:
    """How many decimals a currency has. Raises MoneyError when the text is no currency code."""
    if not is_currency(currency):
        raise MoneyError(f"a currency is three capital letters of ISO 4217, such as CNY, not {currency!r}")
    return EXPONENTS.get(currency, DEFAULT_EXPONENT)


def to_decimal(minor: int, currency: str) -> Decimal:
    """An amount from its minor units, with exactly the currency's decimals: 1230 CNY is 12.30."""
    digits = tuple(int(digit) for digit in str(abs(minor)))
    return Decimal((int(minor < 0), digits, -exponent(currency)))


def to_minor(amount: Decimal, currency: str) -> int:
    """An amount in minor units: 12.3 CNY is 1230. Raises MoneyError rather than round, and beyond LARGEST_MINOR."""
    decimals = exponent(currency)
    if not amount.is_finite():
        raise MoneyError(f"an amount must be a number, not {amount}")
    if not amount:
        return 0
    magnitude = amount.adjusted() + decimals
    minor = Fraction(amount) * 10**decimals if 0 <= magnitude < 16 else None
    if magnitude >= 16 or (minor is not None and abs(minor) > LARGEST_MINOR):
        raise MoneyError(f"an amount of at most {to_decimal(LARGEST_MINOR, currency)} {currency} was expected")
    if minor is None or minor.denominator != 1:
        raise MoneyError(f"{currency} has {decimals} decimals, and {amount} has more")
    return int(minor)
