"""What facts are made of: tables of the record, narrowed to what had happened by the instant, a row a subject."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from resolvers.facts.instants import AT, MONTH_AGO, QUARTER_AGO, TWO_YEARS_AGO, YEAR_AGO
from store.base import Base
from store.interaction import InteractionKind
from store.ledger import LedgerKind
from store.ticket import ENDED, TicketKind

Within = Callable[[sa.ColumnElement[uuid.UUID]], sa.ColumnElement[bool]]
"""Narrows a column of ids to the subjects that are asked for."""

CUSTOMER: Final = Base.metadata.tables["customer"]
ENTRY: Final = Base.metadata.tables["ledger_entry"]
_TICKET: Final = Base.metadata.tables["ticket"]
_INTERACTION: Final = Base.metadata.tables["interaction"]
_GRADE: Final = Base.metadata.tables["grade_period"]
_CREDIT: Final = Base.metadata.tables["credit_account"]


@dataclass(frozen=True, eq=False)
class Part:
    """A source of columns by subject. Only those that a fact needs are selected."""

    name: str
    columns: Mapping[str, sa.ColumnElement[Any]]
    source: sa.FromClause
    key: sa.ColumnElement[uuid.UUID]
    """The id of the subject."""
    holds: tuple[sa.ColumnElement[bool], ...] = ()
    is_grouped: bool = True

    def subquery(self, names: frozenset[str], within: Within) -> sa.Subquery:
        """Its rows with these columns, one a subject that has any."""
        columns = [self.columns[name].label(name) for name in sorted(names)]
        chosen = sa.select(self.key.label("key"), *columns).select_from(self.source)
        chosen = chosen.where(within(self.key), *self.holds)
        return (chosen.group_by(self.key) if self.is_grouped else chosen).subquery(self.name)


def summed(amount: sa.ColumnElement[int], *when: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    """A sum as a 64-bit integer of the rows for which all conditions hold, 0 if there are none."""
    total = sa.func.sum(amount).filter(*when) if when else sa.func.sum(amount)
    return sa.cast(sa.func.coalesce(total, 0), sa.BigInteger)


def _count(*when: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.count().filter(*when)


_VALUE: Final = sa.case(
    {LedgerKind.INVOICE.value: ENTRY.c.amount_minor, LedgerKind.RETURN.value: -ENTRY.c.amount_minor},
    value=ENTRY.c.kind,
    else_=0,
)
_BOUGHT: Final = sa.and_(ENTRY.c.kind == LedgerKind.INVOICE, ENTRY.c.amount_minor > 0)
OWN_CURRENCY: Final = ENTRY.c.currency == CUSTOMER.c.currency

LEDGER: Final = Part(
    "ledger",
    {
        "spent_12m": summed(_VALUE, ENTRY.c.occurred_at > YEAR_AGO, OWN_CURRENCY),
        "spent_before_12m": summed(
            _VALUE, ENTRY.c.occurred_at <= YEAR_AGO, ENTRY.c.occurred_at > TWO_YEARS_AGO, OWN_CURRENCY
        ),
        "payments_12m": _count(ENTRY.c.kind == LedgerKind.PAYMENT, ENTRY.c.occurred_at > YEAR_AGO),
        "purchases_12m": _count(_BOUGHT, ENTRY.c.occurred_at > YEAR_AGO),
        "first_purchase_at": sa.func.min(ENTRY.c.occurred_at).filter(_BOUGHT),
        "last_purchase_at": sa.func.max(ENTRY.c.occurred_at).filter(_BOUGHT),
        "balance": summed(ENTRY.c.balance_minor, OWN_CURRENCY),
    },
    ENTRY.join(CUSTOMER, CUSTOMER.c.id == ENTRY.c.customer_id),
    ENTRY.c.customer_id,
    (ENTRY.c.occurred_at <= AT,),
)

_COMPLAINT: Final = _TICKET.c.kind == TicketKind.COMPLAINT
_ENDED_AT: Final = sa.func.coalesce(_TICKET.c.resolved_at, _TICKET.c.closed_at, _TICKET.c.updated_at)
_REPAIR: Final = _TICKET.c.kind == TicketKind.REPAIR
_HAS_ENDED: Final = sa.and_(_TICKET.c.status.in_(sorted(ENDED)), _ENDED_AT <= AT)

TICKETS: Final = Part(
    "tickets",
    {
        "complaints_30d": _count(_COMPLAINT, _TICKET.c.opened_at > MONTH_AGO),
        "complaints_90d": _count(_COMPLAINT, _TICKET.c.opened_at > QUARTER_AGO),
        "open_complaints": _count(_COMPLAINT, ~_HAS_ENDED),
        "repairs_12m": _count(_REPAIR, _TICKET.c.opened_at > YEAR_AGO),
        "last_repair_at": sa.func.max(_TICKET.c.resolved_at).filter(_REPAIR, _TICKET.c.resolved_at <= AT),
        "open_tickets": _count(~_HAS_ENDED),
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
        "satisfaction_sum": summed(_INTERACTION.c.satisfaction, _THIS_YEAR),
        "satisfaction_count": sa.func.count(_INTERACTION.c.satisfaction).filter(_THIS_YEAR),
        "last_contact_at": sa.func.max(_INTERACTION.c.occurred_at),
        "last_care_at": sa.func.max(_INTERACTION.c.occurred_at).filter(_INTERACTION.c.kind == InteractionKind.CARE),
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
    {
        "rating": _CREDIT.c.rating,
        "limit_minor": _CREDIT.c.limit_minor,
        "credit_currency": _CREDIT.c.currency,
        "is_blocked": _CREDIT.c.is_blocked,
        "reviewed_on": _CREDIT.c.reviewed_on,
    },
    _CREDIT,
    _CREDIT.c.customer_id,
    is_grouped=False,
)
