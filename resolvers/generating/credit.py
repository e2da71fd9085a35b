"""Credit: what a customer may owe, set so that most customers stay within their limit."""

from __future__ import annotations

from typing import Final

from resolvers.generating.chance import wheel
from resolvers.generating.customers import Customer
from resolvers.generating.figures import Figures
from resolvers.generating.keys import date, instant
from resolvers.generating.plan import WorldPlan
from resolvers.generating.rows import Page, Target
from store.credit import CreditRating
from store.grade import Grade
from store.money import exponent

CREDIT_ACCOUNT: Final = Target(
    "credit_account",
    (
        *("customer_id", "currency", "limit_minor", "used_minor", "term_days", "rating", "is_blocked", "reviewed_on"),
        *("version", "created_at", "updated_at"),
    ),
)

BUYERS: Final = 0.8
PROSPECTS: Final = 0.13
"""Shares of the customers with a credit account, among those who buy and among potential ones: 60 % of all."""

_FINE: Final = wheel({CreditRating.AAA: 20, CreditRating.AA: 35, CreditRating.A: 35, CreditRating.B: 10})
_USUAL: Final = wheel(
    {
        CreditRating.AAA: 4,
        CreditRating.AA: 14,
        CreditRating.A: 32,
        CreditRating.B: 30,
        CreditRating.C: 14,
        CreditRating.D: 6,
    }
)
_RATINGS: Final = {Grade.VIP: _FINE, Grade.KEY: _FINE, Grade.NORMAL: _USUAL, Grade.POTENTIAL: _USUAL}
_LEAST: Final = {Grade.VIP: 500_000, Grade.KEY: 200_000, Grade.NORMAL: 20_000, Grade.POTENTIAL: 5_000}
"""The least limit, in whole units of the currency."""


class Credits:
    """Writes the credit accounts of the customers of one chunk."""

    def __init__(self, plan: WorldPlan, chunk: int) -> None:
        self._now = plan.now
        self._random = plan.stream("credit", chunk)
        self.page = Page(CREDIT_ACCOUNT, [])

    def add(self, customer: Customer, figures: Figures) -> None:
        """Add the account of one customer, if it has one."""
        random = self._random
        has, over, reviewed = random.random(), random.random(), random.random()
        if has >= (PROSPECTS if customer.grade is Grade.POTENTIAL else BUYERS):
            return
        used = figures.owed(customer.currency)
        limit = self._limit(customer, used, is_over=over < 0.03)
        at = customer.created + int(reviewed * (self._now - customer.created))
        rating = _RATINGS[customer.grade][random.getrandbits(8)]
        terms = (customer.term_days, rating, int(used > limit and over < 0.02), date(at))
        row = (customer.id, customer.currency, limit, used, *terms, 2, instant(customer.created), instant(at))
        self.page.rows.append(row)

    def _limit(self, customer: Customer, used: int, *, is_over: bool) -> int:
        """A round limit above what is used; below it for the few who are over."""
        unit = int(10 ** exponent(customer.currency))
        if is_over and used > 1000 * unit:
            return used * 8 // 10 // unit * unit
        wanted = max(_LEAST[customer.grade] * unit, used * 13 // 10)
        step = int(10 ** (len(str(wanted)) - 2))
        return -(-wanted // step) * step
