"""Executing: in one transaction everything goes to the successor, and nothing of the person is left."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
import sqlalchemy as sa

from outbox import log
from resolvers.handover import executing
from resolvers.handover.due import due_handovers, execute_due
from resolvers.problems import Refused
from store.assignment import AssignmentRow
from store.customer import CustomerRow
from store.handover import HandoverItemRow, HandoverItemState, HandoverStatus
from store.staff import StaffStatus
from store.ticket import TicketStatus
from tests.commands.handover.desk import BACKUP, OWNER, Desk, day
from tests.commands.probes import contents, statements
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.anyio

TOMORROW = NOW + dt.timedelta(days=1)


async def test_an_owner_is_followed_by_the_successor(desk: Desk):
    customer = await desk.owned()
    key = await desk.hand_over()
    assert await desk.times(customer) == [("Gina", "OWNER", -30, 0), ("Tom", "OWNER", 0, None)]
    assert await desk.items(key) == {("CUSTOMER", "OWNER", customer.id, "HANDED_OVER")}
    row = await desk.document(key)
    assert (row.status, row.executed_at, row.executed_by) == (HandoverStatus.DONE, NOW, "agent")
    kinds = [event.kind for event in await desk.events()]
    assert kinds[1:] == ["handover.accepted", "assignment.ended", "assignment.started", "handover.done"]
    [done] = await desk.events("handover.done")
    assert done.data["counts"] == {"CUSTOMER": 1}


@pytest.mark.parametrize(
    ("given", "held", "wanted"),
    [
        # what the giver has, what the successor has, what there is afterwards
        ([(OWNER, -9, 5)], [], [("Gina", "OWNER", -9, 0), ("Tom", "OWNER", 0, 5)]),
        ([(OWNER, 3, None)], [], [("Tom", "OWNER", 3, None)]),
        ([(BACKUP, -9, None)], [], [("Gina", "BACKUP", -9, 0), ("Tom", "BACKUP", 0, None)]),
        ([(BACKUP, -9, None)], [(BACKUP, -5, None)], [("Tom", "BACKUP", -5, None), ("Gina", "BACKUP", -9, 0)]),
        ([(BACKUP, -9, None)], [(OWNER, -5, None)], [("Tom", "OWNER", -5, None), ("Gina", "BACKUP", -9, 0)]),
        (
            [(BACKUP, -9, None)],
            [(OWNER, -5, 4)],
            [("Tom", "OWNER", -5, 4), ("Gina", "BACKUP", -9, 0), ("Tom", "BACKUP", 4, None)],
        ),
        (
            [(OWNER, -9, None)],
            [(BACKUP, -5, None)],
            [("Gina", "OWNER", -9, 0), ("Tom", "OWNER", 0, None), ("Tom", "BACKUP", -5, 0)],
        ),
        (
            [(OWNER, -9, 6)],
            [(BACKUP, -5, None)],
            [("Gina", "OWNER", -9, 0), ("Tom", "OWNER", 0, 6), ("Tom", "BACKUP", -5, 0), ("Tom", "BACKUP", 6, None)],
        ),
        ([(OWNER, -9, None)], [(BACKUP, 4, 8)], [("Gina", "OWNER", -9, 0), ("Tom", "OWNER", 0, None)]),
        (
            [(OWNER, -9, 3), (BACKUP, 3, None)],
            [(BACKUP, -5, 7)],
            [
                ("Gina", "OWNER", -9, 0),
                ("Tom", "OWNER", 0, 3),
                ("Tom", "BACKUP", -5, 0),
                ("Tom", "BACKUP", 3, 7),
                ("Tom", "BACKUP", 7, None),
            ],
        ),
        (
            [(OWNER, -9, 2), (OWNER, 4, None)],
            [(BACKUP, -5, None)],
            [
                ("Gina", "OWNER", -9, 0),
                ("Tom", "OWNER", 0, 2),
                ("Tom", "OWNER", 4, None),
                ("Tom", "BACKUP", -5, 0),
                ("Tom", "BACKUP", 2, 4),
            ],
        ),
    ],
)
async def test_nobody_is_two_things_to_a_customer_at_once(desk: Desk, given, held, wanted):
    customer = await desk.customer()
    for role, *days in given:
        await desk.serves(desk.giver, customer, role, *days)
    for role, *days in held:
        await desk.serves(desk.taker, customer, role, *days)
    await desk.hand_over()
    assert sorted(await desk.times(customer), key=str) == sorted(wanted, key=str)


async def test_open_tickets_go_on_with_the_successor(desk: Desk):
    customer = await desk.customer()
    both = await desk.ticket(customer)
    worked_on = await desk.ticket(customer, first_responder_id=desk.third.id)
    asked = await desk.ticket(customer, assignee_id=desk.third.id)
    ended = await desk.ticket(customer, status=TicketStatus.CLOSED, resolved_at=NOW, closed_at=NOW)

    key = await desk.hand_over()

    number = (await desk.document(key)).number
    for ticket, people, kind in (
        (both, (desk.taker, desk.taker), "ASSIGNED"),
        (worked_on, (desk.taker, desk.third), "ASSIGNED"),
        (asked, (desk.third, desk.taker), "UPDATED"),
    ):
        row = await desk.ticket_now(ticket)
        assert (row.assignee_id, row.first_responder_id, row.version) == (*(one.id for one in people), 2)
        event = (await desk.history(ticket))[-1]
        assert (event.kind, event.note, event.assignee_id) == (kind, f"handover {number}", row.assignee_id)
        assert (event.actor_id, event.at) == (desk.taker.id, NOW)
    row = await desk.ticket_now(ended)
    assert (row.assignee_id, row.first_responder_id, row.version) == (desk.giver.id, desk.giver.id, 1)
    assert len(await desk.events("ticket.changed")) == 3
    assert Counter(state for *_, state in await desk.items(key)) == {"HANDED_OVER": 4}


async def test_contacts_are_introduced_and_do_not_change(desk: Desk):
    contact = await desk.contact(await desk.owned())
    key = await desk.hand_over()
    assert ("CONTACT", "LIAISON", contact.id, "HANDED_OVER") in await desk.items(key)
    [now] = await desk.rows(sa.select(type(contact)))
    assert (now.version, now.updated_at) == (1, contact.updated_at)


async def test_what_came_since_is_added_and_what_went_is_on_record_as_gone(desk: Desk):
    kept, gone, fresh = await desk.owned(), await desk.owned(), await desk.customer()
    ticket = await desk.ticket(kept, first_responder_id=None)
    key = await desk.propose(effective_on=day(1))
    await desk.accept(key)
    async with desk.database.transaction() as session:
        row = await session.get_one(type(ticket), ticket.id)
        row.assignee_id = desk.third.id
        await session.execute(sa.update(AssignmentRow).where(AssignmentRow.customer_id == gone.id).values(until=TODAY))
    await desk.serves(desk.giver, fresh, OWNER, 0)

    await desk.execute(key, now=TOMORROW)

    assert await desk.items(key) == {
        ("CUSTOMER", "OWNER", kept.id, "HANDED_OVER"),
        ("CUSTOMER", "OWNER", gone.id, "GONE"),
        ("CUSTOMER", "OWNER", fresh.id, "HANDED_OVER"),
        ("TICKET", "ASSIGNEE", ticket.id, "GONE"),
    }
    found = await desk.rows(sa.select(HandoverItemRow))
    assert {one.done_at for one in found} == {TOMORROW}
    assert {one.subject_id: one.listed_at for one in found}[fresh.id] == TOMORROW
    assert await desk.times(fresh) == [("Gina", "OWNER", 0, 1), ("Tom", "OWNER", 1, None)]
    assert (await desk.ticket_now(ticket)).assignee_id == desk.third.id


async def test_a_handover_accepted_late_leaves_what_has_been(desk: Desk):
    """Until it was accepted the giver was in charge: the record says so, whatever day was proposed."""
    customer = await desk.owned()
    key = await desk.propose()
    await desk.accept(key, now=NOW + dt.timedelta(days=4))
    assert await desk.times(customer) == [("Gina", "OWNER", -30, 4), ("Tom", "OWNER", 4, None)]


async def test_a_part_leaves_the_rest(desk: Desk):
    chosen, left = await desk.owned(), await desk.owned()
    ticket, other = await desk.ticket(chosen), await desk.ticket(left)
    await desk.hand_over(customer_ids=(chosen.id,))
    assert (await desk.ticket_now(ticket)).assignee_id == desk.taker.id
    assert (await desk.ticket_now(other)).assignee_id == desk.giver.id
    assert await desk.times(left) == [("Gina", "OWNER", -30, None)]
    await desk.hand_over()
    assert (await desk.ticket_now(other)).assignee_id == desk.taker.id
    assert await desk.times(left) == [("Gina", "OWNER", -30, 0), ("Tom", "OWNER", 0, None)]


async def test_a_handover_is_executed_when_its_day_has_come_and_not_before(desk: Desk):
    await desk.owned()
    key = await desk.propose(effective_on=day(1))
    with pytest.raises(Refused, match="BAD_MOVE id: the handover is PROPOSED"):
        await desk.execute(key, now=TOMORROW)
    await desk.accept(key)
    with pytest.raises(Refused, match="IN_FUTURE id"):
        await desk.execute(key)
    assert await due_handovers(desk.database, NOW) == []
    number = (await desk.document(key)).number
    assert await due_handovers(desk.database, TOMORROW) == [(key, number)]
    await execute_due(desk.database, TOMORROW, key)
    row = await desk.document(key)
    assert (row.status, row.executed_at, row.executed_by) == (HandoverStatus.DONE, TOMORROW, "housekeeping")
    assert await due_handovers(desk.database, TOMORROW) == []


async def test_a_second_execution_changes_nothing(desk: Desk):
    await desk.ticket(await desk.owned())
    key = await desk.hand_over()
    before = await contents(desk.database)
    for _ in range(2):
        with pytest.raises(Refused, match="BAD_MOVE"):
            await desk.execute(key, now=TOMORROW)
    assert await contents(desk.database) == before


async def test_a_successor_who_is_gone_by_then_gets_nothing(desk: Desk):
    await desk.owned()
    key = await desk.propose(effective_on=day(1))
    await desk.accept(key)
    for status, code in ((StaffStatus.ON_LEAVE, "STAFF_AWAY"), (StaffStatus.LEFT, "STAFF_LEFT")):
        async with desk.database.transaction() as session:
            (await session.get_one(type(desk.taker), desk.taker.id)).status = status
        before = await contents(desk.database)
        with pytest.raises(Refused, match=f"{code} id"):
            await desk.execute(key, now=TOMORROW)
        assert await contents(desk.database) == before


async def test_more_than_one_transaction_can_note_is_refused_until_it_is_split(desk: Desk, monkeypatch):
    """The limit is that of the event log, lowered here: four events a customer at most, and one a ticket."""
    monkeypatch.setattr(executing, "MAX_CHANGES", 20)
    monkeypatch.setattr(log, "MAX_CHANGES", 20)
    customers = [await desk.owned() for _ in range(6)]
    with pytest.raises(Refused, match="TOO_MANY customer_ids: it would note 24 events, and 20 are the most at once"):
        await desk.propose()
    await desk.hand_over(customer_ids=tuple(one.id for one in customers[:4]))
    later = await desk.propose(effective_on=day(1))
    await desk.accept(later)
    for one in customers[:5]:
        for _ in range(4):
            await desk.ticket(one, first_responder_id=None)
    before = await contents(desk.database)
    with pytest.raises(Refused, match="TOO_MANY id"):
        await desk.execute(later, now=TOMORROW)
    assert await contents(desk.database) == before


async def test_figures_follow(desk: Desk):
    customer = await desk.owned()
    await desk.ticket(customer)
    await desk.hand_over()
    [row] = await desk.rows(sa.select(CustomerRow).where(CustomerRow.id == customer.id))
    assert (row.open_ticket_count, row.last_activity_at) == (1, NOW)


async def test_statements_do_not_grow_with_what_there_is(desk: Desk):
    counts = []
    for _ in range(2):
        for _ in range(5):
            customer = await desk.owned()
            await desk.serves(desk.taker, customer, BACKUP, -3)
            await desk.contact(customer)
            await desk.ticket(customer)
        key = await desk.propose()
        with statements(desk.database) as seen:
            await desk.accept(key)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 40


async def test_nothing_that_is_recorded_is_ever_deleted(desk: Desk):
    customer = await desk.owned()
    await desk.contact(customer)
    key = await desk.propose()
    before = await desk.rows(sa.select(HandoverItemRow.id).order_by(HandoverItemRow.id))
    await desk.accept(key)
    after = await desk.rows(sa.select(HandoverItemRow).order_by(HandoverItemRow.id))
    assert [one.id for one in after] == before
    assert {one.state for one in after} == {HandoverItemState.HANDED_OVER}
