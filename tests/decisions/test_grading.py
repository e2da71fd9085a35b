"""Grades are given by the rules: with a record of why, with their history, and an event where something changed."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.decisions.grading import CADENCE, Graded, count_due, due
from resolvers.decisions.making import Asking
from store.customer import CustomerRow
from store.decision import DecisionOccasion, DecisionRow
from store.figures import refresh_figures
from store.grade import Grade, GradePeriodRow
from store.ledger import LedgerKind
from store.rule_version import RulePublicationRow, RuleVersionRow
from tests.decisions import worlds
from tests.decisions.worlds import ASKING, buyer, publish
from tests.factories import NOW, settled
from tests.factories.customer import add_customer
from tests.factories.ledger import add_entry

pytestmark = pytest.mark.anyio


async def graded(database, *customers: CustomerRow, asking: Asking = ASKING) -> Graded:
    return await worlds.graded(database, customers, asking)


async def rows_of(database, kind, *criteria):
    async with database.transaction() as session:
        return (await session.scalars(sa.select(kind).where(*criteria).order_by(kind.id))).all()


async def test_who_bought_enough_becomes_vip_and_it_is_written_down_why(database):
    customer = await buyer(database, 500_000)

    found = await graded(database, customer)

    (decision,) = await rows_of(database, DecisionRow)
    (period,) = await rows_of(database, GradePeriodRow)
    (now,) = await rows_of(database, CustomerRow)
    assert (found.decided, found.moves, found.refused) == (1, Counter({(None, Grade.VIP): 1}), {})
    assert (now.grade, now.graded_at) == (Grade.VIP, NOW)
    assert (decision.rule_set, decision.version, decision.asked_by) == ("grading", 1, "analyst")
    assert json.loads(decision.facts)["value_12m"] == "500000.00"
    assert json.loads(decision.rows) == ["vip_up"]
    assert json.loads(decision.results) == [{"grade": "VIP", "hold": False}]
    assert "500,000.00" in json.loads(decision.reasons)[0]["en"]
    assert (period.grade, period.since, period.until, period.decided_by) == (Grade.VIP, NOW, None, "rules:grading")
    assert "500,000.00" in period.reason


async def test_a_new_grade_ends_the_old_one_and_is_told_to_readers_of_the_log(database):
    customer = await buyer(database, 100, Grade.VIP)

    await graded(database, customer)

    old, new = await rows_of(database, GradePeriodRow)
    (event,) = await rows_of(database, LogEventRow, LogEventRow.kind == "customer.graded")
    (decision,) = await rows_of(database, DecisionRow)
    assert (old.until, new.since, new.grade) == (NOW, NOW, Grade.NORMAL)
    assert event.aggregate_id == customer.id
    assert event.data == {"grade": "NORMAL", "before": "VIP", "decisionId": str(decision.id)}


async def test_who_keeps_the_grade_gets_a_decision_and_no_event(database):
    customer = await buyer(database, 450_000, Grade.VIP)

    found = await graded(database, customer)

    assert (found.decided, found.moves) == (1, Counter())
    assert len(await rows_of(database, DecisionRow)) == 1
    assert not await rows_of(database, LogEventRow)


async def test_whose_facts_cannot_be_known_keeps_the_grade_and_it_is_said_why(database):
    async with database.transaction() as session:
        customer = await add_customer(session, currency="BHD", grade=Grade.KEY)
        await add_entry(session, customer)

    found = await graded(database, customer)

    (decision,) = await rows_of(database, DecisionRow)
    (now,) = await rows_of(database, CustomerRow)
    assert "no rate for BHD" in found.refused[customer.id]
    assert decision.fault == f"MISSING_FACT: {found.refused[customer.id]}"
    assert json.loads(decision.results) == []
    assert now.grade is Grade.KEY


async def test_what_ships_is_version_1_and_in_force_from_the_first_decision_on(database):
    await graded(database, await buyer(database, 1), await buyer(database, 2))
    await graded(database, await buyer(database, 3))

    (version,) = await rows_of(database, RuleVersionRow)
    (publication,) = await rows_of(database, RulePublicationRow)
    assert (version.rule_set, version.number, version.submitted_by) == ("grading", 1, "library")
    assert (publication.version_id, publication.kind) == (version.id, "SHIPPED")


async def test_due_are_those_never_graded_those_with_news_and_those_of_a_month_ago(database):
    times = {"never": None, "long ago": NOW - CADENCE, "news": NOW - dt.timedelta(hours=2), "fresh": NOW}
    async with database.transaction() as session:
        made = {name: await add_customer(session, graded_at=at, code=name) for name, at in times.items()}
        await settled(session)
        for name, customer in made.items():
            customer.last_activity_at = NOW - dt.timedelta(hours=1 if name == "news" else 24 * 40)
    async with database.transaction() as session:
        later = NOW + dt.timedelta(seconds=1)
        found = list(await due(session, later, 10))

    assert {made[name].id for name in ("never", "long ago", "news")} == set(found)


async def test_who_is_due_for_news_and_who_only_for_the_time_are_told_apart(database):
    async with database.transaction() as session:
        old = await add_customer(session, graded_at=NOW - CADENCE - dt.timedelta(days=1))
        news = await add_customer(session, graded_at=None)
        old.last_activity_at = NOW - 2 * CADENCE
    async with database.transaction() as session:
        found = {on: list(await due(session, NOW, 10, on)) for on in (DecisionOccasion.EVENT, DecisionOccasion.CADENCE)}
        both, count = list(await due(session, NOW, 10)), await count_due(session, NOW)

    assert found == {DecisionOccasion.EVENT: [news.id], DecisionOccasion.CADENCE: [old.id]}
    assert (both, count) == ([news.id, old.id], 2)


async def test_activity_that_is_still_to_come_is_no_news_yet(database):
    async with database.transaction() as session:
        await add_customer(session, graded_at=NOW, last_activity_at=NOW + dt.timedelta(days=1))
    async with database.transaction() as session:
        assert not list(await due(session, NOW + dt.timedelta(hours=1), 10))
        assert await due(session, NOW + dt.timedelta(days=2), 10)


async def test_an_entry_of_long_ago_that_comes_in_now_makes_the_customer_due(database):
    customer = await buyer(database, 1)
    await graded(database, customer)
    async with database.transaction() as session:
        await add_entry(session, customer, LedgerKind.INVOICE, 60_000_000, occurred_at=NOW - dt.timedelta(days=99))
        await refresh_figures(await session.connection(), [customer.id])

    async with database.transaction() as session:
        assert list(await due(session, NOW, 10)) == [customer.id]


async def test_who_was_graded_later_meanwhile_is_left_out(database):
    customer = await buyer(database, 1)
    await graded(database, customer)

    found = await graded(database, customer, asking=Asking("analyst", NOW - dt.timedelta(seconds=1)))

    assert found.decided == 0
    assert len(await rows_of(database, GradePeriodRow)) == 1


async def test_the_history_of_grades_does_not_quote_what_its_readers_may_not_know(database):
    await publish(database)
    customer = await buyer(database, 900, due_on=NOW.date() - dt.timedelta(days=9))

    await graded(database, customer)

    (period,) = await rows_of(database, GradePeriodRow)
    (decision,) = await rows_of(database, DecisionRow)
    assert period.reason == "逾期 … 元 · … are overdue"
    assert json.loads(decision.reasons) == [{"zh": "逾期 900.00 元", "en": "900.00 are overdue"}]
