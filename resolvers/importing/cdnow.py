"""Purchases of an online music shop. Each is an invoice and, since the shop was paid at once, the payment of it.

Without the payments every customer would stand as a debtor of all it ever bought. The publisher gives days without
times: a day is kept as its noon in UTC.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from resolvers.importing.cells import CellError, decimal, local_noon, whole
from resolvers.importing.errors import UnreadableFileError
from resolvers.importing.form import Column, Form, Values, misfit
from resolvers.importing.record import Fact, Parsed, Record, RecordKind, Ref
from resolvers.importing.textfile import BadRow, Line, RawRow
from store.customer import CustomerKind
from store.ledger import SIGN, LedgerKind
from store.money import MoneyError, to_minor

CURRENCY = "USD"


def _digits(value: str) -> str:
    if not (value.isascii() and value.isdigit() and len(value) <= 12):
        raise CellError("is no number of a customer; write digits")
    return value


def _dollars(value: str) -> int:
    amount: Decimal = decimal(value)
    if amount < 0:
        raise CellError("is negative; a purchase is not")
    try:
        return to_minor(amount, CURRENCY)
    except MoneyError as error:
        raise CellError(str(error)) from error


FORM = Form(
    whole=True,
    columns=(
        Column("master_id", _digits, "the customer", required=True),
        Column("sample_id", _digits, "not kept: the publisher's number in the sample", required=True),
        Column("date", local_noon("%Y%m%d", "19970101"), "when it was bought", required=True),
        Column("cds", whole(0, 100_000), "number of CDs", required=True),
        Column("dollars", _dollars, "amount", required=True),
    ),
)
"""The file has no header: the columns stand in this order, with spaces between them."""

_NAMES = [column.name for column in FORM.columns]


def parse(lines: Iterator[Line], suffix: str, now: dt.datetime) -> Iterator[Parsed]:
    """The customers and purchases of a file."""
    del suffix, now
    alike: Counter[str] = Counter()
    first: dict[str, tuple[dt.datetime, int]] = {}
    for row in _rows(lines):
        if isinstance(row, BadRow):
            yield misfit(row)
            continue
        values, wrong = FORM.values(row)
        yield from wrong
        if not wrong:
            seen = (values["date"], row.line)
            first[values["master_id"]] = min(first.get(values["master_id"], seen), seen)
            day = f"CD-{values['master_id']}-{values['date']:%Y%m%d}"
            alike[day] += 1
            yield from _purchase(row.line, values, f"{day}-{alike[day]}")
    for customer, (bought, line) in first.items():
        yield _customer(customer, bought, line)
    yield Fact("purchases", alike.total())
    yield Fact("customers", len(first))


def _rows(lines: Iterator[Line]) -> Iterator[RawRow | BadRow]:
    """The lines as rows. A first line that does not fit is that of another file, a last one that was cut off."""
    number = 0
    for line in lines:
        number, cells = line.number, line.text.split()
        if len(cells) == len(_NAMES):
            yield RawRow(number, dict(zip(_NAMES, cells, strict=True)))
        elif cells and (number == 1 or not line.ended):
            cure = f"Each line holds, with spaces between them: {', '.join(_NAMES)}"
            raise UnreadableFileError(number, f"{len(cells)} values where {len(_NAMES)} belong", cure)
        elif cells:
            yield BadRow(number, line.text.strip(), f"has {len(cells)} values; {', '.join(_NAMES)} belong here")
    if not number:
        raise UnreadableFileError(None, "the file is empty", "Fetch it again")


def _purchase(line: int, values: Values, number: str) -> Iterator[Record]:
    kinds = (LedgerKind.INVOICE, LedgerKind.PAYMENT) if values["dollars"] else (LedgerKind.INVOICE,)
    refs = {"customer_id": Ref(RecordKind.CUSTOMER, f"CD-{values['master_id']}", "master_id")}
    for order, kind in enumerate(kinds):
        entry: dict[str, Any] = {
            "kind": kind,
            "number": number,
            "occurred_at": values["date"],
            "amount_minor": values["dollars"],
            "balance_minor": SIGN[kind] * values["dollars"],
            "currency": CURRENCY,
            "quantity": values["cds"] if kind is LedgerKind.INVOICE else None,
        }
        yield Record(RecordKind.LEDGER_ENTRY, f"{number}/{kind}", values["date"], line, entry, refs, order=order)


def _customer(number: str, bought: dt.datetime, line: int) -> Record:
    code = f"CD-{number}"
    values = {
        "code": code,
        "kind": CustomerKind.PERSON,
        "name": f"Customer {number}",
        "currency": CURRENCY,
        "source": "cdnow",
        "created_at": bought,
    }
    return Record(RecordKind.CUSTOMER, code, bought, line, values)
