"""What facts are made of: tables of the record, narrowed to what had happened by the instant, a row a customer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from resolvers.facts.instants import AT, QUARTER_AGO, TODAY, TWO_YEARS_AGO, YEAR_AGO
from store.base import Base
from store.interaction import InteractionKind
from store.ledger import LedgerKind
from store.ticket import ENDED, TicketKind

Within = Callable[[sa.ColumnElement[uuid.UUID]], sa.ColumnElement[bool]]
"""Narrows a column of customer ids to the customers that are asked for."""

CUSTOMER: Final = Base.metadata.tables["customer"]
_ENTRY: Final = Base.metadata.tables["ledger_entry"]
_TICKET: Final = Base.metadata.tables["ticket"]
_INTERACTION: Final = Base.metadata.tables["interaction"]
_GRADE: Final = Base.metadata.tables["grade_period"]
_CREDIT: Final = Base.metadata.tables["credit_account"]


@dataclass(frozen=True, eq=False)
class Part:
    """A source of columns by customer. Only those that a fact needs are selected."""

    name: str
    columns: Mapping[str, sa.ColumnElement[Any]]
    source: sa.FromClause
    customer_id: sa.ColumnElement[uuid.UUID]
    holds: tuple[sa.ColumnElement[bool], ...] = ()
    is_grouped: bool = True

    def subquery(self, names: frozenset[str], within: Within) -> sa.Subquery:
        """Its rows with these columns, one a customer that has any."""
        columns = [self.columns[name].label(name) for name in sorted(names)]
        chosen = sa.select(self.customer_id.label("customer_id"), *columns).select_from(self.source)
        chosen = chosen.where(within(self.customer_id), *self.holds)
        return (chosen.group_by(self.customer_id) if self.is_grouped else chosen).subquery(self.name)


def _sum(amount: sa.ColumnElement[int], *when: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    """A sum as a 64-bit integer of the rows for which all conditions hold, 0 if there are none."""
    total = sa.func.sum(amount).filter(*when) if when else sa.func.sum(amount)
    return sa.cast(sa.func.coalesce(total, 0), sa.BigInteger)


def _count(*when: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.count().filter(*when)


_VALUE: Final = sa.case(
    {LedgerKind.INVOICE.value: _ENTRY.c.amount_minor, LedgerKind.RETURN.value: -_ENTRY.c.amount_minor},
    value=_ENTRY.c.kind,
    else_=0,
)
_BOUGHT: Final = sa.and_(_ENTRY.c.kind == LedgerKind.INVOICE, _ENTRY.c.amount_minor > 0)
_OWN_CURRENCY: Final = _ENTRY.c.currency == CUSTOMER.c.currency

LEDGER: Final = Part(
    "ledger",
    {
        "spent_12m": _sum(_VALUE, _ENTRY.c.occurred_at > YEAR_AGO, _OWN_CURRENCY),
        "spent_before_12m": _sum(
            _VALUE, _ENTRY.c.occurred_at <= YEAR_AGO, _ENTRY.c.occurred_at > TWO_YEARS_AGO, _OWN_CURRENCY
        ),
        "purchases_12m": _count(_BOUGHT, _ENTRY.c.occurred_at > YEAR_AGO),
        "first_purchase_at": sa.func.min(_ENTRY.c.occurred_at).filter(_BOUGHT),
        "last_purchase_at": sa.func.max(_ENTRY.c.occurred_at).filter(_BOUGHT),
        "balance": _sum(_ENTRY.c.balance_minor, _OWN_CURRENCY),
    },
    _ENTRY.join(CUSTOMER, CUSTOMER.c.id == _ENTRY.c.customer_id),
    _ENTRY.c.customer_id,
    (_ENTRY.c.occurred_at <= AT,),
)

_COMPLAINT: Final = _TICKET.c.kind == TicketKind.COMPLAINT
_ENDED_AT: Final = sa.func.coalesce(_TICKET.c.resolved_at, _TICKET.c.closed_at, _TICKET.c.updated_at)
_HAS_ENDED: Final = sa.and_(_TICKET.c.status.in_(sorted(ENDED)), _ENDED_AT <= AT)

TICKETS: Final = Part(
    "tickets",
    {
        "complaints_90d": _count(_COMPLAINT, _TICKET.c.opened_at > QUARTER_AGO),
        "open_complaints": _count(_COMPLAINT, ~_HAS_ENDED),
        "disputes_12m": _count(_TICKET.c.is_disputed, _TICKET.c.opened_at > YEAR_AGO),
    },
    _TICKET,
    _TICKET.c.customer_id,
    (_TICKET.c.opened_at <= AT,),
)

_THIS_YEAR: Final = _INTERACTION.c.occurred_at > YEAR_AGO
_VISIT: Final = _INTERACTION.c.kind.in_([InteractionKind.VISIT, InteractionKind.RETURN_VISIT])

JOURNAL: Final = Part(
    "journal",
    {
        "satisfaction_sum": _sum(_INTERACTION.c.satisfaction, _THIS_YEAR),
        "satisfaction_count": sa.func.count(_INTERACTION.c.satisfaction).filter(_THIS_YEAR),
        "last_contact_at": sa.func.max(_INTERACTION.c.occurred_at),
        "last_visit_at": sa.func.max(_INTERACTION.c.occurred_at).filter(_VISIT),
    },
    _INTERACTION,
    _INTERACTION.c.customer_id,
    (_INTERACTION.c.occurred_at <= AT,),
)

GRADE: Final = Part(
    "grade",
    {"grade": _GRADE.c.grade, "grade_since": _GRADE.c.since},
    _GRADE,
    _GRADE.c.customer_id,
    (_GRADE.c.since <= AT, sa.or_(_GRADE.c.until.is_(None), _GRADE.c.until > AT)),
    is_grouped=False,
)

CREDIT: Final = Part(
    "credit",
    {"rating": _CREDIT.c.rating, "limit_minor": _CREDIT.c.limit_minor, "credit_currency": _CREDIT.c.currency},
    _CREDIT,
    _CREDIT.c.customer_id,
    is_grouped=False,
)


@dataclass(frozen=True, eq=False)
class OverduePart(Part):
    """What is overdue: all that was paid settles the invoices with a day of payment in the order in which it comes."""

    def subquery(self, names: frozenset[str], within: Within) -> sa.Subquery:
        """The due sum, all that was paid or credited, and the oldest day of payment of what is not settled."""
        dues = _dues(within)
        late = dues.c.due_on < TODAY
        paid = sa.func.max(dues.c.paid)
        columns = {
            "due_minor": sa.func.coalesce(sa.func.max(dues.c.running).filter(late), 0),
            "paid_minor": paid,
            "oldest_due_on": sa.func.min(dues.c.due_on).filter(late, dues.c.running > dues.c.paid),
        }
        chosen = sa.select(dues.c.customer_id, *(columns[name].label(name) for name in sorted(names)))
        return chosen.group_by(dues.c.customer_id).subquery(self.name)


def _dues(within: Within) -> sa.Subquery:
    """Each invoice with a day of payment, what such invoices add up to until it, and all that was paid."""
    mine = (within(_ENTRY.c.customer_id), _ENTRY.c.occurred_at <= AT, _OWN_CURRENCY)
    joined = _ENTRY.join(CUSTOMER, CUSTOMER.c.id == _ENTRY.c.customer_id)
    settled = sa.select(_ENTRY.c.customer_id, _sum(-_ENTRY.c.balance_minor).label("paid")).select_from(joined)
    paid = settled.where(*mine, _ENTRY.c.balance_minor < 0).group_by(_ENTRY.c.customer_id).subquery("paid")
    running = sa.func.sum(_ENTRY.c.amount_minor).over(
        partition_by=_ENTRY.c.customer_id, order_by=(_ENTRY.c.due_on, _ENTRY.c.id)
    )
    chosen = sa.select(
        _ENTRY.c.customer_id,
        _ENTRY.c.due_on,
        sa.cast(running, sa.BigInteger).label("running"),
        sa.func.coalesce(paid.c.paid, 0).label("paid"),
    ).select_from(joined.outerjoin(paid, paid.c.customer_id == _ENTRY.c.customer_id))
    return chosen.where(*mine, _ENTRY.c.kind == LedgerKind.INVOICE, _ENTRY.c.due_on.is_not(None)).subquery("dues")


OVERDUE: Final = OverduePart(
    "overdue",
    dict.fromkeys(("due_minor", "paid_minor", "oldest_due_on"), sa.null()),
    _ENTRY,
    _ENTRY.c.customer_id,
)
