"""Opening tickets, moving them through their life, and passing them on."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import re
import uuid

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.problems import Refused
from resolvers.record_numbers import record_number
from resolvers.ticket import TicketDraft, open_ticket
from resolvers.ticket_state import TicketStateChange, change_ticket_state
from resolvers.ticket_work import (
    TicketAssignment,
    TicketReply,
    TicketTransfer,
    assign_ticket,
    reply_to_ticket,
    transfer_ticket,
)
from store.base import new_id
from store.customer import CustomerRow
from store.interaction import Channel
from store.ticket import ENDED, MOVES, Severity, TicketEventKind, TicketEventRow, TicketKind, TicketRow, TicketStatus
from tests.commands.probes import statements
from tests.commands.worlds import Office
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.anyio

LATER = NOW + dt.timedelta(hours=1)


def draft(office: Office, **values) -> TicketDraft:
    how = {"kind": TicketKind.COMPLAINT, "channel": Channel.EMAIL, "subject": "It leaks"}
    return TicketDraft(**{"customer_id": office.world.own, **how, **values})


async def history(office: Office, ticket_id) -> list[TicketEventRow]:
    row = TicketEventRow
    return await office.rows(sa.select(row).where(row.ticket_id == ticket_id).order_by(row.at, row.id))


async def told(office: Office) -> list[LogEventRow]:
    return await office.rows(sa.select(LogEventRow).order_by(LogEventRow.id))


async def in_state(office: Office, status: TicketStatus, **values) -> uuid.UUID:
    """The agent's ticket, put into a state."""
    async with office.database.transaction() as session:
        changes = {"status": status, **values}
        await session.execute(sa.update(TicketRow).where(TicketRow.id == office.world.ticket).values(**changes))
    return office.world.ticket


async def test_whoever_opens_a_ticket_is_the_first_responder_and_keeps_it(office: Office):
    world = office.world
    key = await office.do(open_ticket, draft(office, severity=Severity.HIGH, contact_id=world.contact), by=world.agent)
    row = await office.row(TicketRow, key)
    assert (row.customer_id, row.contact_id, row.department_id) == (world.own, world.contact, world.service)
    assert row.first_responder_id == row.assignee_id == world.agent_id
    assert (row.status, row.opened_at, row.version) == (TicketStatus.NEW, NOW, 1)
    [event] = await history(office, key)
    assert (event.kind, event.status, event.severity) == (TicketEventKind.REGISTERED, TicketStatus.NEW, Severity.HIGH)
    assert (event.at, event.assignee_id, event.actor_id) == (NOW, world.agent_id, world.agent_id)


async def test_a_ticket_may_be_opened_for_someone_else(office: Office):
    world = office.world
    before = NOW - dt.timedelta(days=1)
    for_them = {"department_id": world.other, "assignee_id": world.outsider_id, "opened_at": before}
    row = await office.row(TicketRow, await office.do(open_ticket, draft(office, **for_them), by=world.agent))
    assert {name: getattr(row, name) for name in for_them} == for_them
    assert row.first_responder_id == world.agent_id
    row = await office.row(
        TicketRow, await office.do(open_ticket, draft(office, department_id=world.other), by=world.agent)
    )
    assert (row.department_id, row.assignee_id) == (world.other, None)


async def test_a_partner_opens_tickets_of_its_own_customers_only(office: Office):
    world = office.world
    key = await office.do(open_ticket, draft(office, description="See photo"), by=world.partner)
    row = await office.row(TicketRow, key)
    assert (row.department_id, row.assignee_id, row.first_responder_id) == (world.service, None, None)
    for hidden in ({"customer_id": world.neighbour}, {"department_id": world.service}, {"assignee_id": world.agent_id}):
        with pytest.raises(Refused, match="NOT_FOUND"):
            await office.do(open_ticket, draft(office, **hidden), by=world.partner)


async def test_the_event_tells_number_and_place(office: Office):
    key = await office.do(open_ticket, draft(office, description="secret"))
    row = await office.row(TicketRow, key)
    [event] = await told(office)
    assert (event.kind, event.aggregate_type, event.aggregate_id) == ("ticket.opened", "Ticket", key)
    assert event.data == {
        "number": row.number,
        "customerId": str(office.world.own),
        "kind": "COMPLAINT",
        "severity": "MODERATE",
        "departmentId": str(office.world.service),
    }


async def test_figures_follow(office: Office):
    key = await office.do(open_ticket, draft(office))
    customer = await office.row(CustomerRow, office.world.own)
    assert (customer.ticket_count, customer.open_ticket_count, customer.complaint_count) == (3, 2, 1)
    await office.do(change_ticket_state, TicketStateChange(key, TicketStatus.RESOLVED), now=LATER)
    customer = await office.row(CustomerRow, office.world.own)
    assert (customer.ticket_count, customer.open_ticket_count, customer.last_activity_at) == (3, 1, LATER)


async def test_numbers_are_short_and_do_not_repeat():
    numbers = {record_number("T", new_id(), TODAY) for _ in range(5_000)}
    assert len(numbers) == 5_000
    assert all(re.fullmatch(r"T260302-[0-9A-HJKMNP-TV-Z]{7}", number) for number in numbers)


async def test_a_ticket_goes_only_where_it_may(office: Office):
    for before, after in itertools.product(TicketStatus, TicketStatus):
        ticket = await in_state(office, before)
        change = TicketStateChange(ticket, after)
        if after in MOVES[before]:
            await office.do(change_ticket_state, change, by=office.world.agent)
            assert (await office.row(TicketRow, ticket)).status is after
        else:
            with pytest.raises(Refused) as refused:
                await office.do(change_ticket_state, change, by=office.world.agent)
            assert refused.value.problems[0].code == "BAD_MOVE"
            assert (await office.row(TicketRow, ticket)).status is before


async def test_a_life(office: Office):
    world, status = office.world, TicketStatus
    steps = [
        (status.ACKNOWLEDGED, "ACKNOWLEDGED"),
        (status.IN_PROGRESS, "STATE_CHANGED"),
        (status.AWAITING_PARTS, "STATE_CHANGED"),
        (status.SOLUTION_OFFERED, "SOLUTION_OFFERED"),
        (status.RESOLVED, "RESOLVED"),
        (status.IN_PROGRESS, "REOPENED"),
        (status.RESOLVED, "RESOLVED"),
        (status.CLOSED, "CLOSED"),
    ]
    for n, (after, _) in enumerate(steps, start=1):
        change = TicketStateChange(world.ticket, after, version=n, note=f"step {n}")
        await office.do(change_ticket_state, change, by=world.agent, now=NOW + dt.timedelta(minutes=n))
    happened = (await history(office, world.ticket))[1:]
    assert [event.kind for event in happened] == [kind for _, kind in steps]
    assert [event.status for event in happened] == [after for after, _ in steps]
    assert [event.note for event in happened] == [f"step {n}" for n in range(1, 9)]
    row = await office.row(TicketRow, world.ticket)
    assert (row.resolved_at, row.closed_at) == (NOW + dt.timedelta(minutes=7), NOW + dt.timedelta(minutes=8))
    assert (row.reopen_count, row.version, row.made_target) == (1, 9, None)
    events = await told(office)
    assert [event.data["what"] for event in events] == [kind for _, kind in steps]
    assert [(event.data["from"], event.data["to"]) for event in events][:2] == [
        ("NEW", "ACKNOWLEDGED"),
        ("ACKNOWLEDGED", "IN_PROGRESS"),
    ]


@pytest.mark.parametrize(("due", "made"), [(NOW, True), (NOW - dt.timedelta(seconds=1), False)])
async def test_a_resolved_ticket_made_its_target_or_not(office: Office, due: dt.datetime, made: bool):
    ticket = await in_state(office, TicketStatus.IN_PROGRESS, due_at=due)
    outcome = {"outcome": "Replaced", "cause": "Worn seal", "prevention": "Yearly check"}
    await office.do(change_ticket_state, TicketStateChange(ticket, TicketStatus.RESOLVED, **outcome))
    row = await office.row(TicketRow, ticket)
    assert (row.made_target, row.resolved_at) == (made, NOW)
    assert {name: getattr(row, name) for name in outcome} == outcome
    await office.do(change_ticket_state, TicketStateChange(ticket, TicketStatus.IN_PROGRESS))
    row = await office.row(TicketRow, ticket)
    assert (row.made_target, row.resolved_at, row.outcome) == (None, None, "Replaced")


async def test_of_many_moves_with_one_version_exactly_one_gets_through(office: Office):
    change = TicketStateChange(office.world.ticket, TicketStatus.ACKNOWLEDGED, version=1)
    results = await asyncio.gather(*(office.do(change_ticket_state, change) for _ in range(6)), return_exceptions=True)
    refused = [result for result in results if isinstance(result, Refused)]
    assert [p.code for result in refused for p in result.problems] == ["STALE_VERSION"] * 5
    assert len(await history(office, office.world.ticket)) == 2


async def test_a_ticket_is_given_to_someone(office: Office):
    world = office.world
    give = TicketAssignment(world.ticket, world.colleague_id, version=1, note="yours")
    for _ in range(2):
        await office.do(assign_ticket, give, by=world.agent)
        give = TicketAssignment(world.ticket, world.colleague_id)
    row = await office.row(TicketRow, world.ticket)
    assert (row.assignee_id, row.department_id, row.version) == (world.colleague_id, world.service, 2)
    [_, event] = await history(office, world.ticket)
    assert (event.kind, event.assignee_id, event.note) == (TicketEventKind.ASSIGNED, world.colleague_id, "yours")
    [event] = await told(office)
    assert (event.data["what"], event.data["assigneeId"]) == ("ASSIGNED", str(world.colleague_id))


async def test_a_ticket_passed_on_keeps_its_first_responder(office: Office):
    world = office.world
    key = await office.do(open_ticket, draft(office), by=world.agent)
    move = TicketTransfer(key, world.other, world.outsider_id, note="please")
    for _ in range(2):
        await office.do(transfer_ticket, move, by=world.agent)
    row = await office.row(TicketRow, key)
    assert (row.department_id, row.assignee_id, row.transfer_count) == (world.other, world.outsider_id, 1)
    assert row.first_responder_id == world.agent_id
    await office.do(transfer_ticket, TicketTransfer(key, world.other), by=world.agent)
    row = await office.row(TicketRow, key)
    assert (row.assignee_id, row.transfer_count) == (None, 2)
    assert [event.kind for event in await history(office, key)] == ["REGISTERED", "TRANSFERRED", "TRANSFERRED"]


async def test_the_first_reply_stops_its_clock_and_the_second_does_not(office: Office):
    world = office.world
    await office.do(reply_to_ticket, TicketReply(world.ticket, "We are on it"), by=world.agent)
    await office.do(reply_to_ticket, TicketReply(world.ticket), now=LATER)
    row = await office.row(TicketRow, world.ticket)
    assert (row.first_replied_at, row.first_responder_id, row.updated_at) == (NOW, world.agent_id, LATER)
    assert [(e.kind, e.note) for e in (await history(office, world.ticket))[1:]] == [
        ("REPLIED", "We are on it"),
        ("REPLIED", None),
    ]


async def test_nobody_works_on_a_ticket_that_has_ended(office: Office):
    world = office.world
    work = [
        (assign_ticket, TicketAssignment(world.ticket, world.colleague_id)),
        (transfer_ticket, TicketTransfer(world.ticket, world.other)),
        (reply_to_ticket, TicketReply(world.ticket)),
    ]
    for status in ENDED:
        await in_state(office, status)
        for command, one in work:
            with pytest.raises(Refused, match="TICKET_ENDED"):
                await office.do(command, one)


async def test_statements(office: Office):
    world = office.world
    await office.do(open_ticket, draft(office), by=world.agent)  # writes down the rules that ship
    with statements(office.database) as seen:
        await office.do(open_ticket, draft(office), by=world.agent)
    # customer locked, rules in force, the customer's grade, decision, ticket, its event, six for the figures, event
    assert len(seen) == 13
    change = TicketStateChange(world.ticket, TicketStatus.RESOLVED)
    with statements(office.database) as seen:
        await office.do(change_ticket_state, change, by=world.agent)
    assert len(seen) == 10  # ticket and customer locked, ticket, its event, six for the figures, event
