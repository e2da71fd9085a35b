"""Our form of ledger entries: one row an invoice, payment, return, sample, support or adjustment."""

from __future__ import annotations

import datetime as dt
from typing import Final

from resolvers.importing.cells import code, currency, day, decimal, instant, member, text, whole
from resolvers.importing.form import Column, Form, Values
from resolvers.importing.own_form import RowError, columns_of, parser, past, refs_of
from resolvers.importing.record import Record, RecordKind
from store.ledger import SIGN, LedgerEntryRow, LedgerKind
from store.money import MoneyError, to_minor

FORM: Final = Form(
    (
        Column("customer_code", code, "Code of the customer", required=True),
        Column("kind", member(LedgerKind), f"{', '.join(LedgerKind)}", required=True),
        Column("number", code, "Number of its paper; with customer and kind it finds the entry again", required=True),
        Column("occurred_at", instant, "When it was booked", required=True),
        Column("amount", decimal, "Amount, as 1234.50; only an ADJUSTMENT may be negative", required=True),
        Column("currency", currency, "Currency, as CNY", required=True),
        Column("quantity", whole(-(10**9), 10**9), "Number of pieces"),
        Column("due_on", day, "When it is to be paid"),
        Column("description", text(), "What it is for"),
    )
)


def _build(values: Values, line: int, now: dt.datetime) -> Record:
    past(values, now, "occurred_at")
    kind, amount = values["kind"], values["amount"]
    try:
        minor = to_minor(amount, values["currency"])
    except MoneyError as error:
        raise RowError("amount", amount, str(error)) from error
    if minor < 0 and kind is not LedgerKind.ADJUSTMENT:
        raise RowError("amount", amount, f"is negative; a {kind} has its sign by what it is")
    columns = columns_of(LedgerEntryRow, values) | {"amount_minor": minor, "balance_minor": SIGN[kind] * minor}
    refs = refs_of(values, customer_id=("customer_code", RecordKind.CUSTOMER))
    key = f"{values['customer_code']}/{kind}/{values['number']}"
    return Record(RecordKind.NUMBERED_ENTRY, key, values["occurred_at"], line, columns, refs)


parse = parser(FORM, _build)
"""The ledger entries of a file."""
