"""Invoices of a wholesaler: entries of ledgers, returns, credit use."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from store.credit import CreditAccountRow
from store.customer import CustomerRow
from store.ledger import LedgerBalanceRow, LedgerEntryRow
from tests.importing.running import FILES, SHIPPED

pytestmark = pytest.mark.anyio

HEADER = "InvoiceNo,InvoiceDate,CustomerID,Country,Quantity,UnitPrice"


def file_of(*rows: str) -> str:
    return "\r\n".join((HEADER, *rows)) + "\r\n"


ENTRY = sa.select(
    LedgerEntryRow.kind,
    LedgerEntryRow.number,
    LedgerEntryRow.amount_minor,
    LedgerEntryRow.balance_minor,
    LedgerEntryRow.quantity,
    LedgerEntryRow.currency,
)


@pytest.mark.parametrize(
    ("number", "quantity", "price", "entry"),
    [
        ("536365", "40", "3.91", ("INVOICE", 15_640, 15_640)),
        ("C536379", "-1", "27.5", ("RETURN", 2_750, -2_750)),
        ("536589", "-10", "0", ("ADJUSTMENT", 0, 0)),
        ("536590", "-10", "0.25", ("ADJUSTMENT", -250, -250)),
        ("A563186", "1", "-11062.06", ("ADJUSTMENT", -1_106_206, -1_106_206)),
        ("A563185", "1", "11062.06", ("ADJUSTMENT", 1_106_206, 1_106_206)),
        ("536414", "56", "0", ("INVOICE", 0, 0)),
        ("536370", "449", "2.7645", ("INVOICE", 124_126, 124_126)),
        ("536371", "1", "0.005", ("INVOICE", 1, 1)),
        ("C536372", "-1", "0.005", ("RETURN", 1, -1)),
    ],
)
async def test_an_invoice_is_an_entry_with_its_sign(desk, number, quantity, price, entry):
    await desk.text("online-retail", file_of(f"{number},12/1/2010 8:26,17850,United Kingdom,{quantity},{price}"))

    kind, amount, balance = entry
    assert await desk.one(ENTRY) == (kind, number, amount, balance, int(quantity), "GBP")


async def test_a_customer_has_its_latest_country_and_credit(desk):
    await desk.text(
        "online-retail",
        file_of(
            "536365,12/1/2010 8:26,12431,Australia,10,1.00",
            "536999,3/1/2011 8:26,12431,Belgium,10,2.00",
            "536366,1/1/2011 8:26,12431,Australia,10,1.00",
            "C537000,4/1/2011 8:26,12431,Belgium,-5,2.00",
        ),
    )

    customer = await desk.one(sa.select(CustomerRow))
    assert (customer.code, customer.kind, customer.country) == ("OR-12431", "ORGANISATION", "Belgium")
    assert customer.created_at.isoformat() == "2010-12-01T08:26:00+00:00"
    assert (customer.monetary_minor, customer.purchase_count, customer.currency) == (3_000, 3, "GBP")
    credit = await desk.one(sa.select(CreditAccountRow))
    assert (credit.currency, credit.limit_minor, credit.used_minor, credit.term_days) == ("GBP", None, 3_000, None)
    balances = {row.kind: row.balance_minor for row in await desk.rows(sa.select(LedgerBalanceRow))}
    assert balances == {"INVOICE": 4_000, "RETURN": -1_000}


async def test_who_never_bought_has_no_credit(desk):
    report = await desk.text("online-retail", file_of("C536379,12/1/2010 9:41,14527,Unspecified,-1,27.5"))

    assert (await desk.one(sa.select(CustomerRow.code, CustomerRow.country))) == ("OR-14527", None)
    assert "credit account" not in report.counts


async def test_rows_without_a_customer_belong_to_a_collective_one(desk):
    await desk.text(
        "online-retail",
        file_of("536414,12/1/2010 11:52,(blank),EIRE,56,2.5", "536544,12/1/2010 14:32,(blank),United Kingdom,3,5"),
    )

    customer = await desk.one(sa.select(CustomerRow))
    assert (customer.code, customer.kind, customer.country) == ("OR-CASH", "COLLECTIVE", None)
    assert customer.purchase_count == 2
    assert await desk.rows(sa.select(CreditAccountRow)) == []


async def test_a_number_may_stand_twice(desk):
    rows = (
        "536591,12/1/2010 16:57,14606,United Kingdom,10,1.00",
        "536591,12/1/2010 16:58,14606,United Kingdom,10,1.00",
        "536591,12/1/2010 16:58,14606,United Kingdom,10,1.00",
    )

    assert (await desk.text("online-retail", file_of(*rows))).counts["ledger entry"].created == 3
    assert (await desk.text("online-retail", file_of(*rows))).changes == 0


async def test_a_corrected_amount_changes_the_entry_and_the_figures(desk):
    await desk.text("online-retail", file_of("536365,12/1/2010 8:26,17850,United Kingdom,40,3.91"))

    report = await desk.text("online-retail", file_of("536365,12/1/2010 8:26,17850,United Kingdom,40,4.00"))

    assert report.changes == report.counts["ledger entry"].updated == 1
    assert await desk.one(sa.select(CustomerRow.monetary_minor)) == (16_000,)
    assert await desk.one(sa.select(CreditAccountRow.used_minor)) == (16_000,)


async def test_an_entry_stays_with_its_customer(desk):
    await desk.text("online-retail", file_of("536365,12/1/2010 8:26,17850,United Kingdom,40,3.91"))

    report = await desk.text("online-retail", file_of("536365,12/1/2010 8:26,13047,United Kingdom,40,3.91"))

    assert report.counts["ledger entry"].rejected == 1
    assert desk.refused() == [
        (2, "CustomerID", "OR-13047", "the ledger entry belongs to another customer, and stays there")
    ]


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ("X1,12/1/2010 8:26,1,France,1,1", "InvoiceNo", "is no invoice number"),
        ("1,1.12.2010 8:26,1,France,1,1", "InvoiceDate", "is no time; write it as 12/1/2010 8:26"),
        ("1,12/1/2010 8:26,x,France,1,1", "CustomerID", "is no customer number"),
        ("1,12/1/2010 8:26,1,France,1.5,1", "Quantity", "is no whole number"),
        ("1,12/1/2010 8:26,1,France,1", "", "has 5 cells where the header has 6"),
        ("1,12/1/2010 8:26,1,France,1,1e5", "UnitPrice", "is no decimal number"),
        ('1,12/1/2010 8:26,1,France,1,"1,000"', "UnitPrice", "is no decimal number"),
        ("1,12/1/2010 8:26,1,France,999999999,999999999999999", "UnitPrice", "times the quantity is too much"),
    ],
)
async def test_what_a_cell_cannot_say_is_refused_with_its_place(desk, cells, column, reason):
    good = "536365,12/1/2010 8:26,17850,United Kingdom,40,3.91"

    report = await desk.text("online-retail", file_of(cells, good))

    ((line, where, _, why),) = desk.refused()
    assert (line, where) == (2, column)
    assert why.startswith(reason)
    assert (report.counts["ledger entry"].read, report.counts["ledger entry"].created) == (2, 1)
    assert await desk.one(sa.select(CustomerRow.code)) == ("OR-17850",)


async def test_the_ledger_adds_up_to_what_the_file_says(desk):
    report = await desk.file("online-retail", SHIPPED / FILES["online-retail"])

    totals = sa.select(LedgerEntryRow.kind, sa.func.count(), sa.func.sum(LedgerEntryRow.balance_minor))
    kinds = {row[0]: row[1:] for row in await desk.rows(totals.group_by(LedgerEntryRow.kind))}
    worth = await desk.one(sa.select(sa.func.sum(CustomerRow.monetary_minor)))
    assert sum(count for count, _ in kinds.values()) == report.counts["ledger entry"].created
    assert int(worth[0]) == int(kinds["INVOICE"][1] + kinds["RETURN"][1])
