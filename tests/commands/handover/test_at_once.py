"""Handovers while others write: each thing has one owner afterwards, and what came late is not swallowed."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from resolvers.assignment import AssignmentDraft, assign_staff
from resolvers.commands import Unit
from resolvers.customer import CustomerChanges, update_customer
from resolvers.handover import registry
from resolvers.handover.answering import HandoverAcceptance, accept_handover
from resolvers.handover.customers import CUSTOMERS
from resolvers.handover.passing import Hook, Owned, Passing
from resolvers.problems import Refused
from resolvers.ticket_work import TicketAssignment, assign_ticket
from store.assignment import AssignmentRow
from store.handover import HandoverStatus
from store.ticket import TicketRow
from tests.commands.handover.desk import BACKUP, OWNER, Desk, day
from tests.factories.assignment import add_assignment
from tests.factories.customer import add_customer

pytestmark = pytest.mark.anyio


async def test_of_many_who_accept_at_once_one_executes(desk: Desk):
    customers = [await desk.owned() for _ in range(3)]
    ticket = await desk.ticket(customers[0])
    key = await desk.propose()
    answers = [desk.do(accept_handover, HandoverAcceptance(key), by=desk.agent()) for _ in range(6)]
    done = await asyncio.gather(*answers, return_exceptions=True)
    refused = [one for one in done if isinstance(one, Refused)]
    assert [problem.code for one in refused for problem in one.problems] == ["BAD_MOVE"] * 5
    for customer in customers:
        assert await desk.times(customer) == [("Gina", "OWNER", -30, 0), ("Tom", "OWNER", 0, None)]
    assert (await desk.ticket_now(ticket)).version == 2


async def test_of_two_successors_each_thing_goes_to_one(desk: Desk):
    customers = [await desk.owned() for _ in range(8)]
    for one in customers:
        await desk.ticket(one)
    keys = [await desk.propose(), await desk.propose(to_id=desk.third.id)]
    await asyncio.gather(*(desk.do(accept_handover, HandoverAcceptance(key, note="Now")) for key in keys))

    assert {(await desk.document(key)).status for key in keys} == {HandoverStatus.DONE}
    heirs = {(await desk.times(one))[-1][0] for one in customers}
    assert len(heirs) == 1
    states = [Counter(state for *_, state in await desk.items(key)) for key in keys]
    assert sorted(states, key=str) == [{"GONE": 24}, {"HANDED_OVER": 24}]


async def test_two_who_hand_over_to_each_other_do_not_wait_for_ever(desk: Desk):
    mine = [await desk.owned() for _ in range(4)]
    yours = [await desk.customer() for _ in range(4)]
    for one in yours:
        await desk.serves(desk.taker, one, OWNER, -30)
    for one in (*mine, *yours):
        await desk.serves(desk.giver if one in yours else desk.taker, one, BACKUP, -30)
    keys = [await desk.propose(), await desk.propose(from_id=desk.taker.id, to_id=desk.giver.id)]
    await asyncio.gather(*(desk.do(accept_handover, HandoverAcceptance(key, note="Now")) for key in keys))

    held = [one for customer in (*mine, *yours) for one in await desk.times(customer)]
    assert {name for name, role, _, until in held if role == "OWNER" and until is None} in ({"Gina"}, {"Tom"})
    assert {until for _, role, _, until in held if role == "BACKUP"} == {0}


async def test_what_is_given_to_the_person_meanwhile_is_handed_over_or_came_later(desk: Desk):
    """No one slips through: whatever the giver still has was given after the handover was committed."""
    old = [await desk.owned() for _ in range(5)]
    fresh = [await desk.customer() for _ in range(10)]
    tickets = [await desk.ticket(one, assignee_id=None, first_responder_id=None) for one in (*old, *fresh)]
    key = await desk.propose()
    gifts = [desk.do(assign_staff, AssignmentDraft(one.id, desk.giver.id)) for one in fresh]
    gifts += [desk.do(assign_ticket, TicketAssignment(one.id, desk.giver.id)) for one in tickets]
    gifts += [desk.do(update_customer, CustomerChanges(one.id, city="Suzhou")) for one in old]
    gifts.insert(len(gifts) // 3, desk.do(accept_handover, HandoverAcceptance(key, note="Now")))
    await asyncio.gather(*gifts)

    [done] = await desk.events("handover.done")
    still = await desk.rows(sa.select(AssignmentRow).where(AssignmentRow.staff_id == desk.giver.id))
    left = {one.id for one in still if one.until is None}
    left |= {one.id for one in await desk.rows(sa.select(TicketRow).where(TicketRow.assignee_id == desk.giver.id))}
    given = {event.aggregate_id: event.id for event in await desk.events() if event.data.get("what") == "ASSIGNED"}
    given |= {event.aggregate_id: event.id for event in await desk.events("assignment.started")}
    assert all(given[one] > done.id for one in left)
    listed = {subject for _, _, subject, state in await desk.items(key) if state == "HANDED_OVER"}
    gone = {one.id for one in (*old, *fresh, *tickets)} & listed
    assert {one.id for one in old} <= gone


async def test_whoever_gives_the_person_something_waits_until_all_is_handed_over(desk: Desk, monkeypatch):
    fresh = await desk.customer()
    await desk.owned()
    gifts: list[asyncio.Task[uuid.UUID]] = []

    async def give_meanwhile(unit: Unit, passing: Passing, things: Sequence[Owned]) -> None:
        await CUSTOMERS.hand_over(unit, passing, things)
        gifts.append(asyncio.create_task(desk.do(assign_staff, AssignmentDraft(fresh.id, desk.giver.id))))
        await asyncio.sleep(0.3)
        assert not gifts[0].done()

    hook = Hook(CUSTOMERS.owned, give_meanwhile, CUSTOMERS.events)
    monkeypatch.setattr(registry, "HOOKS", [hook, *registry.HOOKS[1:]])
    await desk.hand_over()
    await gifts[0]

    assert await desk.times(fresh) == [("Gina", "OWNER", 0, None)]
    kinds = [event.kind for event in await desk.events()]
    assert kinds[-2:] == ["handover.done", "assignment.started"]


async def test_what_is_being_given_is_waited_for_and_handed_over(desk: Desk):
    fresh = await desk.customer()
    await desk.owned()
    key = await desk.propose()
    async with desk.database.transaction() as session:
        await add_assignment(session, fresh, desk.giver, since=day(-1))
        accepting = asyncio.create_task(desk.accept(key))
        await asyncio.sleep(0.3)
        assert not accepting.done()
    await accepting

    assert await desk.times(fresh) == [("Gina", "OWNER", -1, 0), ("Tom", "OWNER", 0, None)]


async def test_a_handover_of_a_thousand_customers_is_one_transaction(desk: Desk):
    async with desk.database.transaction() as session:
        for _ in range(1_000):
            await add_assignment(session, await add_customer(session), desk.giver)
    key = await desk.hand_over()
    assert Counter(state for *_, state in await desk.items(key)) == {"HANDED_OVER": 1_000}
    assert len(await desk.events("assignment.")) == 2_000
