"""Open tickets that came without a service level get one, as if they had been opened here."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.acting.rounds import RULES
from resolvers.commands import in_unit
from resolvers.decisions.levelling import Levelled, count_without_level, level_tickets, without_level
from resolvers.decisions.service_level import RULE_SET
from resolvers.ticket_state import TicketStateChange, change_ticket_state
from store.decision import DecisionRow
from store.grade import Grade
from store.session import Database
from store.ticket import Severity, TicketEventKind, TicketEventRow, TicketKind, TicketRow, TicketStatus
from tests.acting.worlds import do, rows_of
from tests.factories.customer import add_customer
from tests.factories.grade import add_grade_period
from tests.factories.ticket import add_ticket, add_ticket_event

pytestmark = pytest.mark.anyio


def at(text: str) -> dt.datetime:
    """An instant as clocks in Shanghai show it. 2 March 2026 is a Monday."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


MONDAY, FRIDAY = at("2026-03-02T09:00"), at("2026-03-06T09:00")
FAULT = {"kind": TicketKind.FAULT, "severity": Severity.HIGH, "opened_at": MONDAY}
PAUSE, GO_ON = at("2026-03-02T10:00"), at("2026-03-04T10:00")
STATES = ((PAUSE, TicketStatus.AWAITING_PARTS), (GO_ON, TicketStatus.IN_PROGRESS))


async def level(database: Database, *tickets: TicketRow) -> Levelled:
    async def work(unit):
        return await level_tickets(unit, [one.id for one in tickets])

    return await in_unit(database, RULES, FRIDAY, work)


async def now_of(database: Database, ticket: TicketRow) -> TicketRow:
    (row,) = await rows_of(database, TicketRow, TicketRow.id == ticket.id)
    return row


async def imported(session, customer, states=(), **values) -> TicketRow:
    """A ticket with a history of its own."""
    status = states[-1][1] if states else TicketStatus.NEW
    ticket = await add_ticket(session, customer, **{**FAULT, "status": status, **values})
    for moment, state in states:
        await add_ticket_event(session, ticket, kind=TicketEventKind.STATE_CHANGED, at=moment, status=state)
    return ticket


async def test_targets_count_from_the_opening_without_the_pauses_since(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        plain, paused = await imported(session, customer), await imported(session, customer, STATES)

    levelled = await level(database, plain, paused)

    rows = [await now_of(database, one) for one in (plain, paused)]
    assert (dict(levelled.levels), levelled.refused) == ({"standard": 2}, {})
    assert [row.service_level for row in rows] == ["standard", "standard"]
    assert rows[0].due_at == at("2026-03-04T18:00")  # three working days
    assert rows[1].due_at == at("2026-03-06T18:00")  # and two of a pause
    assert [row.first_reply_due_at for row in rows] == [at("2026-03-02T11:00"), at("2026-03-04T11:00")]


async def test_a_pause_that_lasts_is_counted_once(database):
    async with database.transaction() as session:
        ticket = await imported(session, await add_customer(session), STATES[:1], paused_at=PAUSE)
    await level(database, ticket)
    before = await now_of(database, ticket)

    await do(database, change_ticket_state, TicketStateChange(ticket.id, TicketStatus.IN_PROGRESS), now=GO_ON)

    assert before.due_at == at("2026-03-04T18:00")
    assert (await now_of(database, ticket)).due_at == at("2026-03-06T18:00")


async def test_the_facts_are_those_of_the_opening(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        await add_grade_period(session, customer, Grade.VIP, since=MONDAY + dt.timedelta(days=1))
        before, after = [await imported(session, customer, opened_at=moment) for moment in (MONDAY, GO_ON)]

    await level(database, before, after)

    assert [(await now_of(database, one)).service_level for one in (before, after)] == ["standard", "priority"]
    facts = {one.subject_id: json.loads(one.facts) for one in await rows_of(database, DecisionRow)}
    assert [facts[one.id]["current_grade"] for one in (before, after)] == [None, "VIP"]


async def test_targets_that_a_ticket_has_it_keeps_and_it_is_told(database):
    due = at("2026-04-01T12:00")
    async with database.transaction() as session:
        ticket = await imported(session, await add_customer(session), due_at=due, first_replied_at=MONDAY)

    await level(database, ticket)

    row = await now_of(database, ticket)
    events = await rows_of(database, TicketEventRow, TicketEventRow.kind == TicketEventKind.UPDATED)
    told = await rows_of(database, LogEventRow, LogEventRow.kind == "ticket.changed")
    assert (row.due_at, row.warning_percent, row.next_reply_minutes) == (due, 75, 480)
    assert row.next_reply_due_at == at("2026-03-06T18:00")  # from now on
    assert [event.note for event in events] == ["严重问题，三个工作日内办结 · serious: three working days"]
    assert [event.data["what"] for event in told] == ["UPDATED"]


async def test_tickets_that_have_a_level_or_have_ended_are_left_alone(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        has = await imported(session, customer, service_level="priority")
        ended = await imported(session, customer, status=TicketStatus.RESOLVED, resolved_at=MONDAY)
        open_one = await imported(session, customer)
        assert await count_without_level(session) == 1
        assert await without_level(session, uuid.UUID(int=0), 10) == [open_one.id]
        assert await without_level(session, open_one.id, 10) == []

    assert not (await level(database, has, ended)).levels
    assert not await rows_of(database, DecisionRow)


async def test_a_second_run_does_nothing(database):
    async with database.transaction() as session:
        ticket = await imported(session, await add_customer(session))

    first, second = await level(database, ticket), await level(database, ticket)

    assert (first.levels.total(), second.levels.total()) == (1, 0)
    count = sa.select(sa.func.count()).select_from(DecisionRow).where(DecisionRow.rule_set == RULE_SET)
    async with database.sessions() as session:
        assert await session.scalar(count) == 1
