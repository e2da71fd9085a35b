"""Entering invoices, payments and the like into a customer's account (A6)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass
from decimal import Decimal

from outbox.event import EventKind
from resolvers.access_rows import access_customer
from resolvers.actions import Action
from resolvers.commands import Told, Unit, command
from resolvers.drafts import CustomerId
from resolvers.edits import save
from resolvers.problems import Code, refuse
from resolvers.text import Currency, Key, Prose
from resolvers.times import not_in_future
from store.base import new_id
from store.ledger import SIGN, LedgerEntryRow, LedgerKind
from store.money import LARGEST_MINOR, MoneyError, exponent, is_currency, to_decimal, to_minor


@dataclass(frozen=True)
class LedgerDraft:
    """An entry to be made; without a time it happens now. `number` is what is printed on the paper."""

    customer_id: CustomerId
    kind: LedgerKind
    number: Key
    amount: Decimal
    currency: Currency
    occurred_at: dt.datetime | None = None
    quantity: int | None = None
    due_on: dt.date | None = None
    description: Prose | None = None


class AddLedgerEntryErrorCode(enum.StrEnum):
    """Why no entry was made."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    INVALID_TIME = Code.INVALID_TIME
    IN_FUTURE = Code.IN_FUTURE
    OUT_OF_RANGE = Code.OUT_OF_RANGE
    UNKNOWN_CURRENCY = Code.UNKNOWN_CURRENCY
    INVALID_AMOUNT = Code.INVALID_AMOUNT
    NEGATIVE_AMOUNT = Code.NEGATIVE_AMOUNT
    TOO_PRECISE = Code.TOO_PRECISE
    TOO_LARGE = Code.TOO_LARGE


@command(Action.ADD_LEDGER_ENTRY, AddLedgerEntryErrorCode)
async def add_ledger_entry(unit: Unit, draft: LedgerDraft) -> uuid.UUID:
    """Make an entry in the account of a customer within reach."""
    minor = _minor(draft)
    if draft.quantity is not None and draft.quantity < 0:
        raise refuse(Code.OUT_OF_RANGE, "quantity", "a quantity is not negative")
    occurred_at = not_in_future(unit, draft.occurred_at, "occurred_at")
    customer = await access_customer(unit, draft.customer_id, "customer_id")
    row = LedgerEntryRow(
        id=new_id(),
        customer_id=customer.id,
        kind=draft.kind,
        number=draft.number,
        occurred_at=occurred_at,
        amount_minor=minor,
        balance_minor=SIGN[draft.kind] * minor,
        currency=draft.currency,
        quantity=draft.quantity,
        due_on=draft.due_on,
        description=draft.description,
        recorded_at=unit.now,
    )
    await save(unit, row)
    unit.deals_with(customer.id)
    told: dict[str, Told] = {"customerId": customer.id, "kind": row.kind.value, "number": row.number}
    unit.changed(EventKind.LEDGER_ENTERED, "LedgerEntry", row.id, **told)
    return row.id


def _minor(draft: LedgerDraft) -> int:
    """The amount in minor units. Raises Refused for what is no amount in this currency, or negative without reason."""
    if not is_currency(draft.currency):
        raise refuse(Code.UNKNOWN_CURRENCY, "currency")
    if not draft.amount.is_finite():
        raise refuse(Code.INVALID_AMOUNT, "amount")
    if draft.amount < 0 and draft.kind is not LedgerKind.ADJUSTMENT:
        raise refuse(Code.NEGATIVE_AMOUNT, "amount", "only adjustments may be negative; a return is a positive RETURN")
    if draft.amount.copy_abs() > to_decimal(LARGEST_MINOR, draft.currency):
        raise refuse(Code.TOO_LARGE, "amount", f"at most {to_decimal(LARGEST_MINOR, draft.currency):f} fits")
    try:
        return to_minor(draft.amount, draft.currency)
    except MoneyError as error:
        places = exponent(draft.currency)
        raise refuse(Code.TOO_PRECISE, "amount", f"{draft.currency} has {places} decimals") from error
