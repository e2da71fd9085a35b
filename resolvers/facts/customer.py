"""How each fact about a customer is computed: from which columns, and by which function of them.

The vocabulary (`rules/facts/customer.yaml`) says what the facts mean; a test keeps the two together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from types import MappingProxyType
from typing import Any, Final

from resolvers.facts.conversion import yuan
from resolvers.facts.instants import Moment
from resolvers.facts.parts import CREDIT, CUSTOMER, GRADE, JOURNAL, LEDGER, TICKETS
from resolvers.facts.payments import OVERDUE, PUNCTUALITY
from resolvers.facts.records import OF_ITSELF, Record, Source
from rules.facts.calendar import Festival, working_calendar
from store.customer import CustomerSize
from store.grade import Grade

_CURRENCY: Final = (OF_ITSELF, "currency")


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


def _code(_: Moment, code: Any) -> str | None:
    """The name of an enumeration's member, as rules have it."""
    return None if code is None else str(code.value)


def _is_any(_: Moment, said: object) -> bool:
    return bool(said)


def _days_since_day(moment: Moment, then: dt.date | None) -> Decimal | None:
    return None if then is None else Decimal(max(0, (moment.day - then).days))


def _or_null(_: Moment, number: int | None) -> Decimal | None:
    return None if number is None else Decimal(number)


def _used_percent(moment: Moment, balance: int | None, currency: str, limit: int | None, of: str | None) -> Any:
    """What is owed in hundredths of the limit, rounded up: more than all is never told as all."""
    allowed = _limit(moment, limit, of)
    if not allowed:
        return None
    return (100 * _owed(moment, balance, currency) / allowed).to_integral_value(ROUND_CEILING)


def _birthday_in_days(moment: Moment, birthday: dt.date | None) -> Decimal | None:
    """Days until the next birthday; one of 29 February is kept on the 28th in other years."""
    if birthday is None:
        return None
    years = (moment.day.year, moment.day.year + 1)
    coming = [day for day in (_anniversary(birthday, year) for year in years) if day >= moment.day]
    return Decimal((coming[0] - moment.day).days)


def _anniversary(day: dt.date, year: int) -> dt.date:
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _coming(moment: Moment) -> Festival | None:
    """The next festival of the working calendar, today's included; None after the last that it knows."""
    return next((one for one in working_calendar().festivals if one.day >= moment.day), None)


def _festival(moment: Moment) -> str | None:
    coming = _coming(moment)
    return None if coming is None else coming.feast.value


def _days_to_festival(moment: Moment) -> Decimal | None:
    coming = _coming(moment)
    return None if coming is None else Decimal((coming.day - moment.day).days)


def _month(moment: Moment) -> Decimal:
    return Decimal(moment.day.month)


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
        "potential": Source(((OF_ITSELF, "size"), (LEDGER, "spent_12m"), (LEDGER, "spent_before_12m")), _potential),
        "customer_status": Source(((OF_ITSELF, "status"),), _code),
        "complaints_30d": Source(((TICKETS, "complaints_30d"),), _count),
        "complaints_90d": Source(((TICKETS, "complaints_90d"),), _count),
        "open_complaints": Source(((TICKETS, "open_complaints"),), _count),
        "open_tickets": Source(((TICKETS, "open_tickets"),), _count),
        "disputes_12m": Source(((TICKETS, "disputes_12m"),), _count),
        "repairs_12m": Source(((TICKETS, "repairs_12m"),), _count),
        "days_since_repair": Source(((TICKETS, "last_repair_at"),), _days),
        "satisfaction_12m": Source(((JOURNAL, "satisfaction_sum"), (JOURNAL, "satisfaction_count")), _mean),
        "days_since_contact": Source(((JOURNAL, "last_contact_at"),), _days),
        "days_since_visit": Source(((JOURNAL, "last_visit_at"),), _days),
        "days_since_care": Source(((JOURNAL, "last_care_at"),), _days),
        "days_since_archive_change": Source(((OF_ITSELF, "updated_at"),), _days),
        "birthday_in_days": Source(((OF_ITSELF, "birthday"),), _birthday_in_days),
        "next_festival": Source((), _festival),
        "days_to_festival": Source((), _days_to_festival),
        "month": Source((), _month),
        "payments_12m": Source(((LEDGER, "payments_12m"),), _count),
        "invoices_due_12m": Source(((PUNCTUALITY, "due_count"),), _count),
        "late_payments_12m": Source(((PUNCTUALITY, "late_count"),), _count),
        "longest_delay_12m": Source(((PUNCTUALITY, "longest_delay"),), _or_null),
        "overdue_amount": Source(((OVERDUE, "due_minor"), (OVERDUE, "paid_minor"), _CURRENCY), _overdue),
        "overdue_days": Source(((OVERDUE, "oldest_due_on"),), _overdue_days),
        "credit_rating": Source(((CREDIT, "rating"),), _code),
        "credit_limit": Source(((CREDIT, "limit_minor"), (CREDIT, "credit_currency")), _limit),
        "is_credit_blocked": Source(((CREDIT, "is_blocked"),), _is_any),
        "days_since_credit_review": Source(((CREDIT, "reviewed_on"),), _days_since_day),
        "credit_used_percent": Source(
            ((LEDGER, "balance"), _CURRENCY, (CREDIT, "limit_minor"), (CREDIT, "credit_currency")), _used_percent
        ),
        "exposure": Source(((LEDGER, "balance"), _CURRENCY), _owed),
    }
)
"""By the names of the vocabulary. What the network says (`group_exposure`) comes from `resolvers.facts.network`."""

CUSTOMERS: Final = Record("customers", CUSTOMER, SOURCES)
