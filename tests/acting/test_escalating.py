"""Escalation: who is told of a ticket, and who takes it over, once for each row of the rules."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.ticket_state import TicketStateChange, change_ticket_state
from resolvers.ticket_work import TicketReply, reply_to_ticket
from store.assignment import AssignmentRow
from store.decision import DecisionRow
from store.escalation import EscalationRow, EscalationTarget
from store.staff import MembershipRow
from store.ticket import Severity, TicketEventKind, TicketEventRow, TicketKind, TicketRow, TicketStatus
from tests.acting.worlds import act, add_service, do, rows_of
from tests.factories.staff import add_staff
from tests.factories.ticket import add_ticket

pytestmark = pytest.mark.anyio

HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)
WAITING = TicketStatus.AWAITING_CUSTOMER

OPENED = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)
"""Nine in the morning in Shanghai, on a working day."""


@pytest.fixture
async def service(database):
    async with database.transaction() as session:
        return await add_service(session)


@pytest.fixture
async def ticket(database, service):
    """To be settled within two working hours; somebody works on it, and has answered."""
    async with database.transaction() as session:
        agent = await add_staff(session)
        times = {"opened_at": OPENED, "due_at": OPENED + 2 * HOUR, "first_replied_at": OPENED}
        place = {"department_id": service.department.id, "assignee_id": agent.id}
        state = {"kind": TicketKind.FAULT, "status": TicketStatus.IN_PROGRESS}
        return await add_ticket(session, service.customer, **times, **place, **state)


async def told(database) -> list[tuple]:
    found = await rows_of(database, EscalationRow)
    return [(one.row, one.target, one.staff_id, one.takes_over) for one in found]


async def the_ticket(database, key) -> TicketRow:
    (row,) = await rows_of(database, TicketRow, TicketRow.id == key)
    return row


async def test_nobody_is_told_before_it_is_time(database, store_url, ticket):
    acted = await act(database, store_url, OPENED + HOUR, book=False)

    assert set(acted.counts().values()) == {0}
    assert not await rows_of(database, DecisionRow)


async def test_it_goes_up_one_level_at_a_time(database, store_url, service, ticket):
    await act(database, store_url, OPENED + 1.6 * HOUR, book=False)
    assert await told(database) == [("warn", EscalationTarget.ASSIGNEE, ticket.assignee_id, False)]

    await act(database, store_url, OPENED + 2 * HOUR, book=False)
    assert (await told(database))[1:] == [("late", EscalationTarget.HEAD, service.head.id, True)]
    assert (await the_ticket(database, ticket.id)).assignee_id == service.head.id

    await act(database, store_url, OPENED + 3 * HOUR, book=False)
    assert (await told(database))[2:] == [("late_half", EscalationTarget.HEAD, service.top.id, True)]
    assert (await the_ticket(database, ticket.id)).assignee_id == service.top.id


async def test_each_row_is_told_once(database, store_url, ticket):
    for minutes in (120, 121, 122):
        await act(database, store_url, OPENED + dt.timedelta(minutes=minutes), book=False)

    assert [row for row, *_ in await told(database)] == ["late"]
    assert len(await rows_of(database, DecisionRow)) == 1


async def test_it_stands_in_the_tickets_history_and_in_the_log(database, store_url, service, ticket):
    await act(database, store_url, OPENED + 2 * HOUR, book=False)

    (happened,) = await rows_of(database, TicketEventRow, TicketEventRow.kind == TicketEventKind.ESCALATED)
    (event,) = await rows_of(database, LogEventRow, LogEventRow.kind == "ticket.changed")
    (escalation,) = await rows_of(database, EscalationRow)
    assert (happened.assignee_id, happened.actor_id) == (service.head.id, None)
    assert happened.note == escalation.reason == "超过时限，部门负责人接手 · past its target: the head takes over"
    assert (event.data["what"], event.data["assigneeId"], event.actor) == ("ESCALATED", str(service.head.id), "rules")


async def test_what_was_opened_again_is_told_again(database, store_url, ticket):
    late = OPENED + 2 * HOUR
    await act(database, store_url, late, book=False)
    for status in (TicketStatus.RESOLVED, TicketStatus.IN_PROGRESS):
        await do(database, change_ticket_state, TicketStateChange(ticket.id, status), now=late)

    await act(database, store_url, late + HOUR, book=False)

    found = [(one.row, one.reopening) for one in await rows_of(database, EscalationRow)]
    assert found[0] == ("late", 0)
    assert ("late", 1) in found[1:]


async def test_what_has_ended_is_nobodys_matter(database, store_url, ticket):
    await do(database, change_ticket_state, TicketStateChange(ticket.id, TicketStatus.RESOLVED), now=OPENED + HOUR)

    acted = await act(database, store_url, OPENED + 9 * HOUR, book=False)

    assert acted.escalated == 0


async def test_a_major_fault_is_told_at_once_to_the_top(database, store_url, service):
    async with database.transaction() as session:
        major = {"kind": TicketKind.FAULT, "severity": Severity.CRITICAL, "department_id": service.department.id}
        await add_ticket(session, service.customer, opened_at=OPENED, first_replied_at=OPENED, **major)

    acted = await act(database, store_url, OPENED, book=False)

    assert acted.escalated == 3
    assert await told(database) == [
        ("major_owner", EscalationTarget.OWNER, service.owner.id, False),
        ("major_head", EscalationTarget.HEAD, service.head.id, True),
        ("major_top", EscalationTarget.HEAD, service.top.id, False),
    ]


async def test_without_a_department_the_customers_heads_are_told(database, store_url, service):
    async with database.transaction() as session:
        major = {"kind": TicketKind.FAULT, "severity": Severity.CRITICAL}
        await add_ticket(session, service.customer, opened_at=OPENED, first_replied_at=OPENED, **major)

    await act(database, store_url, OPENED, book=False)

    assert ("major_head", EscalationTarget.HEAD, service.head.id, True) in await told(database)


async def test_where_nobody_leads_the_next_above_is_told(database, store_url, service, ticket):
    async with database.transaction() as session:
        await session.execute(sa.delete(MembershipRow).where(MembershipRow.staff_id == service.head.id))

    await act(database, store_url, OPENED + 2 * HOUR, book=False)

    assert await told(database) == [("late", EscalationTarget.HEAD, service.top.id, True)]


async def test_where_nobody_has_the_place_it_is_on_record_that_nobody_was_told(database, store_url, service, ticket):
    async with database.transaction() as session:
        await session.execute(sa.delete(MembershipRow))
        await session.execute(sa.delete(AssignmentRow))

    await act(database, store_url, OPENED + 2 * HOUR, book=False)

    assert await told(database) == [("late", EscalationTarget.HEAD, None, True)]
    assert (await the_ticket(database, ticket.id)).assignee_id == ticket.assignee_id


async def test_an_answer_stops_the_first_reply(database, store_url, service):
    async with database.transaction() as session:
        due = {"opened_at": OPENED, "first_reply_due_at": OPENED + HOUR, "due_at": OPENED + 40 * HOUR}
        late = await add_ticket(session, service.customer, **due)
        answered = await add_ticket(session, service.customer, **due)
    await do(database, reply_to_ticket, TicketReply(answered.id), now=OPENED)

    await act(database, store_url, OPENED + HOUR, book=False)

    assert {one.ticket_id for one in await rows_of(database, EscalationRow)} == {late.id}


async def test_the_level_says_when_to_warn(database, store_url, service):
    async with database.transaction() as session:
        due = {"opened_at": OPENED, "due_at": OPENED + 2 * HOUR, "first_replied_at": OPENED}
        early = await add_ticket(session, service.customer, **due, warning_percent=50)
        await add_ticket(session, service.customer, **due, warning_percent=90)

    await act(database, store_url, OPENED + HOUR, book=False)

    assert [(one.ticket_id, one.row) for one in await rows_of(database, EscalationRow)] == [(early.id, "warn")]


async def test_who_waits_for_the_customer_is_not_late(database, store_url, ticket):
    await do(database, change_ticket_state, TicketStateChange(ticket.id, WAITING), now=OPENED + HOUR)
    await act(database, store_url, OPENED + 50 * HOUR, book=False)
    assert await told(database) == []

    back = TicketStateChange(ticket.id, TicketStatus.IN_PROGRESS)
    await do(database, change_ticket_state, back, now=OPENED + 24 * HOUR)
    await act(database, store_url, OPENED + 25 * HOUR - SECOND, book=False)
    assert [row for row, *_ in await told(database)] == ["warn"]

    await act(database, store_url, OPENED + 25 * HOUR, book=False)
    assert [row for row, *_ in await told(database)] == ["warn", "late"]


async def test_a_customer_without_news_is_told_of(database, store_url, service):
    async with database.transaction() as session:
        due = {"opened_at": OPENED, "first_reply_due_at": OPENED + HOUR, "due_at": OPENED + 200 * HOUR}
        ticket = await add_ticket(session, service.customer, **due, next_reply_minutes=60)
    await do(database, reply_to_ticket, TicketReply(ticket.id), now=OPENED)
    await act(database, store_url, OPENED + HOUR - SECOND, book=False)
    assert await told(database) == []

    await act(database, store_url, OPENED + HOUR, book=False)

    assert await told(database) == [("next_reply", EscalationTarget.ASSIGNEE, None, False)]


async def test_two_rounds_at_once_tell_once(database, store_url, ticket):
    found = await asyncio.gather(*(act(database, store_url, OPENED + 2 * HOUR, book=False) for _ in range(3)))

    assert [row for row, *_ in await told(database)] == ["late"]
    assert sum(one.escalated for one in found) == 1
    assert sum(one.failed for one in found) == 0
