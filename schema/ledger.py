"""The full account history, as clients see it."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal

import strawberry

from resolvers.reading import column, entity, global_id, one, part
from resolvers.reading.filtering import Choice, Range, TextFilter, by, filters, milli
from resolvers.scopes import through_customer
from schema.exposing import expose
from schema.links import CustomerLink
from schema.money import Money
from schema.paging import Node, TimelineItem
from schema.thousandths import thousandths
from store.ledger import LedgerBalanceRow, LedgerEntryRow, LedgerKind


@entity(LedgerEntryRow, "A dated entry of a customer's account. 往来账", scope=through_customer)
class LedgerEntry(Node, TimelineItem):
    """One entry."""

    id: strawberry.ID = global_id()
    kind: LedgerKind = column(LedgerEntryRow.kind, "What the entry records.")
    number: str = column(LedgerEntryRow.number, "The document's number.")
    happened_at: dt.datetime = column(LedgerEntryRow.occurred_at, "The entry's date and time.")
    amount: Money | None = part("The amount.", minor=LedgerEntryRow.amount_minor, currency=LedgerEntryRow.currency)
    effect: Money | None = part(
        "What the entry adds to the customer's debt.",
        minor=LedgerEntryRow.balance_minor,
        currency=LedgerEntryRow.currency,
    )
    quantity: int | None = column(LedgerEntryRow.quantity, "How many pieces.")
    due_on: dt.date | None = column(LedgerEntryRow.due_on, "When an invoice is to be paid.")
    description: str | None = column(LedgerEntryRow.description, "What it was for.")
    customer: CustomerLink = one(lambda e, c: c.id == e.customer_id, "The customer.", within=True)


@entity(
    LedgerBalanceRow, "What a customer's entries of one kind and currency add up to. 往来账余额", scope=through_customer
)
class LedgerBalance:
    """One sum."""

    kind: LedgerKind = column(LedgerBalanceRow.kind, "The kind of the entries.")
    currency: str = column(LedgerBalanceRow.currency, "The currency of the entries.")
    entry_count: int = column(LedgerBalanceRow.entry_count, "How many entries.")
    amount: Money | None = part(
        "The sum of their amounts.", minor=LedgerBalanceRow.amount_minor, currency=LedgerBalanceRow.currency
    )
    effect: Money | None = part(
        "What they add to the customer's debt.",
        minor=LedgerBalanceRow.balance_minor,
        currency=LedgerBalanceRow.currency,
    )
    last_entry_at: dt.datetime = column(LedgerBalanceRow.last_entry_at, "When the last of them was.")


class LedgerOrder(enum.StrEnum):
    """Orders of ledger entries."""

    HAPPENED_AT_DESC = "HAPPENED_AT_DESC"
    HAPPENED_AT_ASC = "HAPPENED_AT_ASC"


expose(LedgerOrder, "How ledger entries are ordered.", "latest first\nearliest first")

LEDGER_ORDERS = {
    LedgerOrder.HAPPENED_AT_DESC: (LedgerEntryRow.occurred_at.desc(), LedgerEntryRow.id.desc()),
    LedgerOrder.HAPPENED_AT_ASC: (LedgerEntryRow.occurred_at, LedgerEntryRow.id),
}


@filters(LedgerEntryRow, "Which ledger entries.")
class LedgerFilter:
    """Criteria over entries."""

    kind: Choice[LedgerKind] | None = by(LedgerEntryRow.kind, "By what the entry records.")
    number: TextFilter | None = by(LedgerEntryRow.number, "By the document's number.")
    happened_at: Range[dt.datetime] | None = by(LedgerEntryRow.occurred_at, "By its time.")
    due_on: Range[dt.date] | None = by(LedgerEntryRow.due_on, "By when it is to be paid.")
    currency: TextFilter | None = by(LedgerEntryRow.currency, "By currency.")
    amount: Range[Decimal] | None = by(
        lambda e: thousandths(e.amount_minor, e.currency), "By the amount, whatever its currency.", milli
    )
