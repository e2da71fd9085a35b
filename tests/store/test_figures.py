"""The figures of a customer agree with what is recorded, whoever wrote it, and whoever wrote at the same time."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from store import figures
from store.base import new_id
from store.credit import CreditAccountRow
from store.customer import CustomerRow
from store.figures import refresh_figures
from store.interaction import InteractionRow
from store.ledger import LedgerBalanceRow, LedgerEntryRow, LedgerKind
from store.relation import RelationKind, RelationRow
from store.ticket import ENDED, TicketEventKind, TicketEventRow, TicketKind, TicketRow, TicketStatus
from tests.factories import NOW, settled
from tests.factories.credit import add_credit_account
from tests.factories.customer import add_customer
from tests.factories.interaction import add_interaction
from tests.factories.ledger import add_entry
from tests.factories.relation import add_relation
from tests.factories.ticket import add_ticket, add_ticket_event

pytestmark = pytest.mark.anyio

EARLIER, LATER = NOW - dt.timedelta(days=10), NOW + dt.timedelta(days=10)
FIGURES = (
    "monetary_minor",
    "purchase_count",
    "first_purchase_at",
    "last_purchase_at",
    "interaction_count",
    "last_contact_at",
    "ticket_count",
    "open_ticket_count",
    "complaint_count",
    "referral_count",
    "satisfaction_sum",
    "satisfaction_count",
    "last_activity_at",
)


async def figures_of(session: AsyncSession, customer: CustomerRow) -> dict[str, Any]:
    await session.refresh(customer)
    return {name: getattr(customer, name) for name in FIGURES}


async def balances_of(session: AsyncSession, customer: CustomerRow) -> dict[tuple[str, LedgerKind], tuple[Any, ...]]:
    chosen = sa.select(LedgerBalanceRow).where(LedgerBalanceRow.customer_id == customer.id)
    rows = await session.scalars(chosen, execution_options={"populate_existing": True})
    return {
        (row.currency, row.kind): (row.entry_count, row.amount_minor, row.balance_minor, row.last_entry_at)
        for row in rows
    }


NOTHING = {
    **dict.fromkeys(FIGURES, 0),
    **dict.fromkeys(("first_purchase_at", "last_purchase_at", "last_contact_at")),
    "last_activity_at": NOW,
}


@pytest.mark.parametrize("everyone", [True, False])
async def test_a_customer_without_dealings_has_zeroes(database, everyone):
    async with database.transaction() as session:
        wrong = {"purchase_count": 3, "monetary_minor": 5, "last_contact_at": NOW, "last_activity_at": LATER}
        customer = await add_customer(session, **wrong)

        await settled(session, None if everyone else [customer])

        assert await figures_of(session, customer) == NOTHING


@pytest.mark.parametrize("everyone", [True, False])
async def test_journal_and_tickets_are_counted(database, everyone):
    async with database.transaction() as session:
        customer, other = await add_customer(session), await add_customer(session)
        await add_interaction(session, customer, occurred_at=EARLIER, satisfaction=5)
        await add_interaction(session, customer, occurred_at=NOW, satisfaction=2)
        await add_interaction(session, customer, occurred_at=EARLIER)
        await add_interaction(session, other, satisfaction=1)
        complaint = await add_ticket(session, customer, kind=TicketKind.COMPLAINT, opened_at=EARLIER)
        await add_ticket_event(session, complaint, kind=TicketEventKind.REPLIED, at=LATER)
        for status in sorted(ENDED):
            await add_ticket(session, customer, status=status, opened_at=EARLIER)

        await settled(session, None if everyone else [customer])

        assert await figures_of(session, customer) == {
            **NOTHING,
            "interaction_count": 3,
            "last_contact_at": NOW,
            "satisfaction_sum": 7,
            "satisfaction_count": 2,
            "ticket_count": 4,
            "open_ticket_count": 1,
            "complaint_count": 1,
            "last_activity_at": LATER,
        }
        assert (await figures_of(session, other))["interaction_count"] == int(everyone)


@pytest.mark.parametrize("everyone", [True, False])
async def test_the_account_is_added_up_by_kind_and_currency(database, everyone):
    async with database.transaction() as session:
        customer = await add_customer(session, currency="EUR")
        await add_credit_account(session, customer)
        await add_entry(session, customer, LedgerKind.INVOICE, 100_00, occurred_at=EARLIER)
        await add_entry(session, customer, LedgerKind.INVOICE, 50_00, occurred_at=NOW)
        await add_entry(session, customer, LedgerKind.INVOICE, 0, occurred_at=LATER)
        await add_entry(session, customer, LedgerKind.INVOICE, 9_000, currency="JPY", occurred_at=EARLIER)
        await add_entry(session, customer, LedgerKind.RETURN, 20_00)
        await add_entry(session, customer, LedgerKind.PAYMENT, 60_00)
        await add_entry(session, customer, LedgerKind.SAMPLE, 5_00)
        await add_entry(session, customer, LedgerKind.ADJUSTMENT, -1_00)

        await settled(session, None if everyone else [customer])

        assert await balances_of(session, customer) == {
            ("EUR", LedgerKind.INVOICE): (3, 150_00, 150_00, LATER),
            ("JPY", LedgerKind.INVOICE): (1, 9_000, 9_000, EARLIER),
            ("EUR", LedgerKind.RETURN): (1, 20_00, -20_00, NOW),
            ("EUR", LedgerKind.PAYMENT): (1, 60_00, -60_00, NOW),
            ("EUR", LedgerKind.SAMPLE): (1, 5_00, 0, NOW),
            ("EUR", LedgerKind.ADJUSTMENT): (1, -1_00, -1_00, NOW),
        }
        assert await figures_of(session, customer) == {
            **NOTHING,
            "monetary_minor": 130_00,
            "purchase_count": 3,
            "first_purchase_at": EARLIER,
            "last_purchase_at": NOW,
            "last_activity_at": LATER,
        }
        assert (await session.get(CreditAccountRow, customer.id)).used_minor == 69_00


@pytest.mark.parametrize("everyone", [True, False])
async def test_referrals_are_counted_also_those_that_ended_and_no_subsidiaries(database, everyone):
    async with database.transaction() as session:
        referrer, first, second = [await add_customer(session) for _ in range(3)]
        await add_relation(session, first, referrer, kind=RelationKind.REFERRED_BY)
        await add_relation(session, second, referrer, kind=RelationKind.REFERRED_BY, until=NOW.date())
        await add_relation(session, second, referrer)
        await add_relation(session, second, first, kind=RelationKind.REFERRED_BY)

        await settled(session, None if everyone else [referrer])

        assert await figures_of(session, referrer) == {**NOTHING, "referral_count": 2}
        assert (await figures_of(session, first))["referral_count"] == int(everyone)


async def test_what_changed_or_vanished_is_corrected(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        account = await add_credit_account(session, customer)
        invoice = await add_entry(session, customer, LedgerKind.INVOICE, 100_00)
        payment = await add_entry(session, customer, LedgerKind.PAYMENT, 30_00)
        await settled(session, [customer])

        invoice.amount_minor = invoice.balance_minor = 40_00
        await session.delete(payment)
        await settled(session, [customer])

        assert await balances_of(session, customer) == {("CNY", LedgerKind.INVOICE): (1, 40_00, 40_00, NOW)}
        assert account.used_minor == 40_00

        await session.delete(invoice)
        await settled(session, [customer])

        assert await balances_of(session, customer) == {}
        assert account.used_minor == 0


async def test_credit_is_never_used_below_zero(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        account = await add_credit_account(session, customer, used_minor=5)
        await add_entry(session, customer, LedgerKind.PAYMENT, 30_00)

        await settled(session, [customer])

        assert account.used_minor == 0


async def test_what_is_right_already_is_not_written_again(database, template):
    async with database.transaction() as session:
        customer = await add_customer(session)
        await add_credit_account(session, customer)
        await add_entry(session, customer)
        await settled(session, None)

    written: list[int] = []
    sa.event.listen(database.engine.sync_engine, "after_cursor_execute", lambda *told: written.append(told[1].rowcount))
    async with database.transaction() as session:
        await settled(session, None)
    assert max(written) <= 0


async def test_many_customers_are_refreshed_in_parts(database, monkeypatch):
    monkeypatch.setattr(figures, "CHUNK", 2)
    async with database.transaction() as session:
        customers = [await add_customer(session) for _ in range(5)]
        for customer in customers:
            await add_interaction(session, customer)

        await settled(session, [*customers, customers[0], CustomerRow(id=new_id())])

        assert [(await figures_of(session, one))["interaction_count"] for one in customers] == [1] * 5


async def test_two_writers_at_once_end_with_the_figures_of_both(database):
    """Each inserts before the other commits; without the lock the later one would overwrite with what it saw."""
    async with database.transaction() as session:
        customer = await add_customer(session)

    async def buy() -> None:
        async with database.transaction() as session:
            await add_entry(session, customer, LedgerKind.INVOICE, 1_00)
            await asyncio.sleep(0.02)
            await refresh_figures(await session.connection(), [customer.id])
            await asyncio.sleep(0.02)

    await asyncio.gather(*(buy() for _ in range(4)))

    async with database.transaction() as session:
        found = await figures_of(session, await session.get(CustomerRow, customer.id))
        assert (found["purchase_count"], found["monetary_minor"]) == (4, 4_00)


async def test_a_writer_beside_a_refresh_of_all_is_not_forgotten(database):
    async with database.transaction() as session:
        customers = [await add_customer(session) for _ in range(3)]

    async def refresh_all() -> None:
        async with database.transaction() as session:
            await refresh_figures(await session.connection(), None)
            await asyncio.sleep(0.02)

    async def call(customer: CustomerRow) -> None:
        async with database.transaction() as session:
            await add_interaction(session, customer)
            await asyncio.sleep(0.01)
            await refresh_figures(await session.connection(), [customer.id])

    await asyncio.gather(*(work for one in customers for work in (call(one), refresh_all(), call(one))))

    async with database.transaction() as session:
        found = [await figures_of(session, await session.get(CustomerRow, one.id)) for one in customers]
        assert [one["interaction_count"] for one in found] == [2, 2, 2]


MOMENTS = st.integers(-1_000_000, 1_000_000).map(lambda seconds: NOW + dt.timedelta(seconds=seconds))
DEALINGS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.one_of(
            st.tuples(st.just("interaction"), MOMENTS, st.none() | st.integers(1, 5)),
            st.tuples(st.just("ticket"), MOMENTS, st.sampled_from(TicketKind), st.sampled_from(TicketStatus), MOMENTS),
            st.tuples(
                st.just("entry"),
                MOMENTS,
                st.sampled_from(LedgerKind),
                st.integers(0, 10**12),
                st.sampled_from(["CNY", "EUR"]),
            ),
            st.tuples(st.just("referral"), st.integers(0, 2), st.none() | st.just(NOW.date())),
        ),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DEALINGS, st.sets(st.integers(0, 2)))
async def test_figures_are_what_a_reader_would_count(database, dealings, touched):
    """The same numbers as Python finds by looking at the rows, for the customers asked for and for no other."""
    async with database.transaction() as session:
        customers = [await add_customer(session) for _ in range(3)]
        for number, dealing in dealings:
            await _deal(session, customers, number, dealing)

        await settled(session, [customers[number] for number in touched])

        for number, customer in enumerate(customers):
            wanted = await _counted(session, customer) if number in touched else NOTHING
            assert await figures_of(session, customer) == wanted
        await session.rollback()


async def _deal(session: AsyncSession, customers: list[CustomerRow], number: int, dealing: tuple[Any, ...]) -> None:
    customer = customers[number]
    match dealing:
        case "interaction", at, satisfaction:
            await add_interaction(session, customer, occurred_at=at, satisfaction=satisfaction)
        case "ticket", at, kind, status, replied_at:
            ticket = await add_ticket(session, customer, kind=kind, status=status, opened_at=at)
            await add_ticket_event(session, ticket, at=replied_at)
        case "referral", other, until:
            await add_relation(session, customers[other], customer, kind=RelationKind.REFERRED_BY, until=until)
        case _, at, kind, amount, currency:
            await add_entry(session, customer, kind, amount, currency=currency, occurred_at=at)


async def _counted(session: AsyncSession, customer: CustomerRow) -> dict[str, Any]:
    async def rows(of: type[Any]) -> list[Any]:
        return list(await session.scalars(sa.select(of).where(of.customer_id == customer.id)))

    journal, tickets, entries = await rows(InteractionRow), await rows(TicketRow), await rows(LedgerEntryRow)
    bought = [one for one in entries if one.kind is LedgerKind.INVOICE and one.amount_minor > 0]
    returned = [one for one in entries if one.kind is LedgerKind.RETURN]
    rated = [one.satisfaction for one in journal if one.satisfaction is not None]
    contacts, purchases = [one.occurred_at for one in journal], [one.occurred_at for one in bought]
    events = [one.at for one in await rows(TicketEventRow)]
    named = RelationRow.to_id == customer.id
    referrals = list(await session.scalars(sa.select(RelationRow).where(named)))
    return {
        "monetary_minor": sum(one.amount_minor for one in bought if one.currency == "CNY")
        - sum(one.amount_minor for one in returned if one.currency == "CNY"),
        "purchase_count": len(bought),
        "first_purchase_at": min(purchases, default=None),
        "last_purchase_at": max(purchases, default=None),
        "interaction_count": len(journal),
        "last_contact_at": max(contacts, default=None),
        "ticket_count": len(tickets),
        "open_ticket_count": sum(one.status not in ENDED for one in tickets),
        "complaint_count": sum(one.kind is TicketKind.COMPLAINT for one in tickets),
        "referral_count": len(referrals),
        "satisfaction_sum": sum(rated),
        "satisfaction_count": len(rated),
        "last_activity_at": max([NOW, *contacts, *events, *(one.occurred_at for one in entries)]),
    }
