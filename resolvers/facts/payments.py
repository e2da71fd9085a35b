"""How a customer pays: all that was paid settles the invoices in the order in which they are due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from resolvers.facts.instants import AT, TODAY, YEAR_AGO_DAY
from resolvers.facts.parts import CUSTOMER, ENTRY, OWN_CURRENCY, Part, Within, summed
from store.ledger import LedgerKind
from store.types import Instant


class DaysUntil(FunctionElement[int]):
    """Days from a day (the second) to the day, in UTC, of an instant (the first)."""

    inherit_cache = True
    type = sa.Integer()
    name = "days_until"


@compiles(DaysUntil, "postgresql")
def _days_postgresql(element: DaysUntil, compiler: SQLCompiler, **kw: Any) -> str:
    at, day = (compiler.process(each, **kw) for each in element.clauses)
    return f"(CAST(({at}) AT TIME ZONE 'UTC' AS DATE) - ({day}))"


@compiles(DaysUntil, "sqlite")
def _days_sqlite(element: DaysUntil, compiler: SQLCompiler, **kw: Any) -> str:
    at, day = (compiler.process(each, **kw) for each in element.clauses)
    return f"CAST(julianday(substr({at}, 1, 10)) - julianday({day}) AS INTEGER)"


@dataclass(frozen=True, eq=False)
class OverduePart(Part):
    """What is overdue now."""

    def subquery(self, names: frozenset[str], within: Within) -> sa.Subquery:
        """The due sum, all that was paid or credited, and the oldest day of payment of what is not settled."""
        dues = _dues(within)
        late = dues.c.is_late
        paid = sa.func.max(dues.c.paid)
        columns = {
            "due_minor": sa.func.coalesce(sa.func.max(dues.c.running).filter(late), 0),
            "paid_minor": paid,
            "oldest_due_on": sa.func.min(dues.c.due_on).filter(late, dues.c.running > dues.c.paid),
        }
        chosen = sa.select(dues.c.customer_id.label("key"), *(columns[name].label(name) for name in sorted(names)))
        return chosen.group_by(dues.c.customer_id).subquery(self.name)


@dataclass(frozen=True, eq=False)
class PunctualityPart(Part):
    """How late the invoices were paid whose day of payment came in the last twelve months."""

    def subquery(self, names: frozenset[str], within: Within) -> sa.Subquery:
        """How many came due, how many of them were paid late or not yet, and the longest delay in days."""
        settled = _settled(within)
        delay = DaysUntil(sa.func.coalesce(settled.c.settled_at, settled.c.at), settled.c.due_on)
        is_late = sa.and_(settled.c.running > 0, delay > 0)
        columns = {
            "due_count": sa.func.count(),
            "late_count": sa.func.count().filter(is_late),
            "longest_delay": sa.func.coalesce(sa.func.max(delay).filter(is_late), 0),
        }
        chosen = sa.select(settled.c.customer_id.label("key"), *(columns[name].label(name) for name in sorted(names)))
        return chosen.where(settled.c.is_of_year).group_by(settled.c.customer_id).subquery(self.name)


def _dues(within: Within) -> sa.Subquery:
    """Each invoice with a day of payment, what such invoices add up to until it, and all that was paid."""
    joined = ENTRY.join(CUSTOMER, CUSTOMER.c.id == ENTRY.c.customer_id)
    settled = sa.select(ENTRY.c.customer_id, summed(-ENTRY.c.balance_minor).label("paid")).select_from(joined)
    paid = settled.where(*_mine(within), ENTRY.c.balance_minor < 0).group_by(ENTRY.c.customer_id).subquery("paid")
    chosen = sa.select(
        ENTRY.c.customer_id,
        ENTRY.c.due_on,
        _running(ENTRY.c.amount_minor, ENTRY.c.due_on).label("running"),
        sa.func.coalesce(paid.c.paid, 0).label("paid"),
        (ENTRY.c.due_on < TODAY).label("is_late"),
    ).select_from(joined.outerjoin(paid, paid.c.customer_id == ENTRY.c.customer_id))
    return chosen.where(*_mine(within), *_IS_DUE).subquery("dues")


def _settled(within: Within) -> sa.Subquery:
    """Each invoice with a day of payment, and when it was settled, null if it was not.

    That is by the first payment with which the sum of all payments reached the sum of all such invoices until it.
    Invoices and payments are laid on one line by those sums: one pass, whatever the number of either.
    """
    joined = ENTRY.join(CUSTOMER, CUSTOMER.c.id == ENTRY.c.customer_id)
    owed = sa.select(
        ENTRY.c.customer_id,
        ENTRY.c.due_on,
        sa.cast(sa.null(), Instant).label("paid_at"),
        _running(ENTRY.c.amount_minor, ENTRY.c.due_on).label("running"),
        AT.label("at"),
        sa.and_(ENTRY.c.due_on < TODAY, ENTRY.c.due_on >= YEAR_AGO_DAY).label("is_of_year"),
    ).select_from(joined)
    paid = sa.select(
        ENTRY.c.customer_id,
        sa.cast(sa.null(), sa.Date).label("due_on"),
        ENTRY.c.occurred_at.label("paid_at"),
        _running(-ENTRY.c.balance_minor, ENTRY.c.occurred_at).label("running"),
        AT.label("at"),
        sa.false().label("is_of_year"),
    ).select_from(joined)
    line = sa.union_all(
        owed.where(*_mine(within), *_IS_DUE), paid.where(*_mine(within), ENTRY.c.balance_minor < 0)
    ).subquery("line")
    settled_at = sa.func.min(line.c.paid_at).over(partition_by=line.c.customer_id, order_by=line.c.running.desc())
    chosen = sa.select(*line.c, settled_at.label("settled_at"))
    return chosen.subquery("settled")


def _mine(within: Within) -> tuple[sa.ColumnElement[bool], ...]:
    return (within(ENTRY.c.customer_id), ENTRY.c.occurred_at <= AT, OWN_CURRENCY)


def _running(amount: sa.ColumnElement[int], order: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """What amounts of a customer add up to, in an order."""
    total = sa.func.sum(amount).over(partition_by=ENTRY.c.customer_id, order_by=(order, ENTRY.c.id))
    return sa.cast(total, sa.BigInteger)


_IS_DUE: Final = (ENTRY.c.kind == LedgerKind.INVOICE, ENTRY.c.due_on.is_not(None))


def _columns(*names: str) -> dict[str, sa.ColumnElement[Any]]:
    """The names of the columns; the parts here say themselves what they are."""
    return dict.fromkeys(names, sa.null())


OVERDUE: Final = OverduePart(
    "overdue", _columns("due_minor", "paid_minor", "oldest_due_on"), ENTRY, ENTRY.c.customer_id
)
PUNCTUALITY: Final = PunctualityPart(
    "punctuality", _columns("due_count", "late_count", "longest_delay"), ENTRY, ENTRY.c.customer_id
)
