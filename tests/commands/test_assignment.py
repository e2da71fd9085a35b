"""Assigning staff to customers."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.assignment import AssignmentDraft, AssignmentEnd, assign_staff, end_assignment
from resolvers.problems import Refused
from store.assignment import AssignmentRole, AssignmentRow
from tests.commands.probes import statements
from tests.commands.worlds import Office
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.anyio

OWNER, BACKUP = AssignmentRole.OWNER, AssignmentRole.BACKUP


def day(offset: int) -> dt.date:
    return TODAY + dt.timedelta(days=offset)


async def owners(office: Office, customer_id) -> list[tuple]:
    """(staff, since, until) of all owners, as days from today."""
    row = AssignmentRow
    found = await office.rows(
        sa.select(row).where(row.customer_id == customer_id, row.role == OWNER).order_by(row.since)
    )
    return [(one.staff_id, (one.since - TODAY).days, one.until and (one.until - TODAY).days) for one in found]


async def refusal(office: Office, draft: AssignmentDraft) -> str:
    with pytest.raises(Refused) as refused:
        await office.do(assign_staff, draft)
    return refused.value.problems[0].code


async def test_someone_owns_a_customer_from_today_on(office: Office):
    world = office.world
    key = await office.do(assign_staff, AssignmentDraft(world.neighbour, world.colleague_id), by=world.supervisor)
    row = await office.row(AssignmentRow, key)
    assert (row.role, row.since, row.until, row.recorded_at) == (OWNER, TODAY, None, NOW)
    [event] = await office.rows(sa.select(LogEventRow))
    assert (event.kind, event.aggregate_id) == ("assignment.started", key)
    assert event.data == {
        "customerId": str(world.neighbour),
        "staffId": str(world.colleague_id),
        "role": "OWNER",
        "since": str(TODAY),
        "until": None,
    }


async def test_a_new_owner_replaces_the_one_before(office: Office):
    world = office.world
    draft = AssignmentDraft(world.own, world.colleague_id, since=day(7), replace=True)
    await office.do(assign_staff, draft)
    assert await owners(office, world.own) == [(world.agent_id, -30, 7), (world.colleague_id, 7, None)]
    events = await office.rows(sa.select(LogEventRow).order_by(LogEventRow.id))
    assert [event.kind for event in events] == ["assignment.ended", "assignment.started"]


async def test_an_owner_from_the_very_day_is_replaced_and_held_nothing(office: Office):
    world = office.world
    for staff_id in (world.colleague_id, world.outsider_id):
        await office.do(assign_staff, AssignmentDraft(world.own, staff_id, replace=True))
    assert sorted(await owners(office, world.own), key=str) == sorted(
        [(world.agent_id, -30, 0), (world.colleague_id, 0, 0), (world.outsider_id, 0, None)], key=str
    )


@pytest.mark.parametrize("since", [-60, -30, 0, 5])
async def test_without_replace_a_second_owner_is_refused(office: Office, since: int):
    world = office.world
    assert await refusal(office, AssignmentDraft(world.own, world.colleague_id, since=day(since))) == "OVERLAP"


async def test_an_owner_who_starts_later_is_never_replaced(office: Office):
    world = office.world
    draft = AssignmentDraft(world.own, world.colleague_id, since=day(-40), replace=True)
    assert await refusal(office, draft) == "OVERLAP"


async def test_nobody_replaces_oneself(office: Office):
    world = office.world
    assert await refusal(office, AssignmentDraft(world.own, world.agent_id, replace=True)) == "OVERLAP"


async def test_a_free_time_can_be_filled(office: Office):
    world = office.world
    await office.do(end_assignment, AssignmentEnd(world.assignment, day(-10)))
    await office.do(assign_staff, AssignmentDraft(world.own, world.colleague_id, since=day(-10)))
    assert await owners(office, world.own) == [(world.agent_id, -30, -10), (world.colleague_id, -10, None)]


async def test_there_may_be_several_backups_but_each_only_once(office: Office):
    world = office.world
    for staff_id in (world.agent_id, world.colleague_id):
        await office.do(assign_staff, AssignmentDraft(world.own, staff_id, BACKUP))
    assert await refusal(office, AssignmentDraft(world.own, world.colleague_id, BACKUP, replace=True)) == "OVERLAP"


async def test_of_many_owners_at_once_exactly_one_gets_through(office: Office):
    world = office.world
    drafts = [AssignmentDraft(world.neighbour, one) for one in (world.agent_id, world.colleague_id, world.outsider_id)]
    results = await asyncio.gather(*(office.do(assign_staff, draft) for draft in drafts * 3), return_exceptions=True)
    refused = [result for result in results if isinstance(result, Refused)]
    assert [p.code for result in refused for p in result.problems] == ["OVERLAP"] * 8
    assert len(await owners(office, world.neighbour)) == 1


async def test_of_many_who_replace_at_once_none_overlap(office: Office):
    world = office.world
    staff = (world.colleague_id, world.outsider_id)
    drafts = [AssignmentDraft(world.own, one, since=day(n), replace=True) for n, one in enumerate(staff * 4)]
    await asyncio.gather(*(office.do(assign_staff, draft) for draft in drafts), return_exceptions=True)
    held = [one for one in await owners(office, world.own) if one[1] != one[2]]
    assert [until for _, _, until in held] == [*(since for _, since, _ in held[1:]), None]


async def test_an_assignment_ends_today(office: Office):
    world = office.world
    assert await office.do(end_assignment, AssignmentEnd(world.assignment), by=world.supervisor) == world.assignment
    assert await owners(office, world.own) == [(world.agent_id, -30, 0)]
    [event] = await office.rows(sa.select(LogEventRow))
    assert (event.kind, event.data["until"]) == ("assignment.ended", str(TODAY))


async def test_a_planned_end_can_be_moved_forward_only(office: Office):
    world = office.world
    await office.do(end_assignment, AssignmentEnd(world.assignment, day(30)))
    await office.do(end_assignment, AssignmentEnd(world.assignment, day(5)))
    assert await owners(office, world.own) == [(world.agent_id, -30, 5)]
    with pytest.raises(Refused, match="ALREADY_ENDED"):
        await office.do(end_assignment, AssignmentEnd(world.assignment, day(6)))


async def test_statements(office: Office):
    with statements(office.database) as seen:
        await office.do(assign_staff, AssignmentDraft(office.world.own, office.world.colleague_id, replace=True))
    assert len(seen) == 6  # customer locked, staff, overlaps, end of the earlier, assignment, events
