"""Splitting a department: what is listed goes to a new one beside it, the rest stays."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.department import DepartmentDraft, create_department
from resolvers.department_split import DepartmentSplit, split_department
from resolvers.head import HeadAppointment, appoint_head
from resolvers.problems import Refused
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.ticket import TicketRow
from tests.commands.places import A, H, M, day, people
from tests.commands.worlds import Office, parents

pytestmark = pytest.mark.anyio


async def test_what_is_listed_goes_to_a_new_department_beside(office: Office):
    world = office.world
    child = await office.do(create_department, DepartmentDraft("D-CHILD", "Child", parent_id=world.service))
    await office.do(appoint_head, HeadAppointment(world.service, world.agent_id, since=day(-3)))
    draft = DepartmentSplit(
        world.service,
        "D-NEW",
        "Key accounts",
        "The large ones",
        staff_ids=(world.agent_id,),
        customer_ids=(world.own,),
        child_ids=(child,),
    )
    key = await office.do(split_department, draft)
    row = await office.row(DepartmentRow, key)
    assert (row.number, row.name, row.scope_of_work, row.parent_id) == (
        "D-NEW",
        "Key accounts",
        "The large ones",
        world.head,
    )
    assert (await parents(office))[child] == key
    assert await people(office, key) == {(world.agent_id, H, 0, None)}
    assert (world.agent_id, H, -3, 0) in await people(office, world.service)
    assert (world.colleague_id, M, -365, None) in await people(office, world.service)
    assert (await office.row(CustomerRow, world.own)).department_id == key
    assert (await office.row(CustomerRow, world.neighbour)).department_id == world.service
    ticket = await office.row(TicketRow, world.ticket)
    assert (ticket.department_id, ticket.transfer_count) == (key, 1)


async def test_events_tell_of_all_that_went(office: Office):
    world = office.world
    draft = DepartmentSplit(world.other, "D-NEW", "New", child_ids=(world.annex,), staff_ids=(world.outsider_id,))
    key = await office.do(split_department, draft)
    events = await office.rows(sa.select(LogEventRow).order_by(LogEventRow.id))
    assert [(event.kind, event.aggregate_id) for event in events if event.aggregate_type == "Department"] == [
        ("department.created", key),
        ("department.moved", world.annex),
        ("department.split", world.other),
    ]
    assert [event.kind for event in events if event.aggregate_type == "Membership"] == [
        "membership.ended",
        "membership.started",
    ]
    assert events[-1].data["into"] == str(key)


async def test_an_acting_head_goes_with_both_places(office: Office):
    world = office.world
    await office.do(appoint_head, HeadAppointment(world.service, world.agent_id, acting=True, since=day(-3)))
    draft = DepartmentSplit(world.service, "D-NEW", "New", staff_ids=(world.agent_id,), on=day(-1))
    assert await people(office, await office.do(split_department, draft)) == {
        (world.agent_id, M, -1, None),
        (world.agent_id, A, -1, None),
    }


async def test_every_item_that_does_not_belong_to_it_is_named(office: Office):
    world = office.world
    draft = DepartmentSplit(world.service, "D-NEW", "New", customer_ids=(world.foreign, world.own, world.foreign))
    with pytest.raises(Refused) as refused:
        await office.do(split_department, draft)
    assert [(p.code, p.field) for p in refused.value.problems] == [
        ("NOT_FOUND", "customer_ids.0"),
        ("NOT_FOUND", "customer_ids.2"),
    ]


async def test_a_supervisor_splits_within_reach(office: Office):
    world = office.world
    draft = DepartmentSplit(world.service, "D-NEW", "New", staff_ids=(world.agent_id,), customer_ids=(world.own,))
    key = await office.do(split_department, draft, by=world.supervisor)
    assert (await office.row(CustomerRow, world.own)).department_id == key


async def test_nothing_is_created_out_of_reach(office: Office):
    draft = DepartmentSplit(office.world.head, "D-NEW", "New")
    with pytest.raises(Refused) as refused:
        await office.do(split_department, draft, by=office.world.supervisor)
    assert [(p.code, p.field) for p in refused.value.problems] == [("REQUIRED", "id")]
