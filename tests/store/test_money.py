"""Money: minor units and decimals say the same amount, exactly."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store import money

CURRENCIES = st.sampled_from(["CNY", "EUR", "USD", "JPY", "VND", "KWD", "XOF"])
MINOR = st.integers(-money.LARGEST_MINOR, money.LARGEST_MINOR)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(1230, "CNY", "12.30"), (-5, "EUR", "-0.05"), (500, "JPY", "500"), (1, "KWD", "0.001"), (0, "USD", "0.00")],
)
def test_minor_units_are_shown_with_exactly_the_currencys_decimals(minor, currency, text):
    assert str(money.to_decimal(minor, currency)) == text


@given(MINOR, CURRENCIES)
def test_an_amount_survives_the_way_to_decimal_and_back(minor, currency):
    assert money.to_minor(money.to_decimal(minor, currency), currency) == minor


def _minor_units(amount: Decimal, currency: str) -> Fraction | None:
    """How many minor units an amount is; None when it is no number, or has more digits than one can count."""
    if not amount.is_finite() or abs(amount.adjusted()) > 100:
        return None if amount or not amount.is_finite() else Fraction(0)
    return Fraction(amount) * 10 ** money.exponent(currency)


@given(st.decimals(allow_nan=True, allow_infinity=True), CURRENCIES)
@example(Decimal("1e999999"), "CNY")
@example(Decimal("-1e-999999"), "CNY")
@example(Decimal("0e999999"), "CNY")
@example(Decimal("-0"), "CNY")
@example(Decimal("sNaN"), "CNY")
@example(Decimal("10000000000000.005"), "CNY")
def test_an_amount_is_either_kept_exactly_or_refused(amount, currency):
    try:
        minor = money.to_minor(amount, currency)
    except money.MoneyError:
        minor_units = _minor_units(amount, currency)
        assert minor_units is None or minor_units.denominator > 1 or abs(minor_units) > money.LARGEST_MINOR
    else:
        assert money.to_decimal(minor, currency) == amount


@pytest.mark.parametrize("amount", ["12.345", "1e-30", "1e-999999", "NaN", "-Infinity"])
def test_what_is_no_amount_of_the_currency_is_refused_not_rounded(amount):
    with pytest.raises(money.MoneyError):
        money.to_minor(Decimal(amount), "CNY")


@pytest.mark.parametrize("amount", ["10000000000000.01", "-10000000000000.01", "1e20", "1e999999"])
def test_an_amount_beyond_the_largest_is_refused(amount):
    with pytest.raises(money.MoneyError, match=r"at most 10000000000000\.00 CNY"):
        money.to_minor(Decimal(amount), "CNY")


@pytest.mark.parametrize("text", ["", "cny", "CN", "CNYX", "C1Y", "ＣＮＹ", "CNY\n", "CNX"])
def test_a_currency_is_one_of_those_in_use(text):
    assert not money.is_currency(text)
    with pytest.raises(money.MoneyError, match="three capital letters"):
        money.exponent(text)


def test_thousands_of_the_largest_amount_fit_in_64_bits():
    assert 9_000 * money.LARGEST_MINOR < 2**63


def test_every_currency_with_decimals_of_its_own_is_one():
    assert set(money.EXPONENTS) <= money.CURRENCIES
