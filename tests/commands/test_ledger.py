"""Making entries in customers' accounts."""

from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.ledger import LedgerDraft, add_ledger_entry
from store.credit import CreditAccountRow
from store.customer import CustomerRow
from store.ledger import LedgerBalanceRow, LedgerEntryRow, LedgerKind
from tests.commands.probes import statements
from tests.commands.worlds import Office
from tests.factories import NOW, TODAY
from tests.factories.credit import add_credit_account

pytestmark = pytest.mark.anyio


def draft(office: Office, kind: LedgerKind, amount: str, **values) -> LedgerDraft:
    defaults = {"customer_id": office.world.own, "number": "INV-1", "currency": "CNY"}
    return LedgerDraft(**{**defaults, "kind": kind, "amount": Decimal(amount), **values})


async def test_an_invoice_is_entered(office: Office):
    world = office.world
    entry = draft(office, LedgerKind.INVOICE, "1234.5", quantity=3, due_on=TODAY, description="Pumps")
    row = await office.row(LedgerEntryRow, await office.do(add_ledger_entry, entry, by=world.supervisor))
    assert (row.customer_id, row.amount_minor, row.balance_minor, row.currency) == (world.own, 123450, 123450, "CNY")
    assert (row.occurred_at, row.recorded_at, row.quantity, row.due_on) == (NOW, NOW, 3, TODAY)
    [event] = await office.rows(sa.select(LogEventRow))
    assert event.kind == "ledger.entered"
    assert event.data == {"customerId": str(world.own), "kind": "INVOICE", "number": "INV-1"}


async def test_an_amount_is_kept_in_minor_units(office: Office):
    for kind, amount, currency, minor, balance in (
        (LedgerKind.PAYMENT, "10", "CNY", 1000, -1000),
        (LedgerKind.RETURN, "10.05", "EUR", 1005, -1005),
        (LedgerKind.SAMPLE, "1e1", "USD", 1000, 0),
        (LedgerKind.ADJUSTMENT, "-7.20", "CNY", -720, -720),
        (LedgerKind.INVOICE, "500.000", "JPY", 500, 500),
        (LedgerKind.INVOICE, "1.234", "KWD", 1234, 1234),
        (LedgerKind.INVOICE, "-0", "CNY", 0, 0),
        (LedgerKind.INVOICE, "10000000000000", "CNY", 10**15, 10**15),
    ):
        key = await office.do(add_ledger_entry, draft(office, kind, amount, currency=currency))
        row = await office.row(LedgerEntryRow, key)
        assert (row.amount_minor, row.balance_minor, row.currency) == (minor, balance, currency)


async def test_figures_balances_and_credit_follow(office: Office):
    async with office.database.transaction() as session:
        await add_credit_account(session, await session.get_one(CustomerRow, office.world.own))
    before = NOW - dt.timedelta(days=9)
    await office.do(add_ledger_entry, draft(office, LedgerKind.INVOICE, "100", occurred_at=before))
    await office.do(add_ledger_entry, draft(office, LedgerKind.PAYMENT, "30"))
    customer = await office.row(CustomerRow, office.world.own)
    assert (customer.monetary_minor, customer.purchase_count, customer.last_purchase_at) == (10000, 1, before)
    assert (await office.row(CreditAccountRow, office.world.own)).used_minor == 7000
    balances = await office.rows(sa.select(LedgerBalanceRow))
    assert {row.kind: row.balance_minor for row in balances} == {LedgerKind.INVOICE: 10000, LedgerKind.PAYMENT: -3000}


async def test_many_entries_at_once_add_up(office: Office):
    entries = [draft(office, LedgerKind.INVOICE, "1.00", number=f"I-{n}") for n in range(20)]
    await asyncio.gather(*(office.do(add_ledger_entry, entry) for entry in entries))
    assert (await office.row(CustomerRow, office.world.own)).monetary_minor == 2000


async def test_statements(office: Office):
    with statements(office.database) as seen:
        await office.do(add_ledger_entry, draft(office, LedgerKind.INVOICE, "1"))
    assert len(seen) == 9  # customer locked, entry, six for the figures, event
