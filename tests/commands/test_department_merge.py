"""Merging departments: everything goes, nothing is orphaned, and the first takes nothing new."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from outbox.log import MAX_CHANGES
from resolvers.commands import Unit
from resolvers.customer import CustomerChanges, CustomerDraft, create_customer, update_customer
from resolvers.customer_move import MOST, CustomersMove, move_customers
from resolvers.department import DepartmentDraft, create_department
from resolvers.department_merge import DepartmentMerge, merge_departments
from resolvers.head import HeadAppointment, appoint_head
from resolvers.placement import StaffPlacement, place_staff
from resolvers.problems import Refused
from resolvers.staff import StaffDraft, create_staff
from resolvers.ticket import TicketDraft, open_ticket
from resolvers.ticket_work import TicketTransfer, transfer_ticket
from store.customer import CustomerKind, CustomerRow
from store.department import DepartmentRow
from store.interaction import Channel
from store.staff import MembershipRow
from store.ticket import ENDED, TicketEventKind, TicketEventRow, TicketKind, TicketRow
from tests.commands.places import A, H, M, day, people
from tests.commands.worlds import Office, parents
from tests.factories import NOW, TODAY
from tests.factories.customer import add_crowd
from tests.factories.ticket import add_ticket

pytestmark = pytest.mark.anyio

LATER = NOW + dt.timedelta(hours=1)


async def left_in(office: Office, department_id) -> dict[str, int]:
    """What still stands in a department, by kind."""
    lasts = sa.or_(MembershipRow.until.is_(None), MembershipRow.until > TODAY)
    holds = sa.and_(lasts, sa.or_(MembershipRow.until.is_(None), MembershipRow.until > MembershipRow.since))
    found = {
        "departments": sa.select(DepartmentRow).where(DepartmentRow.parent_id == department_id),
        "places": sa.select(MembershipRow).where(MembershipRow.department_id == department_id, holds),
        "customers": sa.select(CustomerRow).where(CustomerRow.department_id == department_id),
        "tickets": sa.select(TicketRow).where(
            TicketRow.department_id == department_id, TicketRow.status.not_in(sorted(ENDED))
        ),
    }
    counts = {name: len(await office.rows(statement)) for name, statement in found.items()}
    return {name: count for name, count in counts.items() if count}


async def test_everything_of_a_department_goes_to_the_other(office: Office):
    world = office.world
    await office.do(merge_departments, DepartmentMerge(world.other, world.service), now=LATER)
    row = await office.row(DepartmentRow, world.other)
    assert (row.closed_on, row.merged_into_id, row.version, row.updated_at) == (TODAY, world.service, 2, LATER)
    assert (await parents(office))[world.annex] == world.service
    assert (world.outsider_id, M, 0, None) in await people(office, world.service)
    assert await people(office, world.other) == {(world.outsider_id, H, -365, 0)}
    assert (await office.row(CustomerRow, world.foreign)).department_id == world.service
    assert await left_in(office, world.other) == {}


async def test_the_ticket_of_another_departments_customer_goes_too(office: Office):
    world = office.world
    async with office.database.transaction() as session:
        own = await session.get_one(CustomerRow, world.own)
        ticket = await add_ticket(session, own, department_id=world.other, assignee_id=world.outsider_id)
    await office.do(merge_departments, DepartmentMerge(world.other, world.head))
    moved = await office.row(TicketRow, ticket.id)
    assert (moved.department_id, moved.assignee_id, moved.version) == (world.head, world.outsider_id, 2)
    assert (await office.row(CustomerRow, world.own)).department_id == world.service
    [noted] = await office.rows(sa.select(TicketEventRow).where(TicketEventRow.kind == TicketEventKind.TRANSFERRED))
    assert (noted.ticket_id, noted.at) == (ticket.id, NOW)
    assert (await office.row(CustomerRow, world.own)).last_activity_at == NOW


async def test_events_tell_of_all_that_went(office: Office):
    world = office.world
    async with office.database.transaction() as session:
        foreign = await session.get_one(CustomerRow, world.foreign)
        await add_ticket(session, foreign, department_id=world.other)
    await office.do(merge_departments, DepartmentMerge(world.other, world.service))
    events = await office.rows(sa.select(LogEventRow).order_by(LogEventRow.id))
    assert [event.kind for event in events] == [
        "department.moved",
        "membership.ended",
        "membership.started",
        "department.merged",
        "customer.updated",
        "ticket.changed",
    ]
    moved, merged, number = events[0], events[3], (await office.row(DepartmentRow, world.other)).number
    assert (moved.data["from"], moved.data["to"]) == (str(world.other), str(world.service))
    told = {"number": number, "version": 2, "into": str(world.service), "on": str(TODAY)}
    assert (merged.aggregate_type, merged.aggregate_id, merged.data) == ("Department", world.other, told)


async def test_who_is_in_both_has_one_place_afterwards(office: Office):
    world = office.world
    await office.do(place_staff, StaffPlacement(world.outsider_id, world.service, since=day(-10), keep=True))
    await office.do(appoint_head, HeadAppointment(world.other, world.agent_id, acting=True, since=day(-5)))
    await office.do(merge_departments, DepartmentMerge(world.other, world.service, on=day(-1)))
    places = await people(office, world.service)
    assert {place for place in places if place[0] in (world.outsider_id, world.agent_id)} == {
        (world.outsider_id, M, -10, None),
        (world.agent_id, M, -365, None),
    }
    assert (world.agent_id, A, -5, -1) in await people(office, world.other)


async def test_the_other_departments_head_stays_and_a_place_of_later_goes_on_later(office: Office):
    world = office.world
    await office.do(appoint_head, HeadAppointment(world.service, world.agent_id))
    await office.do(place_staff, StaffPlacement(world.colleague_id, world.other, since=day(20)))
    await office.do(merge_departments, DepartmentMerge(world.other, world.service))
    places = await people(office, world.service)
    assert {place for place in places if place[1] is H} == {(world.agent_id, H, 0, None)}
    assert {place for place in places if place[0] == world.colleague_id} == {
        (world.colleague_id, M, -365, 20),
        (world.colleague_id, M, 20, None),
    }


async def test_who_left_the_staff_gets_no_new_place(office: Office):
    world = office.world
    await office.do(merge_departments, DepartmentMerge(world.service, world.other))
    assert (world.leaver_id, M, -365, 0) in await people(office, world.service)
    assert world.leaver_id not in {place[0] for place in await people(office, world.other)}


async def test_too_large_a_department_is_merged_in_parts(office: Office):
    world = office.world
    async with office.database.transaction() as session:
        keys = await add_crowd(session, world.annex, MAX_CHANGES)
    with pytest.raises(Refused, match=r"TOO_MANY id: .*moveCustomers"):
        await office.do(merge_departments, DepartmentMerge(world.annex, world.other))
    await office.do(move_customers, CustomersMove(tuple(keys[:MOST]), world.other))
    await office.do(merge_departments, DepartmentMerge(world.annex, world.other))
    assert await left_in(office, world.annex) == {}
    assert len(await office.rows(sa.select(LogEventRow))) == MAX_CHANGES + 1


PUT = {
    "department": (create_department, lambda w: DepartmentDraft("D-LATE", "Late", parent_id=w.other)),
    "staff": (create_staff, lambda w: StaffDraft("S-LATE", "Late", department_id=w.other)),
    "customer": (
        create_customer,
        lambda w: CustomerDraft("C-LATE", CustomerKind.PERSON, "Late", department_id=w.other),
    ),
    "moved customer": (update_customer, lambda w: CustomerChanges(w.own, department_id=w.other)),
    "moved customers": (move_customers, lambda w: CustomersMove((w.own, w.neighbour), w.other)),
    "ticket": (
        open_ticket,
        lambda w: TicketDraft(w.own, TicketKind.FAULT, Channel.PHONE, "It leaks", department_id=w.other),
    ),
    "customer's ticket": (open_ticket, lambda w: TicketDraft(w.foreign, TicketKind.FAULT, Channel.PHONE, "It leaks")),
    "passed on": (transfer_ticket, lambda w: TicketTransfer(w.ticket, w.other)),
    "place": (place_staff, lambda w: StaffPlacement(w.agent_id, w.other)),
    "head": (appoint_head, lambda w: HeadAppointment(w.other, w.colleague_id)),
}
"""What can be put into a department."""


@pytest.mark.parametrize("what", PUT)
async def test_what_is_put_into_a_department_right_before_its_merge_goes_along(office: Office, what: str):
    """The merge begins while the other command is done and not committed yet: it must wait, or see nothing of it."""
    command, draft_of = PUT[what]
    done = asyncio.Event()

    async def slowly(unit: Unit, draft: Any) -> uuid.UUID:
        key: uuid.UUID = await command.work(unit, draft)
        await unit.session.flush()
        done.set()
        await asyncio.sleep(0.2)
        return key

    async def merge_meanwhile() -> None:
        await done.wait()
        await office.do(merge_departments, DepartmentMerge(office.world.other, office.world.head))

    await asyncio.gather(office.do(replace(command, work=slowly), draft_of(office.world)), merge_meanwhile())

    assert (await office.row(DepartmentRow, office.world.other)).closed_on == TODAY
    assert await left_in(office, office.world.other) == {}


@pytest.mark.parametrize("what", PUT)
async def test_what_is_put_into_a_department_while_it_is_merged_is_refused(office: Office, what: str):
    command, draft_of = PUT[what]
    done = asyncio.Event()

    async def slowly(unit: Unit, draft: Any) -> uuid.UUID:
        key: uuid.UUID = await merge_departments.work(unit, draft)
        await unit.session.flush()
        done.set()
        await asyncio.sleep(0.2)
        return key

    async def put_meanwhile() -> None:
        await done.wait()
        await office.do(command, draft_of(office.world))

    merge = office.do(replace(merge_departments, work=slowly), DepartmentMerge(office.world.other, office.world.head))
    results = await asyncio.gather(merge, put_meanwhile(), return_exceptions=True)

    wanted = set() if what == "customer's ticket" else {"DEPARTMENT_CLOSED"}
    refused = [one for one in results if isinstance(one, BaseException)]
    assert {p.code for one in refused for p in getattr(one, "problems", [one])} == wanted
    assert await left_in(office, office.world.other) == {}


async def test_many_that_are_put_into_a_department_beside_its_merge_are_nowhere_lost(office: Office):
    world = office.world
    work = [(command, draft_of(world)) for command, draft_of in PUT.values()]
    merge = (merge_departments, DepartmentMerge(world.other, world.head))
    work = [*work[::2], merge, *work[1::2]]

    results = await asyncio.gather(*(office.do(*one) for one in work), return_exceptions=True)

    refused = [result for result in results if isinstance(result, BaseException)]
    assert {p.code for one in refused for p in getattr(one, "problems", [one])} <= {"DEPARTMENT_CLOSED"}
    assert (await office.row(DepartmentRow, world.other)).closed_on == TODAY
    assert await left_in(office, world.other) == {}
