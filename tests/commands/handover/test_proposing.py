"""Proposing: everything that someone has is listed, and nothing changes hands yet."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from resolvers.handover.proposing import propose_handover
from resolvers.problems import Refused
from store.base import new_id
from store.handover import HandoverItemRow, HandoverReason, HandoverStatus
from store.ticket import TicketStatus
from tests.commands.handover.desk import BACKUP, OWNER, Desk, day
from tests.commands.probes import changed_tables, contents, statements
from tests.factories import NOW, TODAY
from tests.factories.department import add_department

pytestmark = pytest.mark.anyio


async def test_a_proposal_is_written_down_and_told(desk: Desk):
    customer = await desk.owned()
    key = await desk.propose(
        by=desk.supervisor(), effective_on=day(7), note="Ask for Ms Li", reason=HandoverReason.MOVING
    )
    row = await desk.document(key)
    assert re.fullmatch(r"H260302-[0-9A-HJKMNP-TV-Z]{7}", row.number)
    assert (row.from_id, row.to_id, row.effective_on) == (desk.giver.id, desk.taker.id, day(7))
    assert (row.status, row.reason, row.note) == (HandoverStatus.PROPOSED, HandoverReason.MOVING, "Ask for Ms Li")
    assert (row.proposed_by, row.created_at, row.version) == ("supervisor", NOW, 1)
    assert (row.answered_at, row.executed_at, row.cancelled_at, row.is_part) == (None, None, None, False)
    [event] = await desk.events()
    assert (event.kind, event.aggregate_type, event.aggregate_id) == ("handover.proposed", "Handover", key)
    assert event.data == {
        "number": row.number,
        "fromId": str(desk.giver.id),
        "toId": str(desk.taker.id),
        "effectiveOn": str(day(7)),
        "reason": "MOVING",
        "counts": {"CUSTOMER": 1},
    }
    assert await desk.times(customer) == [("Gina", "OWNER", -30, None)]


async def test_everything_that_the_person_has_is_listed_once(desk: Desk):
    owned, backed, later, past, others = [await desk.customer() for _ in range(5)]
    await desk.serves(desk.giver, owned, OWNER, -30)
    await desk.serves(desk.giver, owned, BACKUP, -300, -200)
    await desk.serves(desk.giver, backed, BACKUP, -30, 5)
    await desk.serves(desk.giver, later, OWNER, 40, 50)
    await desk.serves(desk.giver, later, OWNER, 60)
    await desk.serves(desk.giver, past, OWNER, -30, 0)
    await desk.serves(desk.third, others, OWNER, -30)
    contacts = [await desk.contact(one) for one in (owned, backed, later)]
    await desk.contact(owned, is_active=False)
    await desk.contact(others)
    both = await desk.ticket(others)
    asked = await desk.ticket(others, assignee_id=desk.third.id)
    ended = {"status": TicketStatus.RESOLVED, "resolved_at": NOW}
    await desk.ticket(owned, **ended)
    await desk.ticket(owned, assignee_id=desk.third.id, first_responder_id=None)

    key = await desk.propose()

    assert await desk.items(key) == {
        ("CUSTOMER", "OWNER", owned.id, "LISTED"),
        ("CUSTOMER", "BACKUP", backed.id, "LISTED"),
        ("CUSTOMER", "OWNER", later.id, "LISTED"),
        ("TICKET", "ASSIGNEE", both.id, "LISTED"),
        ("TICKET", "FIRST_RESPONDER", both.id, "LISTED"),
        ("TICKET", "FIRST_RESPONDER", asked.id, "LISTED"),
        *(("CONTACT", "LIAISON", contact.id, "LISTED") for contact in contacts),
    }


async def test_things_are_listed_under_their_names_with_what_they_are(desk: Desk):
    customer = await desk.owned(name="海天科技")
    contact = await desk.contact(customer, name="李雷")
    ticket = await desk.ticket(customer)
    key = await desk.propose()
    found = await desk.rows(sa.select(HandoverItemRow).where(HandoverItemRow.handover_id == key))
    assert {(one.label, one.customer_id, one.ticket_id, one.contact_id) for one in found} == {
        ("海天科技", customer.id, None, None),
        ("李雷", customer.id, None, contact.id),
        (ticket.number, customer.id, ticket.id, None),
    }
    assert {(one.listed_at, one.done_at) for one in found} == {(NOW, None)}


async def test_what_ends_before_the_day_is_not_listed(desk: Desk):
    ends = await desk.customer()
    await desk.serves(desk.giver, ends, OWNER, -30, 7)
    await desk.ticket(await desk.customer())
    key = await desk.propose(effective_on=day(7))
    assert {kind for kind, *_ in await desk.items(key)} == {"TICKET"}


async def test_a_part_is_what_belongs_to_chosen_customers(desk: Desk):
    chosen, left = [await desk.owned() for _ in range(2)]
    contact = await desk.contact(chosen)
    ticket = await desk.ticket(chosen, first_responder_id=None)
    await desk.contact(left)
    await desk.ticket(left)
    key = await desk.propose(customer_ids=(chosen.id, chosen.id))
    assert (await desk.document(key)).is_part
    assert await desk.items(key) == {
        ("CUSTOMER", "OWNER", chosen.id, "LISTED"),
        ("CONTACT", "LIAISON", contact.id, "LISTED"),
        ("TICKET", "ASSIGNEE", ticket.id, "LISTED"),
    }


async def test_a_part_is_what_belongs_to_a_department(desk: Desk):
    async with desk.database.transaction() as session:
        other = await add_department(session)
    there, here = await desk.owned(department_id=other.id), await desk.owned()
    nowhere = await desk.owned(department_id=None)
    await desk.ticket(here)
    key = await desk.propose(department_id=other.id)
    assert (await desk.document(key)).department_id == other.id
    assert await desk.items(key) == {("CUSTOMER", "OWNER", there.id, "LISTED")}
    with pytest.raises(Refused, match="NOT_FOUND customer_ids"):
        await desk.propose(department_id=other.id, customer_ids=(nowhere.id,))


async def test_a_supervisor_hands_over_what_lies_outside_of_their_departments_too(desk: Desk):
    """Nothing may be left with nobody because it belongs to another department: the reach is that over the person."""
    async with desk.database.transaction() as session:
        other = await add_department(session)
    customer = await desk.owned(department_id=other.id)
    key = await desk.propose(by=desk.supervisor())
    assert await desk.items(key) == {("CUSTOMER", "OWNER", customer.id, "LISTED")}
    with pytest.raises(Refused, match="NOT_FOUND from_id"):
        await desk.propose(by=desk.supervisor(other))


async def test_a_successor_who_leaves_by_then_is_refused(desk: Desk):
    await desk.owned()
    async with desk.database.transaction() as session:
        taker = await session.get_one(type(desk.taker), desk.taker.id)
        taker.left_on = day(7)
    await desk.propose(effective_on=day(6))
    with pytest.raises(Refused, match="STAFF_LEFT to_id"):
        await desk.propose(effective_on=day(7))


async def test_the_farthest_day_is_a_year_ahead(desk: Desk):
    await desk.owned()
    await desk.propose(effective_on=day(366))
    with pytest.raises(Refused, match="OUT_OF_RANGE effective_on"):
        await desk.propose(effective_on=day(367))


async def test_someone_who_has_nothing_has_nothing_to_hand_over(desk: Desk):
    with pytest.raises(Refused, match="NOTHING_OWNED from_id"):
        await desk.propose()


async def test_a_customer_of_whom_the_person_has_nothing_is_named(desk: Desk):
    await desk.owned()
    stranger = new_id()
    with pytest.raises(Refused, match=f"NOT_FOUND customer_ids: .* 1 of these customers, such as Customer:{stranger}"):
        await desk.propose(customer_ids=(stranger,))


async def test_only_the_document_and_its_items_are_written(desk: Desk):
    customer = await desk.owned()
    await desk.ticket(customer)
    before = await contents(desk.database)
    await desk.propose()
    after = await contents(desk.database)
    assert changed_tables(before, after) == {"handover", "handover_item", "log_event"}


async def test_statements_do_not_grow_with_what_there_is(desk: Desk):
    counts = []
    for _ in range(2):
        for _ in range(5):
            customer = await desk.owned()
            await desk.contact(customer)
            await desk.ticket(customer)
        with statements(desk.database) as seen:
            await desk.do(propose_handover, desk.draft(effective_on=TODAY))
        counts.append(len(seen))
    assert counts == [10, 10]  # both people, a list of each kind, the document, items of each kind, the event
