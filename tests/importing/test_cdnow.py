"""Purchases of a music shop: invoices that are paid at once."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from resolvers.importing import UnreadableFileError
from store.customer import CustomerRow
from store.ledger import LedgerEntryRow

pytestmark = pytest.mark.anyio

ENTRIES = sa.select(
    LedgerEntryRow.kind,
    LedgerEntryRow.number,
    LedgerEntryRow.occurred_at,
    LedgerEntryRow.balance_minor,
    LedgerEntryRow.quantity,
).order_by(LedgerEntryRow.occurred_at, LedgerEntryRow.id)
NOON = dt.datetime(1997, 1, 1, 12, tzinfo=dt.UTC)


async def test_a_purchase_is_an_invoice_and_its_payment(desk):
    await desk.text("cdnow", " 00004 0001 19970101  2   29.33\r\n")

    customer = await desk.one(sa.select(CustomerRow))
    assert [tuple(row) for row in await desk.rows(ENTRIES)] == [
        ("INVOICE", "CD-00004-19970101-1", NOON, 2_933, 2),
        ("PAYMENT", "CD-00004-19970101-1", NOON, -2_933, None),
    ]
    assert (customer.code, customer.kind, customer.created_at) == ("CD-00004", "PERSON", NOON)
    assert (customer.monetary_minor, customer.currency, customer.purchase_count) == (2_933, "USD", 1)


async def test_nothing_is_paid_for_nothing(desk):
    await desk.text("cdnow", " 00004 0001 19970101  1    0.00\r\n")

    assert [row.kind for row in await desk.rows(ENTRIES)] == ["INVOICE"]


async def test_purchases_of_one_day_are_numbered(desk):
    lines = " 00004 0001 19970101  2   29.33\r\n" * 2 + "\r\n 00004 0001 19970102  2   29.33\r\n"

    assert (await desk.text("cdnow", lines)).counts["ledger entry"].created == 6
    assert (await desk.text("cdnow", lines)).changes == 0


@pytest.mark.parametrize(
    ("line", "column", "value", "reason"),
    [
        ("00005 0001 19970230 2 1.00", "date", "19970230", "is no time; write it as 19970101"),
        ("00005 0001 19970201 -2 1.00", "cds", "-2", "is not between 0 and 100000"),
        ("00005 0001 19970201 2 1.001", "dollars", "1.001", "USD has 2 decimals, and 1.001 has more"),
        ("00005 0001 19970201 2 -1.00", "dollars", "-1.00", "is negative; a purchase is not"),
        ("0000x 0001 19970201 2 1.00", "master_id", "0000x", "is no number of a customer; write digits"),
        (
            "00005 0001 19970201 2",
            "",
            "00005 0001 19970201 2",
            "has 4 values; master_id, sample_id, date, cds, dollars",
        ),
    ],
)
async def test_what_a_line_cannot_say_is_refused_with_its_place(desk, line, column, value, reason):
    await desk.text("cdnow", f" 00004 0001 19970101  2   29.33\n{line}\n 00006 0001 19970101  2   29.33\n")

    ((number, where, shown, why),) = desk.refused()
    assert (number, where, shown) == (2, column, value)
    assert why.startswith(reason)
    assert len(await desk.rows(sa.select(CustomerRow.id))) == 2


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", None, "the file is empty"),
        ("number,incident_state\n", 1, "1 values where 5 belong"),
        (" 00004 0001 19970101  2   29.33\n 00006 0001 1997", 2, "3 values where 5 belong"),
    ],
)
async def test_another_file_or_half_of_one_is_refused_as_a_whole(desk, text, line, reason):
    with pytest.raises(UnreadableFileError, match=reason) as refused:
        await desk.text("cdnow", text)

    assert refused.value.line == line
    assert await desk.counts() == {}
