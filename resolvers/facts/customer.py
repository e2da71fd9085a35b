"""How each fact about a customer is computed: from which columns, and by which function of them.

The vocabulary (`rules/facts/customer.yaml`) says what the facts mean; a test keeps the two together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from resolvers.facts.conversion import yuan
from resolvers.facts.instants import Moment
from resolvers.facts.parts import CREDIT, GRADE, JOURNAL, LEDGER, OVERDUE, TICKETS, Part
from rules.engine.kinds import Value
from store.customer import CustomerSize
from store.grade import Grade

OF_CUSTOMER: Final = None
"""In place of a part: a column of the customer itself."""

Columns = tuple[tuple[Part | None, str], ...]


@dataclass(frozen=True)
class Source:
    """The columns of a fact, in the order in which its function takes them after the moment."""

    columns: Columns
    value: Callable[..., Value | None]


_CURRENCY: Final = (OF_CUSTOMER, "currency")


def _grade(_: Moment, grade: Grade | None) -> str | None:
    return None if grade is None else grade.value


def _days(moment: Moment, then: dt.datetime | None) -> Decimal | None:
    days = moment.days_since(then)
    return None if days is None else Decimal(days)


def _years(moment: Moment, first: dt.datetime | None) -> Decimal:
    return Decimal(moment.years_since(first))


def _count(_: Moment, number: int | None) -> Decimal:
    return Decimal(number or 0)


def _spent(_: Moment, minor: int | None, first: dt.datetime | None, currency: str) -> Decimal | None:
    return None if first is None else yuan(minor or 0, currency)


def _owed(_: Moment, balance: int | None, currency: str) -> Decimal:
    return yuan(max(balance or 0, 0), currency)


def _mean(_: Moment, total: int | None, count: int | None) -> Decimal | None:
    return None if not count else (Decimal(total or 0) / count).quantize(Decimal("0.01"))


def _overdue(_: Moment, due: int | None, paid: int | None, currency: str) -> Decimal:
    return yuan(max((due or 0) - (paid or 0), 0), currency)


def _overdue_days(moment: Moment, oldest: dt.date | None) -> Decimal:
    return Decimal(0 if oldest is None else (moment.day - oldest).days)


def _rating(_: Moment, rating: Any) -> str | None:
    return None if rating is None else str(rating.value)


def _limit(_: Moment, minor: int | None, currency: str | None) -> Decimal | None:
    return None if minor is None or currency is None else yuan(minor, currency)


def _potential(_: Moment, size: CustomerSize | None, now: int | None, before: int | None) -> str | None:
    """By size and growth: half as much again as a year before is high, no less than a year before is mid."""
    if size in (CustomerSize.LARGE, CustomerSize.ENTERPRISE):
        return "high"
    grown = None if not before or before < 0 else Decimal(now or 0) / before
    if grown is not None and grown >= Decimal("1.5"):
        return "high"
    if size is CustomerSize.MEDIUM or (grown is not None and grown >= 1):
        return "mid"
    return None if size is None and grown is None else "low"


_FIRST: Final = (LEDGER, "first_purchase_at")

SOURCES: Final[Mapping[str, Source]] = MappingProxyType(
    {
        "current_grade": Source(((GRADE, "grade"),), _grade),
        "days_in_grade": Source(((GRADE, "grade_since"),), _days),
        "value_12m": Source(((LEDGER, "spent_12m"), _FIRST, _CURRENCY), _spent),
        "value_before_12m": Source(((LEDGER, "spent_before_12m"), _FIRST, _CURRENCY), _spent),
        "purchases_12m": Source(((LEDGER, "purchases_12m"),), _count),
        "days_since_purchase": Source(((LEDGER, "last_purchase_at"),), _days),
        "tenure_years": Source((_FIRST,), _years),
        "potential": Source(((OF_CUSTOMER, "size"), (LEDGER, "spent_12m"), (LEDGER, "spent_before_12m")), _potential),
        "complaints_90d": Source(((TICKETS, "complaints_90d"),), _count),
        "open_complaints": Source(((TICKETS, "open_complaints"),), _count),
        "disputes_12m": Source(((TICKETS, "disputes_12m"),), _count),
        "satisfaction_12m": Source(((JOURNAL, "satisfaction_sum"), (JOURNAL, "satisfaction_count")), _mean),
        "days_since_contact": Source(((JOURNAL, "last_contact_at"),), _days),
        "days_since_visit": Source(((JOURNAL, "last_visit_at"),), _days),
        "overdue_amount": Source(((OVERDUE, "due_minor"), (OVERDUE, "paid_minor"), _CURRENCY), _overdue),
        "overdue_days": Source(((OVERDUE, "oldest_due_on"),), _overdue_days),
        "credit_rating": Source(((CREDIT, "rating"),), _rating),
        "credit_limit": Source(((CREDIT, "limit_minor"), (CREDIT, "credit_currency")), _limit),
        "exposure": Source(((LEDGER, "balance"), _CURRENCY), _owed),
    }
)
"""By the names of the vocabulary. What the network says (`group_exposure`) comes from `resolvers.facts.network`."""
