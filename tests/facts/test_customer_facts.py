"""The facts about customers are what the vocabulary says, whatever is on record."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest

from graph.relational import RelationalGraph
from resolvers.facts.customer import SOURCES
from resolvers.facts.gathering import UnknownFactError, gather, gather_all
from resolvers.facts.instants import Moment, months_before
from resolvers.facts.network import GROUP_EXPOSURE
from rules.facts.vocabulary import Subject, vocabulary
from store.base import new_id
from store.credit import CreditRating
from store.customer import CustomerSize, CustomerStatus
from store.grade import Grade
from store.interaction import InteractionKind
from store.ledger import LedgerKind
from store.ticket import TicketKind, TicketStatus
from tests.factories import NOW, TODAY
from tests.factories.credit import add_credit_account
from tests.factories.customer import add_customer
from tests.factories.grade import add_grade_period
from tests.factories.interaction import add_interaction
from tests.factories.ledger import add_entry
from tests.factories.relation import add_relation
from tests.factories.ticket import add_ticket
from tests.facts.plain import Life, facts
from tests.graph.adapters import open_reading

pytestmark = pytest.mark.anyio

DAY = dt.timedelta(days=1)
CURRENCIES = ("CNY", "GBP", "JPY")


def test_everything_that_the_vocabulary_says_of_customers_is_computed():
    declared = {name for name, fact in vocabulary().facts.items() if fact.about is Subject.CUSTOMER}

    assert declared == set(SOURCES) | {GROUP_EXPOSURE}


async def random_life(session, chance: random.Random) -> Life:
    """A customer with dealings at random times from three years ago to a little after now."""

    def moment() -> dt.datetime:
        edges = (
            NOW,
            NOW - dt.timedelta(days=90),
            NOW - dt.timedelta(days=30),
            months_before(NOW, 12),
            months_before(NOW, 24),
        )
        if chance.random() < 0.3:
            return chance.choice(edges)
        return NOW - dt.timedelta(days=chance.randint(-20, 1_000), seconds=chance.randint(0, 86_399))

    life = Life(
        await add_customer(session, currency=chance.choice(CURRENCIES), size=chance.choice([None, *CustomerSize]))
    )
    for _ in range(chance.randint(0, 12)):
        kind, amount = chance.choice([LedgerKind.INVOICE, *LedgerKind]), chance.choice([0, 1, 5_000, 123_456])
        due = moment().date() if kind is LedgerKind.INVOICE and chance.random() < 0.8 else None
        currency = life.customer.currency if chance.random() < 0.8 else chance.choice(CURRENCIES)
        values = {"occurred_at": moment(), "due_on": due, "currency": currency}
        life.entries.append(await add_entry(session, life.customer, kind, amount, **values))
    for _ in range(chance.randint(0, 5)):
        ended = chance.choice([None, moment()])
        values = {"status": TicketStatus.RESOLVED if ended else TicketStatus.NEW, "resolved_at": ended}
        kind = chance.choice([TicketKind.COMPLAINT, TicketKind.FAULT, TicketKind.REPAIR])
        disputed = chance.choice([None, True, False])
        made = await add_ticket(session, life.customer, kind=kind, opened_at=moment(), is_disputed=disputed, **values)
        life.tickets.append(made)
    for _ in range(chance.randint(0, 5)):
        kind, said = chance.choice(list(InteractionKind)), chance.choice([None, 1, 4, 5])
        made = await add_interaction(session, life.customer, kind=kind, occurred_at=moment(), satisfaction=said)
        life.journal.append(made)
    return life


@pytest.mark.parametrize("seed", range(4))
async def test_they_agree_with_their_plain_definitions(database, seed):
    chance = random.Random(seed)
    async with database.transaction() as session:
        lives = [await random_life(session, chance) for _ in range(25)]
        ids = [life.customer.id for life in lives]
        found = await gather(await session.connection(), list(SOURCES), Moment(NOW), ids)

    told = dict(found.each())
    for life in lives:
        expected = facts(life, NOW)
        assert {name: told[life.customer.id][name] for name in expected} == expected


async def test_a_grade_counts_from_the_instant_at_which_it_was_given(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        turn = NOW - dt.timedelta(days=89, hours=23)
        await add_grade_period(session, customer, Grade.NORMAL, since=turn - dt.timedelta(days=30), until=turn)
        await add_grade_period(session, customer, Grade.VIP, since=turn)
        connection = await session.connection()
        names = ["current_grade", "days_in_grade"]
        now = await gather(connection, names, Moment(NOW), [customer.id])
        at_the_turn = await gather(connection, names, Moment(turn), [customer.id])
        before = await gather(connection, names, Moment(turn - dt.timedelta(days=1)), [customer.id])

    assert now.columns == {"current_grade": ["VIP"], "days_in_grade": [89]}
    assert at_the_turn.columns == {"current_grade": ["VIP"], "days_in_grade": [0]}
    assert before.columns == {"current_grade": ["NORMAL"], "days_in_grade": [29]}


async def test_credit_is_told_in_yuan(database):
    async with database.transaction() as session:
        customer = await add_customer(session, currency="GBP")
        await add_credit_account(session, customer, rating=CreditRating.AA, limit_minor=1_000_00)
        names = ["credit_rating", "credit_limit"]
        found = await gather(await session.connection(), names, Moment(NOW), [customer.id])

    assert found.columns == {"credit_rating": ["AA"], "credit_limit": [Decimal("9500.00")]}


async def test_what_the_credit_account_and_the_archive_say(database):
    async with database.transaction() as session:
        changed = NOW - dt.timedelta(days=400)
        values = {"birthday": dt.date(1990, 3, 1), "status": CustomerStatus.DORMANT, "created_at": changed}
        known, bare = await add_customer(session, **values), await add_customer(session)
        await add_credit_account(session, known, limit_minor=1_000_00, is_blocked=True, reviewed_on=TODAY - DAY)
        await add_entry(session, known, amount_minor=1_000_01)
        names = [
            "customer_status", "is_credit_blocked", "days_since_credit_review", "credit_used_percent",
            "days_since_archive_change", "birthday_in_days",
        ]  # fmt: skip
        found = dict((await gather(await session.connection(), names, Moment(NOW), [known.id, bare.id])).each())

    assert tuple(found[known.id].values()) == ("DORMANT", True, 1, 101, 400, 364)
    assert tuple(found[bare.id].values()) == ("ACTIVE", False, None, None, 0, None)


@pytest.mark.parametrize(
    ("day", "birthday", "days"),
    [("2026-03-02", "1990-03-02", 0), ("2026-03-02", "1990-03-03", 1), ("2026-03-02", "1992-02-29", 363),
     ("2026-02-28", "1992-02-29", 0), ("2028-02-28", "1992-02-29", 1)],
)  # fmt: skip
def test_birthdays_come_every_year(day, birthday, days):
    value = SOURCES["birthday_in_days"].value

    assert value(Moment(dt.datetime.fromisoformat(f"{day}T10:00:00+00:00")), dt.date.fromisoformat(birthday)) == days


@pytest.mark.parametrize(
    ("day", "festival", "days"),
    [("2026-02-16", "spring_festival", 1), ("2026-02-17", "spring_festival", 0), ("2026-02-18", "qingming", 46),
     ("2040-01-01", None, None)],
)  # fmt: skip
def test_the_next_festival_is_that_of_the_calendar(day, festival, days):
    moment = Moment(dt.datetime.fromisoformat(f"{day}T10:00:00+00:00"))

    assert (SOURCES["next_festival"].value(moment), SOURCES["days_to_festival"].value(moment)) == (festival, days)
    assert SOURCES["month"].value(moment) == moment.day.month


async def test_a_group_owes_what_its_members_owe_together_and_who_is_alone_what_it_owes(database, store_url):
    async with database.transaction() as session:
        root, child = await add_customer(session), await add_customer(session, currency="GBP")
        alone, free = await add_customer(session), await add_customer(session)
        await add_relation(session, child, root)
        for one, minor in ((root, 100_00), (child, 200_00), (alone, 7_00)):
            await add_credit_account(session, one, used_minor=minor)
            await add_entry(session, one, LedgerKind.INVOICE, minor)
    ids = [root.id, child.id, alone.id, free.id]
    async with open_reading(store_url) as reads, database.transaction() as session:
        graph, connection = RelationalGraph(reads), await session.connection()
        found = await gather(connection, [GROUP_EXPOSURE], Moment(NOW), ids, graph=graph)

    assert list(found.columns) == [GROUP_EXPOSURE]
    owed = dict(zip(found.ids, found.columns[GROUP_EXPOSURE], strict=True))
    assert [owed[one] for one in ids] == [2_000, 2_000, 7, 0]


async def test_of_a_currency_without_a_rate_no_amount_is_known_and_it_is_said_why(database):
    async with database.transaction() as session:
        odd, usual = await add_customer(session, currency="BHD"), await add_customer(session)
        for one in (odd, usual):
            await add_entry(session, one)
        found = await gather(await session.connection(), ["value_12m"], Moment(NOW), [odd.id, usual.id])

    assert list(found.faults) == [odd.id]
    assert found.faults[odd.id] == "value_12m: there is no rate for BHD: add it to rules/facts/rates.yaml"
    assert dict(found.each())[usual.id] == {"value_12m": Decimal("100.00")}


async def test_all_are_gathered_in_parts_in_the_order_of_their_ids(database):
    async with database.transaction() as session:
        ids = sorted([(await add_customer(session)).id for _ in range(7)])
        gathered = gather_all(await session.connection(), ["purchases_12m"], Moment(NOW), chunk=3)
        parts = [part async for part in gathered]

    assert [len(part.ids) for part in parts] == [3, 3, 1]
    assert [key for part in parts for key in part.ids] == ids


async def test_what_is_not_on_record_is_left_out_and_what_nobody_computes_is_refused(database):
    async with database.transaction() as session:
        connection = await session.connection()
        found = await gather(connection, ["exposure"], Moment(NOW), [new_id()])
        with pytest.raises(UnknownFactError, match="shoe_size"):
            await gather(connection, ["shoe_size"], Moment(NOW), [])
        with pytest.raises(UnknownFactError, match="asked of the graph"):
            await gather(connection, [GROUP_EXPOSURE], Moment(NOW), [])

    assert (found.ids, found.columns) == ([], {"exposure": []})


@pytest.mark.parametrize(
    ("at", "months", "expected"),
    [("2026-03-31", 1, "2026-02-28"), ("2024-03-31", 1, "2024-02-29"), ("2026-01-15", 12, "2025-01-15"),
     ("2024-02-29", 12, "2023-02-28"), ("2026-01-31", 2, "2025-11-30")],
)  # fmt: skip
def test_months_before_a_day_end_with_the_month(at, months, expected):
    moment = dt.datetime.fromisoformat(f"{at}T10:00:00+00:00")

    assert months_before(moment, months) == dt.datetime.fromisoformat(f"{expected}T10:00:00+00:00")
