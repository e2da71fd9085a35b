"""Appointing heads and acting heads, and letting them step back."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.head import HeadAppointment, HeadVacancy, appoint_head, vacate_head
from resolvers.problems import Refused
from resolvers.staff import StaffChanges, update_staff
from store.staff import MembershipRow, StaffStatus
from tests.commands.places import A, D, H, M, day, people, places, told
from tests.commands.worlds import Office
from tests.factories import TODAY

pytestmark = pytest.mark.anyio


async def refusal(office: Office, command, draft) -> str:
    with pytest.raises(Refused) as refused:
        await office.do(command, draft)
    return refused.value.problems[0].code


async def set_role(office: Office, staff_id, role) -> None:
    async with office.database.transaction() as session:
        await session.execute(sa.update(MembershipRow).where(MembershipRow.staff_id == staff_id).values(role=role))


async def test_a_member_becomes_head_and_is_no_member_besides(office: Office):
    world = office.world
    draft = HeadAppointment(world.service, world.agent_id)
    assert await office.do(appoint_head, draft, by=world.supervisor) == world.service
    assert await places(office, staff_id=world.agent_id) == {
        (world.agent_id, world.service, M, -365, 0),
        (world.agent_id, world.service, H, 0, None),
    }
    agent = str(world.agent_id)
    assert await told(office) == [("membership.ended", "MEMBER", agent), ("membership.started", "HEAD", agent)]
    [ended, started] = await office.rows(sa.select(LogEventRow).order_by(LogEventRow.id))
    assert ended.aggregate_type == started.aggregate_type == "Membership"
    keys = {"staffId": agent, "departmentId": str(world.service)}
    assert started.data == {**keys, "role": "HEAD", "since": str(TODAY), "until": None}
    assert ended.data == {**keys, "role": "MEMBER", "since": str(day(-365)), "until": str(TODAY)}


async def test_the_earlier_head_is_a_member_from_then_on(office: Office):
    world = office.world
    await office.do(appoint_head, HeadAppointment(world.other, world.agent_id, since=day(7)))
    assert await people(office, world.other) == {
        (world.outsider_id, H, -365, 7),
        (world.outsider_id, M, 7, None),
        (world.agent_id, H, 7, None),
    }
    assert (world.agent_id, world.service, M, -365, None) in await places(office, staff_id=world.agent_id)


async def test_an_earlier_head_who_left_the_staff_is_no_member(office: Office):
    world = office.world
    await office.do(update_staff, StaffChanges(world.outsider_id, status=StaffStatus.LEFT))
    await office.do(appoint_head, HeadAppointment(world.other, world.agent_id))
    assert await people(office, world.other) == {(world.outsider_id, H, -365, 0), (world.agent_id, H, 0, None)}


async def test_a_head_whose_end_was_planned_is_a_member_up_to_that_day(office: Office):
    world = office.world
    async with office.database.transaction() as session:
        leaves = sa.update(MembershipRow).where(MembershipRow.staff_id == world.outsider_id).values(until=day(30))
        await session.execute(leaves)
    await office.do(appoint_head, HeadAppointment(world.other, world.agent_id, since=day(7)))
    assert (world.outsider_id, M, 7, 30) in await people(office, world.other)


async def test_an_acting_head_keeps_the_own_place_and_the_head_stays(office: Office):
    world = office.world
    await office.do(appoint_head, HeadAppointment(world.other, world.colleague_id, acting=True))
    assert await people(office, world.other) == {(world.outsider_id, H, -365, None), (world.colleague_id, A, 0, None)}
    assert (world.colleague_id, world.service, M, -365, None) in await places(office, staff_id=world.colleague_id)


async def test_of_acting_heads_one_follows_the_other(office: Office):
    world = office.world
    await office.do(appoint_head, HeadAppointment(world.service, world.agent_id, acting=True, since=day(-5)))
    await office.do(appoint_head, HeadAppointment(world.service, world.colleague_id, acting=True))
    assert {place for place in await people(office, world.service) if place[1] is A} == {
        (world.agent_id, A, -5, 0),
        (world.colleague_id, A, 0, None),
    }


@pytest.mark.parametrize("name", ["agent_id", "colleague_id"])
async def test_a_head_ends_what_the_acting_head_did(office: Office, name: str):
    world = office.world
    await office.do(appoint_head, HeadAppointment(world.service, world.agent_id, acting=True, since=day(-5)))
    head = getattr(world, name)
    await office.do(appoint_head, HeadAppointment(world.service, head))
    found = await people(office, world.service)
    assert {place for place in found if place[1] in (A, H)} == {(world.agent_id, A, -5, 0), (head, H, 0, None)}
    others = {world.agent_id, world.colleague_id} - {head}
    assert {place[0] for place in found if place[1] is M and place[3] is None} - {world.leaver_id} == others


async def test_a_deputy_who_becomes_head_is_no_deputy_any_more(office: Office):
    world = office.world
    await set_role(office, world.agent_id, D)
    await office.do(appoint_head, HeadAppointment(world.service, world.agent_id))
    assert (world.agent_id, D, -365, 0) in await people(office, world.service)


async def test_who_leads_already_or_is_to_lead_is_not_appointed_again(office: Office):
    world = office.world
    await office.do(appoint_head, HeadAppointment(world.service, world.agent_id, since=day(10)))
    assert await refusal(office, appoint_head, HeadAppointment(world.service, world.agent_id)) == "OVERLAP"
    assert await refusal(office, appoint_head, HeadAppointment(world.service, world.colleague_id)) == "OVERLAP"
    acting = HeadAppointment(world.service, world.agent_id, acting=True, since=day(20))
    assert await refusal(office, appoint_head, acting) == "OVERLAP"
    await office.do(appoint_head, HeadAppointment(world.service, world.colleague_id, acting=True))
    later = HeadAppointment(world.service, world.colleague_id, acting=True, since=day(5))
    assert await refusal(office, appoint_head, later) == "OVERLAP"


async def test_an_acting_head_of_later_blocks_an_earlier_one(office: Office):
    world = office.world
    await office.do(appoint_head, HeadAppointment(world.service, world.agent_id, acting=True, since=day(5)))
    now = HeadAppointment(world.service, world.colleague_id, acting=True)
    assert await refusal(office, appoint_head, now) == "OVERLAP"


async def test_who_has_left_by_then_is_not_appointed(office: Office):
    world = office.world
    await office.do(update_staff, StaffChanges(world.agent_id, left_on=day(3)))
    draft = HeadAppointment(world.service, world.agent_id, since=day(3))
    assert await refusal(office, appoint_head, draft) == "STAFF_LEFT"
    await office.do(appoint_head, HeadAppointment(world.service, world.agent_id, since=day(2)))


async def test_a_head_steps_back(office: Office):
    world = office.world
    assert await office.do(vacate_head, HeadVacancy(world.other, until=day(2))) == world.other
    assert await people(office, world.other) == {(world.outsider_id, H, -365, 2), (world.outsider_id, M, 2, None)}
    outsider = str(world.outsider_id)
    assert await told(office) == [("membership.ended", "HEAD", outsider), ("membership.started", "MEMBER", outsider)]


async def test_an_acting_head_steps_back_to_what_they_were(office: Office):
    world = office.world
    for staff_id in (world.agent_id, world.outsider_id):
        await office.do(appoint_head, HeadAppointment(world.service, staff_id, acting=True))
        await office.do(vacate_head, HeadVacancy(world.service, acting=True, until=day(1)))
        async with office.database.transaction() as session:
            await session.execute(sa.delete(MembershipRow).where(MembershipRow.role == A))
    assert {(who, role) for who, role, *_ in await people(office, world.service)} == {
        (who, M) for who in (world.agent_id, world.colleague_id, world.leaver_id)
    }


async def test_a_vacancy_that_was_planned_can_be_moved_forward(office: Office):
    world = office.world
    await office.do(vacate_head, HeadVacancy(world.other, until=day(20)))
    await office.do(vacate_head, HeadVacancy(world.other, until=day(10)))
    assert await people(office, world.other) == {
        (world.outsider_id, H, -365, 10),
        (world.outsider_id, M, 10, 20),
        (world.outsider_id, M, 20, None),
    }
    assert await refusal(office, vacate_head, HeadVacancy(world.other, until=day(10))) == "NOT_FOUND"


async def test_of_many_appointments_at_once_there_is_one_head_on_every_day(office: Office):
    world = office.world
    staff = (world.agent_id, world.colleague_id, world.outsider_id)
    drafts = [HeadAppointment(world.service, staff[n % 3], since=day(n // 3)) for n in range(12)]
    results = await asyncio.gather(*(office.do(appoint_head, draft) for draft in drafts), return_exceptions=True)
    refused = [result for result in results if isinstance(result, BaseException)]
    assert {p.code for one in refused for p in getattr(one, "problems", [one])} <= {"OVERLAP"}
    heads = sorted(place[2:] for place in await people(office, world.service) if place[1] is H)
    assert [until for _, until in heads] == [*(since for since, _ in heads[1:]), None]
