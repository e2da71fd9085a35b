"""Invoices of a wholesaler, one row an invoice, as entries of its customers' ledgers.

Local times of the publisher carry no zone; they are taken for UTC. An amount is quantity times mean price, rounded
half up to pence, as near as the publisher's rows allow.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from resolvers.importing.cells import CellError, decimal, local_time, text, whole
from resolvers.importing.form import Column, Form, Values, csv_rows, misfit
from resolvers.importing.record import Fact, Parsed, Record, RecordKind, Ref, Rejection
from resolvers.importing.textfile import BadRow, Line
from store.customer import CustomerKind
from store.ledger import SIGN, LedgerKind
from store.money import MoneyError, to_minor

CURRENCY = "GBP"
CASH = "OR-CASH"
"""Code of the customer that stands for everyone whom the publisher does not name."""
UNNAMED = "(blank)"
_NOWHERE = "Unspecified"

_time = local_time("%m/%d/%Y %H:%M", "12/1/2010 8:26")


def _customer_number(value: str) -> str:
    if value != UNNAMED and not (value.isascii() and value.isdigit() and len(value) <= 12):
        raise CellError(f"is no customer number; write digits, or {UNNAMED} for a customer without one")
    return value


def _invoice_number(value: str) -> str:
    digits = value[1:] if value[:1] in {"A", "C"} else value
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
        raise CellError("is no invoice number; write digits, with a C before them for a return, an A for an adjustment")
    return value


FORM = Form(
    whole=True,
    columns=(
        Column("InvoiceNo", _invoice_number, "number; C begins a cancellation, A an adjustment", required=True),
        Column("InvoiceDate", _time, "when it was written", required=True),
        Column("CustomerID", _customer_number, "the customer", required=True),
        Column("Country", text(), "the customer's country, by its latest invoice", required=True),
        Column("Quantity", whole(-(10**9), 10**9), "quantity, with its sign", required=True),
        Column("UnitPrice", decimal, "mean price in pounds", required=True),
    ),
)


@dataclass(slots=True)
class _Buyer:
    """What the rows tell about one customer."""

    first: tuple[dt.datetime, int]
    latest: tuple[dt.datetime, int]
    country: str
    bought: bool = False


@dataclass(slots=True)
class _Count:
    """What was seen so far."""

    buyers: dict[str, _Buyer] = field(default_factory=dict)
    alike: Counter[tuple[str, dt.datetime]] = field(default_factory=Counter)
    kinds: Counter[LedgerKind] = field(default_factory=Counter)
    cancelled: int = 0
    unnamed: int = 0


def parse(lines: Iterator[Line], suffix: str, now: dt.datetime) -> Iterator[Parsed]:
    """The customers and ledger entries of a file."""
    del suffix, now
    count = _Count()
    for row in csv_rows(FORM, lines):
        if isinstance(row, BadRow):
            yield misfit(row)
            continue
        values, wrong = FORM.values(row)
        yield from wrong
        if not wrong:
            yield _entry(row.line, values, count)
    for number, buyer in count.buyers.items():
        yield _customer(number, buyer)
    yield from _facts(count)


def entry_kind(invoice: str, quantity: int, price: Decimal) -> LedgerKind:
    """C is a return. What takes back or writes off without being one, and the publisher's A rows, are adjustments."""
    if invoice.startswith("C"):
        return LedgerKind.RETURN
    return LedgerKind.ADJUSTMENT if invoice.startswith("A") or quantity < 0 or price < 0 else LedgerKind.INVOICE


def _entry(line: int, values: Values, count: _Count) -> Record | Rejection:
    number, at, quantity = values["InvoiceNo"], values["InvoiceDate"], values["Quantity"]
    kind = entry_kind(number, quantity, values["UnitPrice"])
    product = (quantity * values["UnitPrice"]).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    try:
        amount = to_minor(product if kind is LedgerKind.ADJUSTMENT else abs(product), CURRENCY)
    except MoneyError as error:
        return Rejection(line, "UnitPrice", str(values["UnitPrice"]), f"times the quantity is too much: {error}")
    count.alike[number, at] += 1
    entry: dict[str, Any] = {
        "kind": kind,
        "number": number,
        "occurred_at": at,
        "amount_minor": amount,
        "balance_minor": SIGN[kind] * amount,
        "currency": CURRENCY,
        "quantity": quantity,
    }
    _note(count, line, values, kind, amount)
    key = f"{number}/{at.isoformat()}/{count.alike[number, at]}"
    refs = {"customer_id": Ref(RecordKind.CUSTOMER, _code(values["CustomerID"]), "CustomerID")}
    return Record(RecordKind.LEDGER_ENTRY, key, at, line, entry, refs)


def _note(count: _Count, line: int, values: Values, kind: LedgerKind, amount: int) -> None:
    seen = (values["InvoiceDate"], line)
    number = values["CustomerID"]
    buyer = count.buyers.setdefault(number, _Buyer(seen, seen, values["Country"]))
    buyer.first = min(buyer.first, seen)
    if seen >= buyer.latest:
        buyer.latest, buyer.country = seen, values["Country"]
    buyer.bought = buyer.bought or (kind is LedgerKind.INVOICE and amount > 0)
    count.kinds[kind] += 1
    count.cancelled += kind is LedgerKind.RETURN
    count.unnamed += number == UNNAMED


def _code(number: str) -> str:
    return CASH if number == UNNAMED else f"OR-{number}"


def _customer(number: str, buyer: _Buyer) -> Record:
    """A customer; who is named and bought anything has a credit account, without a limit that nobody published."""
    code, (at, line) = _code(number), buyer.first
    named = number != UNNAMED
    values = {
        "code": code,
        "kind": CustomerKind.ORGANISATION if named else CustomerKind.COLLECTIVE,
        "name": f"Customer {number}" if named else "Customers without a number",
        "country": buyer.country if named and buyer.country != _NOWHERE else None,
        "currency": CURRENCY,
        "source": "online-retail",
        "created_at": at,
    }
    credit = Record(RecordKind.CREDIT, code, at, line, {"currency": CURRENCY, "created_at": at})
    return Record(RecordKind.CUSTOMER, code, at, line, values, parts=(credit,) if named and buyer.bought else ())


def _facts(count: _Count) -> Iterator[Fact]:
    kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(count.kinds.items()))
    yield Fact("invoices", count.kinds.total(), kinds)
    yield Fact("cancelled", count.cancelled, "invoices whose number begins with C")
    yield Fact("customers", len(count.buyers.keys() - {UNNAMED}), "identified")
    yield Fact("unidentified", count.unnamed, f"invoices without a customer, kept under {CASH}")
