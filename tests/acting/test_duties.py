"""Duties: what the rules ask for is written down once, done with evidence, and settled when nobody asks any more."""

from __future__ import annotations

import datetime as dt

import pytest

from resolvers.acting.duty import DutyCompletion, complete_duty
from resolvers.acting.owing import worked_day
from resolvers.customer import CustomerChanges, update_customer
from resolvers.interaction import InteractionDraft, record_interaction
from resolvers.problems import Refused
from rules.facts.calendar import working_calendar
from store.credit import CreditAccountRow
from store.customer import CustomerRow
from store.decision import DecisionRow
from store.duty import DutyKind, DutyRow, DutyStatus
from store.grade import Grade
from store.interaction import Channel, Direction, InteractionKind
from store.ledger import LedgerKind
from tests.acting.worlds import DAY, act, add_repair, add_service, do, kinds_of_events, rows_of
from tests.decisions.worlds import publish
from tests.factories import NOW, TODAY, settled
from tests.factories.credit import add_credit_account
from tests.factories.customer import add_customer
from tests.factories.grade import add_grade_period
from tests.factories.ledger import add_entry

pytestmark = pytest.mark.anyio

SATURDAY = dt.datetime(2026, 2, 28, 3, tzinfo=dt.UTC)
"""The last working day before the tests take place, for which a holiday was moved; before noon in Shanghai."""


async def duties(database, kind: DutyKind) -> list[DutyRow]:
    return await rows_of(database, DutyRow, DutyRow.kind == kind)


async def contact(database, customer, kind, **values):
    draft = {"channel": Channel.PHONE, "direction": Direction.OUTBOUND, "subject": "电话回访", **values}
    return await do(database, record_interaction, InteractionDraft(customer.id, kind=kind, **draft))


@pytest.fixture
async def service(database):
    async with database.transaction() as session:
        return await add_service(session)


@pytest.fixture
async def repair(database, service):
    async with database.transaction() as session:
        return await add_repair(session, service, resolved_at=SATURDAY)


async def buyer(database, *, grade=None, bought=NOW - 40 * DAY, **values) -> CustomerRow:
    """Who has bought, and is owed a first return visit."""
    async with database.transaction() as session:
        customer = await add_customer(session, **values)
        await add_entry(session, customer, LedgerKind.INVOICE, 100_00, occurred_at=bought)
        if grade is not None:
            await add_grade_period(session, customer, grade)
        await settled(session)
        return customer


async def test_a_repair_is_to_be_called_back_on_the_next_working_day(database, store_url, service, repair):
    acted = await act(database, store_url)

    (duty,) = await duties(database, DutyKind.CALLBACK)
    (decision,) = await rows_of(database, DecisionRow, DecisionRow.rule_set == "callback")
    assert (acted.opened["CALLBACK"], acted.failed) == (1, 0)
    assert (duty.status, duty.due_on, duty.ticket_id, duty.customer_id) == (
        DutyStatus.OPEN,
        TODAY,
        repair.id,
        service.customer.id,
    )
    assert duty.decision_id == decision.id
    assert duty.reason == "今日须回访 · to be called back today"
    assert (await kinds_of_events(database)).count("duty.opened") == len(await rows_of(database, DutyRow))


async def test_a_second_round_decides_nothing_and_opens_nothing(database, store_url, repair):
    await act(database, store_url)
    before = len(await rows_of(database, DecisionRow)), len(await rows_of(database, DutyRow))

    acted = await act(database, store_url)

    assert set(acted.counts().values()) == {0}
    assert (len(await rows_of(database, DecisionRow)), len(await rows_of(database, DutyRow))) == before


async def test_the_callback_itself_ends_the_duty(database, store_url, service, repair):
    await act(database, store_url)

    entry = await contact(database, service.customer, InteractionKind.CALLBACK, ticket_id=repair.id)

    (duty,) = await duties(database, DutyKind.CALLBACK)
    assert (duty.status, duty.interaction_id, duty.note) == (DutyStatus.DONE, entry, "电话回访")
    assert (duty.ended_by, duty.ended_at, duty.version) == ("manager", NOW, 2)
    assert set((await act(database, store_url, NOW + dt.timedelta(hours=1))).counts().values()) == {0}


async def test_a_callback_for_another_ticket_leaves_it_open(database, store_url, service, repair):
    async with database.transaction() as session:
        other = await add_repair(session, service, resolved_at=SATURDAY)
    await act(database, store_url)

    await contact(database, service.customer, InteractionKind.CALLBACK, ticket_id=other.id)

    assert {one.ticket_id: one.status for one in await duties(database, DutyKind.CALLBACK)} == {
        repair.id: DutyStatus.OPEN,
        other.id: DutyStatus.DONE,
    }


async def test_who_speaks_with_a_customer_records_that_and_does_not_tick_it_off(database, store_url, repair):
    await act(database, store_url)
    (duty,) = await duties(database, DutyKind.CALLBACK)

    with pytest.raises(Refused, match="CONTACT_NEEDED") as refused:
        await do(database, complete_duty, DutyCompletion(duty.id, "done"))

    assert "with kind CALLBACK and the ticket" in str(refused.value)


@pytest.mark.parametrize(
    ("grade", "visited", "manner", "due_on"),
    [
        (None, None, "phone", TODAY),
        (Grade.VIP, None, "on_site", TODAY),
        (None, 40, "phone", TODAY - 10 * DAY),
        (Grade.KEY, 31, "on_site", TODAY - DAY),
    ],
)
async def test_a_return_visit_is_due_when_its_time_has_come(database, store_url, grade, visited, manner, due_on):
    customer = await buyer(database, grade=grade)
    if visited:
        when = {"occurred_at": NOW - visited * DAY}
        await contact(database, customer, InteractionKind.RETURN_VISIT, **when)

    await act(database, store_url)

    (duty,) = await duties(database, DutyKind.RETURN_VISIT)
    assert (duty.manner, duty.due_on, duty.ticket_id) == (manner, due_on, None)


async def test_what_is_not_asked_for_any_more_is_settled_with_the_reason(database, store_url):
    customer = await buyer(database)
    await act(database, store_url)
    async with database.transaction() as session:
        (await session.get_one(CustomerRow, customer.id)).status = "LOST"

    acted = await act(database, store_url, NOW + DAY)

    (duty,) = await duties(database, DutyKind.RETURN_VISIT)
    assert acted.settled["RETURN_VISIT"] == 1
    assert (duty.status, duty.ended_by, duty.note) == (DutyStatus.SETTLED, "rules", "客户已流失 · the customer is lost")
    assert "duty.ended" in await kinds_of_events(database)


async def test_a_birthday_and_a_festival_are_two_duties(database, store_url):
    festival = dt.datetime(2026, 4, 30, 9, tzinfo=dt.UTC)
    born = dt.date(1980, 5, 1)
    await buyer(database, grade=Grade.VIP, birthday=born, kind="PERSON")

    await act(database, store_url, festival)

    found = {one.occasion: one.manner for one in await duties(database, DutyKind.CARE)}
    assert found["birthday"] == found["festival"] == "individual"


async def test_an_archive_that_was_looked_through_is_fresh_again(database, store_url):
    old = NOW - 400 * DAY
    async with database.transaction() as session:
        customer = await add_customer(session, updated_at=old, created_at=old)
    await act(database, store_url)
    (duty,) = await duties(database, DutyKind.ARCHIVE_CHECK)

    await do(database, complete_duty, DutyCompletion(duty.id, "电话、地址均已核实"))

    (duty,) = await duties(database, DutyKind.ARCHIVE_CHECK)
    (row,) = await rows_of(database, CustomerRow, CustomerRow.id == customer.id)
    assert (duty.status, duty.note) == (DutyStatus.DONE, "电话、地址均已核实")
    assert (row.updated_at, row.version) == (NOW, customer.version + 1)
    assert (await act(database, store_url, NOW + DAY)).opened["ARCHIVE_CHECK"] == 0


async def test_changing_an_archive_is_looking_it_through(database, store_url):
    old = NOW - 400 * DAY
    async with database.transaction() as session:
        customer = await add_customer(session, updated_at=old, created_at=old)
    await act(database, store_url)

    await do(database, update_customer, CustomerChanges(customer.id, city="上海"))

    (duty,) = await duties(database, DutyKind.ARCHIVE_CHECK)
    assert (duty.status, duty.ended_by) == (DutyStatus.DONE, "manager")


async def test_a_review_of_credit_is_on_record_when_it_is_done(database, store_url, service):
    async with database.transaction() as session:
        await add_credit_account(session, service.customer)
    await act(database, store_url)
    (duty,) = await duties(database, DutyKind.CREDIT_REVIEW)

    await do(database, complete_duty, DutyCompletion(duty.id, "付款正常", version=1))

    (account,) = await rows_of(database, CreditAccountRow)
    assert (account.reviewed_on, account.version) == (TODAY, 2)
    assert "…" in duty.reason, "the rating is confidential, and the reason is for everybody here"
    assert (await act(database, store_url, NOW + DAY)).opened["CREDIT_REVIEW"] == 0


async def test_what_was_done_is_not_done_again(database, store_url, service):
    async with database.transaction() as session:
        await add_credit_account(session, service.customer)
    await act(database, store_url)
    (duty,) = await duties(database, DutyKind.CREDIT_REVIEW)
    await do(database, complete_duty, DutyCompletion(duty.id, "付款正常"))

    with pytest.raises(Refused, match="BAD_MOVE"):
        await do(database, complete_duty, DutyCompletion(duty.id, "付款正常"))
    with pytest.raises(Refused, match="STALE_VERSION"):
        await do(database, complete_duty, DutyCompletion(duty.id, "付款正常", version=1))


async def test_a_repair_is_drawn_once_however_often_one_looks(database, store_url, service):
    text = """\
rule_set: sampling
title: {zh: 抽查, en: Samples}
owner: quality
about: ticket
reads: [ticket_kind]
outputs:
  is_sampled: {type: boolean}
  checker: {type: enum, values: [head, head_above], nullable: true}
hit_policy: FIRST
table: |
  | row | ticket_kind | => is_sampled | checker | reason.zh | reason.en |
  | all | REPAIR      | true          | head    | 抽中      | drawn     |
  | no  | -           | false         | null    | 未抽中    | not drawn |
"""
    await publish(database, text, "sampling")
    async with database.transaction() as session:
        await add_repair(session, service, resolved_at=SATURDAY)
    await act(database, store_url)
    (duty,) = await duties(database, DutyKind.SAMPLING)
    await do(database, complete_duty, DutyCompletion(duty.id, "质量合格"))

    acted = await act(database, store_url, NOW + DAY)

    assert acted.opened["SAMPLING"] == 0
    assert [one.status for one in await duties(database, DutyKind.SAMPLING)] == [DutyStatus.DONE]


@pytest.mark.parametrize(
    ("day", "steps", "there"),
    [
        (dt.date(2026, 2, 27), 1, dt.date(2026, 2, 28)),
        (dt.date(2026, 3, 1), 0, dt.date(2026, 2, 28)),
        (dt.date(2026, 3, 2), -1, dt.date(2026, 2, 28)),
        (dt.date(2026, 9, 30), 1, dt.date(2026, 10, 8)),
    ],
)
def test_working_days_are_counted_over_weekends_and_holidays(day, steps, there):
    assert worked_day(working_calendar(), day, steps) == there
