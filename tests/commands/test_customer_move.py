"""Moving many customers to another department."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from outbox.log import MAX_CHANGES
from resolvers.customer_move import CustomersMove, move_customers
from resolvers.problems import Refused
from store.customer import CustomerRow
from store.ticket import TicketEventKind, TicketEventRow, TicketRow
from tests.commands.worlds import Office
from tests.factories.customer import add_crowd
from tests.factories.ticket import add_crowd_of_tickets, add_ticket

pytestmark = pytest.mark.anyio


async def test_customers_go_with_the_open_tickets_of_their_department(office: Office):
    world = office.world
    async with office.database.transaction() as session:
        own = await session.get_one(CustomerRow, world.own)
        elsewhere = await add_ticket(session, own, department_id=world.other, assignee_id=world.outsider_id)
        await session.execute(
            sa.update(TicketRow).where(TicketRow.id == world.ticket).values(assignee_id=world.agent_id)
        )
    draft = CustomersMove((world.own, world.neighbour, world.own), world.head)
    assert await office.do(move_customers, draft, by=world.supervisor) == world.head
    assert [(await office.row(CustomerRow, key)).department_id for key in draft.customer_ids] == [world.head] * 3
    ticket = await office.row(TicketRow, world.ticket)
    assert (ticket.department_id, ticket.assignee_id, ticket.transfer_count) == (world.head, world.agent_id, 1)
    assert (await office.row(TicketRow, elsewhere.id)).department_id == world.other
    assert (await office.row(TicketRow, world.ended_ticket)).transfer_count == 0
    [noted] = await office.rows(sa.select(TicketEventRow).where(TicketEventRow.kind == TicketEventKind.TRANSFERRED))
    assert (noted.ticket_id, noted.department_id) == (world.ticket, world.head)


async def test_events_tell_of_each_customer_and_ticket(office: Office):
    world = office.world
    await office.do(move_customers, CustomersMove((world.own, world.foreign), world.other))
    events = await office.rows(sa.select(LogEventRow).order_by(LogEventRow.id))
    own = await office.row(CustomerRow, world.own)
    assert [(event.kind, event.aggregate_id) for event in events] == [
        ("customer.updated", world.own),
        ("ticket.changed", world.ticket),
    ]
    assert events[0].data == {"code": own.code, "version": 2, "fields": ["department_id"]}
    assert (events[1].data["what"], events[1].data["departmentId"]) == ("TRANSFERRED", str(world.other))


async def test_a_customer_without_a_department_gets_one(office: Office):
    world = office.world
    async with office.database.transaction() as session:
        [key] = await add_crowd(session, None, 1)
    await office.do(move_customers, CustomersMove((key,), world.service))
    assert (await office.row(CustomerRow, key)).department_id == world.service


async def test_nobody_to_move_is_no_change(office: Office):
    await office.do(move_customers, CustomersMove((), office.world.service))
    assert await office.rows(sa.select(LogEventRow)) == []


async def test_more_tickets_than_one_transaction_tells_are_refused(office: Office):
    world = office.world
    async with office.database.transaction() as session:
        await add_crowd_of_tickets(session, world.own, world.service, MAX_CHANGES)
    with pytest.raises(Refused) as refused:
        await office.do(move_customers, CustomersMove((world.own,), world.other))
    assert [(p.code, p.field) for p in refused.value.problems] == [("TOO_MANY", "customer_ids")]
