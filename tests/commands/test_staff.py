"""Creating and changing the archive of staff."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.problems import Refused
from resolvers.staff import StaffChanges, StaffDraft, create_staff, update_staff
from store.search import tokens
from store.staff import MembershipRole, MembershipRow, StaffRow, StaffStatus, StaffTokenRow
from tests.commands.probes import statements
from tests.commands.worlds import Office
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.anyio

LATER = NOW + dt.timedelta(hours=1)


async def places(office: Office, staff_id) -> list[MembershipRow]:
    return await office.rows(sa.select(MembershipRow).where(MembershipRow.staff_id == staff_id))


async def found_by(office: Office, staff_id) -> set[str]:
    return set(await office.rows(sa.select(StaffTokenRow.token).where(StaffTokenRow.staff_id == staff_id)))


async def test_someone_joins_a_department(office: Office):
    world = office.world
    joined = TODAY - dt.timedelta(days=3)
    draft = StaffDraft("S-NEW", "赵敏", department_id=world.service, joined_on=joined, identity_number="310")
    key = await office.do(create_staff, draft, by=world.supervisor)
    row = await office.row(StaffRow, key)
    assert (row.number, row.name, row.status, row.identity_number) == ("S-NEW", "赵敏", StaffStatus.ACTIVE, "310")
    [place] = await places(office, key)
    assert (place.department_id, place.role, place.since) == (world.service, MembershipRole.MEMBER, joined)
    assert place.until is None
    assert await found_by(office, key) == tokens("赵敏", "S-NEW")
    created, placed = await office.rows(sa.select(LogEventRow).order_by(LogEventRow.id))
    assert (created.kind, created.data) == ("staff.created", {"number": "S-NEW", "departmentId": str(world.service)})
    assert (placed.kind, placed.aggregate_type, placed.aggregate_id) == ("membership.started", "Membership", place.id)
    who = {"staffId": str(key), "departmentId": str(world.service)}
    assert placed.data == {**who, "role": "MEMBER", "since": str(joined), "until": None}


async def test_without_a_day_of_joining_the_place_begins_today(office: Office):
    key = await office.do(create_staff, StaffDraft("S-NEW", "赵敏", department_id=office.world.service))
    assert [place.since for place in await places(office, key)] == [TODAY]


async def test_someone_without_a_department_is_only_for_those_who_reach_all(office: Office):
    assert await places(office, await office.do(create_staff, StaffDraft("S-NEW", "赵敏"))) == []


async def test_an_archive_is_changed(office: Office):
    world = office.world
    changes = StaffChanges(world.colleague_id, version=1, name="Lina", title="Supervisor", left_on=None)
    await office.do(update_staff, changes, by=world.supervisor, now=LATER)
    row = await office.row(StaffRow, world.colleague_id)
    assert (row.name, row.title, row.version, row.updated_at) == ("Lina", "Supervisor", 2, LATER)
    assert await found_by(office, row.id) == tokens("Lina", row.number)
    [event] = await office.rows(sa.select(LogEventRow))
    assert (event.kind, event.data["fields"]) == ("staff.updated", ["name", "title"])


async def test_a_change_that_changes_nothing_leaves_no_trace(office: Office):
    await office.do(update_staff, StaffChanges(office.world.agent_id, name="王芳", joined_on=None))
    assert (await office.row(StaffRow, office.world.agent_id)).version == 1
    assert await office.rows(sa.select(LogEventRow)) == []


async def test_secrets_are_not_overwritten_from_below(office: Office):
    world = office.world
    with pytest.raises(Refused) as refused:
        await office.do(update_staff, StaffChanges(world.agent_id, home_address="x"), by=world.supervisor)
    assert [(p.code, p.field) for p in refused.value.problems] == [("FORBIDDEN", "home_address")]


async def test_of_many_with_one_number_exactly_one_is_created(office: Office):
    drafts = [StaffDraft("S-NEW", f"Rival {n}") for n in range(6)]
    results = await asyncio.gather(*(office.do(create_staff, draft) for draft in drafts), return_exceptions=True)
    refused = [result for result in results if isinstance(result, Refused)]
    assert [p.code for result in refused for p in result.problems] == ["DUPLICATE_NUMBER"] * 5


async def test_statements(office: Office):
    with statements(office.database) as seen:
        await office.do(create_staff, StaffDraft("S-NEW", "赵敏", department_id=office.world.service))
    assert len(seen) == 5  # department, staff, tokens, membership, event
