"""What the facts of a customer are, said plainly over lists of rows: the definition that the SQL is held to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from store.customer import CustomerRow, CustomerSize
from store.interaction import InteractionKind, InteractionRow
from store.ledger import LedgerEntryRow, LedgerKind
from store.ticket import ENDED, TicketKind, TicketRow

RATES = {"CNY": Decimal(1), "GBP": Decimal("9.5"), "JPY": Decimal("0.046")}
DECIMALS = {"CNY": 2, "GBP": 2, "JPY": 0}
YEAR, TWO_YEARS, QUARTER, MONTH = (dt.timedelta(days=days) for days in (365, 730, 90, 30))
"""No leap day lies in the two years before the instant of the tests."""


@dataclass
class Life:
    """All that is on record about one customer."""

    customer: CustomerRow
    entries: list[LedgerEntryRow] = field(default_factory=list)
    tickets: list[TicketRow] = field(default_factory=list)
    journal: list[InteractionRow] = field(default_factory=list)


def facts(life: Life, at: dt.datetime) -> dict[str, Any]:
    """The facts that come from ledger, tickets and journal, as of an instant."""
    entries = [one for one in life.entries if one.occurred_at <= at]
    own = [one for one in entries if one.currency == life.customer.currency]
    bought = [one.occurred_at for one in entries if one.kind is LedgerKind.INVOICE and one.amount_minor > 0]
    money = _money(life.customer.currency)
    now, before = _spent(own, at - YEAR, at), _spent(own, at - TWO_YEARS, at - YEAR)
    return {
        "value_12m": money(now) if bought else None,
        "value_before_12m": money(before) if bought else None,
        "purchases_12m": sum(one > at - YEAR for one in bought),
        "days_since_purchase": (at - max(bought)).days if bought else None,
        "tenure_years": _anniversaries(min(bought).date(), at.date()) if bought else 0,
        "potential": _potential(life.customer.size, now, before),
        "payments_12m": sum(one.kind is LedgerKind.PAYMENT and one.occurred_at > at - YEAR for one in entries),
        "exposure": money(max(0, sum(one.balance_minor for one in own))),
        **_overdue(own, at, money),
        **_punctuality(own, at),
        **_cases(life.tickets, at),
        **_contacts(life.journal, at),
    }


def _money(currency: str):
    def convert(minor: int) -> Decimal:
        return (Decimal(minor).scaleb(-DECIMALS[currency]) * RATES[currency]).quantize(Decimal("0.01"))

    return convert


def _spent(entries: Sequence[LedgerEntryRow], after: dt.datetime, until: dt.datetime) -> int:
    inside = [one for one in entries if after < one.occurred_at <= until]
    return sum(one.amount_minor for one in inside if one.kind is LedgerKind.INVOICE) - sum(
        one.amount_minor for one in inside if one.kind is LedgerKind.RETURN
    )


def _anniversaries(first: dt.date, day: dt.date) -> int:
    years = 0
    while (first.year + years + 1, first.month, first.day) <= (day.year, day.month, day.day):
        years += 1
    return years


def _potential(size: CustomerSize | None, now: int, before: int) -> str | None:
    large = size in (CustomerSize.LARGE, CustomerSize.ENTERPRISE)
    growth = now / before if before > 0 else None
    if large or (growth is not None and growth >= 1.5):
        return "high"
    if size is CustomerSize.MEDIUM or (growth is not None and growth >= 1):
        return "mid"
    return None if size is None and growth is None else "low"


def _overdue(entries: Sequence[LedgerEntryRow], at: dt.datetime, money) -> dict[str, Any]:
    """Pay the invoices one after the other, as they are due, out of all that came in."""
    left = -sum(one.balance_minor for one in entries if one.balance_minor < 0)
    due = sorted((one for one in entries if one.kind is LedgerKind.INVOICE and one.due_on), key=lambda one: one.due_on)
    unpaid, oldest = 0, None
    for one in due:
        missing = max(0, one.amount_minor - left)
        left = max(0, left - one.amount_minor)
        if missing and one.due_on < at.date():
            unpaid, oldest = unpaid + missing, oldest or one.due_on
    return {"overdue_amount": money(unpaid), "overdue_days": (at.date() - oldest).days if oldest else 0}


def _punctuality(entries: Sequence[LedgerEntryRow], at: dt.datetime) -> dict[str, Any]:
    """Pay the invoices with each payment as it comes, the one that is due first before the others."""
    due = sorted((one for one in entries if one.kind is LedgerKind.INVOICE and one.due_on), key=lambda one: one.due_on)
    payments = sorted((one for one in entries if one.balance_minor < 0), key=lambda one: one.occurred_at)
    delays = []
    for place, invoice in enumerate(due):
        owed, paid, settled_on = sum(one.amount_minor for one in due[: place + 1]), 0, at.date()
        for payment in payments:
            paid -= payment.balance_minor
            if paid >= owed:
                settled_on = payment.occurred_at.date()
                break
        if at.date() - YEAR <= invoice.due_on < at.date():
            delays.append(max(0, (settled_on - invoice.due_on).days) if owed else 0)
    return {
        "invoices_due_12m": len(delays),
        "late_payments_12m": sum(one > 0 for one in delays),
        "longest_delay_12m": max(delays, default=None),
    }


def _cases(tickets: Sequence[TicketRow], at: dt.datetime) -> dict[str, Any]:
    known = [one for one in tickets if one.opened_at <= at]
    complaints = [one for one in known if one.kind is TicketKind.COMPLAINT]
    repairs = [one for one in known if one.kind is TicketKind.REPAIR]
    repaired = [one.resolved_at for one in repairs if one.resolved_at and one.resolved_at <= at]
    waiting = [one for one in known if one.status not in ENDED or (one.resolved_at or at) > at]
    return {
        "complaints_30d": sum(one.opened_at > at - MONTH for one in complaints),
        "repairs_12m": sum(one.opened_at > at - YEAR for one in repairs),
        "days_since_repair": (at - max(repaired)).days if repaired else None,
        "complaints_90d": sum(one.opened_at > at - QUARTER for one in complaints),
        "open_complaints": len([one for one in waiting if one in complaints]),
        "open_tickets": len(waiting),
        "disputes_12m": sum(bool(one.is_disputed) and one.opened_at > at - YEAR for one in known),
    }


def _contacts(journal: Sequence[InteractionRow], at: dt.datetime) -> dict[str, Any]:
    known = [one for one in journal if one.occurred_at <= at]
    said = [one.satisfaction for one in known if one.satisfaction and one.occurred_at > at - YEAR]
    visits = [one.occurred_at for one in known if one.kind in (InteractionKind.VISIT, InteractionKind.RETURN_VISIT)]
    care = [one.occurred_at for one in known if one.kind is InteractionKind.CARE]
    times = [one.occurred_at for one in known]
    return {
        "satisfaction_12m": (Decimal(sum(said)) / len(said)).quantize(Decimal("0.01")) if said else None,
        "days_since_contact": (at - max(times)).days if times else None,
        "days_since_care": (at - max(care)).days if care else None,
        "days_since_visit": (at - max(visits)).days if visits else None,
    }
