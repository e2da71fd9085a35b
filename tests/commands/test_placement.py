"""Moving people from department to department."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.head import HeadAppointment, appoint_head
from resolvers.placement import PlacementRole, StaffPlacement, place_staff
from resolvers.problems import Refused
from store.department import DepartmentRow
from store.staff import StaffRow
from tests.commands.places import A, D, H, M, day, places, told
from tests.commands.worlds import Office
from tests.factories.staff import add_membership

pytestmark = pytest.mark.anyio


async def second_place(office: Office, staff_id, department_id) -> None:
    async with office.database.transaction() as session:
        staff = await session.get_one(StaffRow, staff_id)
        await add_membership(session, staff, await session.get_one(DepartmentRow, department_id))


async def test_someone_goes_to_another_department(office: Office):
    world = office.world
    draft = StaffPlacement(world.agent_id, world.head, since=day(3))
    assert await office.do(place_staff, draft, by=world.supervisor) == world.agent_id
    assert await places(office, staff_id=world.agent_id) == {
        (world.agent_id, world.service, M, -365, 3),
        (world.agent_id, world.head, M, 3, None),
    }
    agent = str(world.agent_id)
    assert await told(office) == [("membership.ended", "MEMBER", agent), ("membership.started", "MEMBER", agent)]


async def test_someone_is_in_two_departments(office: Office):
    world = office.world
    await office.do(place_staff, StaffPlacement(world.agent_id, world.other, PlacementRole.DEPUTY, keep=True))
    assert await places(office, staff_id=world.agent_id) == {
        (world.agent_id, world.service, M, -365, None),
        (world.agent_id, world.other, D, 0, None),
    }


async def test_a_head_who_goes_leaves_the_place_free(office: Office):
    world = office.world
    await office.do(place_staff, StaffPlacement(world.outsider_id, world.service))
    assert await places(office, staff_id=world.outsider_id) == {
        (world.outsider_id, world.other, H, -365, 0),
        (world.outsider_id, world.service, M, 0, None),
    }


async def test_a_member_becomes_deputy_and_goes_on_acting_as_head(office: Office):
    world = office.world
    await office.do(appoint_head, HeadAppointment(world.service, world.agent_id, acting=True, since=day(-2)))
    await office.do(place_staff, StaffPlacement(world.agent_id, world.service, PlacementRole.DEPUTY))
    assert await places(office, staff_id=world.agent_id) == {
        (world.agent_id, world.service, M, -365, 0),
        (world.agent_id, world.service, D, 0, None),
        (world.agent_id, world.service, A, -2, None),
    }


async def test_who_is_there_already_stays_without_a_trace(office: Office):
    await office.do(place_staff, StaffPlacement(office.world.agent_id, office.world.service))
    assert await office.rows(sa.select(LogEventRow)) == []


async def test_who_is_there_already_leaves_the_other_department(office: Office):
    world = office.world
    await second_place(office, world.agent_id, world.head)
    await office.do(place_staff, StaffPlacement(world.agent_id, world.service))
    assert await places(office, staff_id=world.agent_id) == {
        (world.agent_id, world.service, M, -365, None),
        (world.agent_id, world.head, M, -365, 0),
    }


async def test_a_place_that_was_planned_gives_way(office: Office):
    world = office.world
    await office.do(place_staff, StaffPlacement(world.agent_id, world.other, since=day(10)))
    await office.do(place_staff, StaffPlacement(world.agent_id, world.head, since=day(5)))
    assert await places(office, staff_id=world.agent_id) == {
        (world.agent_id, world.service, M, -365, 5),
        (world.agent_id, world.head, M, 5, None),
    }


async def test_nobody_ends_a_place_out_of_reach(office: Office):
    world = office.world
    await second_place(office, world.agent_id, world.other)
    with pytest.raises(Refused) as refused:
        await office.do(place_staff, StaffPlacement(world.agent_id, world.head), by=world.supervisor)
    assert [(p.code, p.field) for p in refused.value.problems] == [("FORBIDDEN", "keep")]
    await office.do(place_staff, StaffPlacement(world.agent_id, world.head, keep=True), by=world.supervisor)
    assert len(await places(office, staff_id=world.agent_id)) == 3
