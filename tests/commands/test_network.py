"""Laws of the network of departments and staff, whatever is done in whichever order."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.department import DepartmentDraft, DepartmentMove, create_department, move_department
from resolvers.department_merge import DepartmentMerge, merge_departments
from resolvers.department_split import DepartmentSplit, split_department
from resolvers.head import HeadAppointment, HeadVacancy, appoint_head, vacate_head
from resolvers.placement import PlacementRole, StaffPlacement, place_staff
from resolvers.problems import Refused
from resolvers.staff import StaffDraft, create_staff
from store.department import DepartmentRow
from store.staff import MembershipRole, MembershipRow
from tests.commands.places import day
from tests.commands.test_department import in_cycles
from tests.commands.worlds import Office, parents
from tests.factories import numbered

pytestmark = pytest.mark.anyio

which = st.integers(0, 3)
when = st.integers(-3, 3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), which, which),
        st.tuples(st.just("appoint"), which, which, when, st.booleans()),
        st.tuples(st.just("vacate"), which, when, st.booleans()),
        st.tuples(st.just("place"), which, which, when, st.sampled_from(PlacementRole), st.booleans()),
        st.tuples(st.just("merge"), which, which, st.integers(-3, 0)),
        st.tuples(st.just("split"), which, which, st.integers(-3, 0)),
    ),
    max_size=12,
)


def command_of(step: tuple[Any, ...], departments: list[Any], staff: list[Any]) -> tuple[Any, Any]:
    """The command and the draft of a step."""
    match step:
        case "move", one, other:
            return move_department, DepartmentMove(departments[one], parent_id=departments[other])
        case "appoint", one, who, since, acting:
            return appoint_head, HeadAppointment(departments[one], staff[who], acting, day(since))
        case "vacate", one, until, acting:
            return vacate_head, HeadVacancy(departments[one], acting, day(until))
        case "place", who, one, since, role, keep:
            return place_staff, StaffPlacement(staff[who], departments[one], role, day(since), keep)
        case "merge", one, other, on:
            return merge_departments, DepartmentMerge(departments[one], departments[other], day(on))
        case _, one, who, on:
            number = numbered("D")
            return split_department, DepartmentSplit(
                departments[one], number, "New", staff_ids=(staff[who],), on=day(on)
            )


def holds(row: MembershipRow, when: dt.date) -> bool:
    return row.since <= when and (row.until is None or row.until > when)


def check_places(rows: list[MembershipRow], when: dt.date) -> None:
    """One head and one acting head at most in a department, and of each person one place beside acting as head."""
    now = [row for row in rows if holds(row, when)]
    for role in (MembershipRole.HEAD, MembershipRole.ACTING_HEAD):
        assert max(Counter(row.department_id for row in now if row.role is role).values(), default=0) <= 1
    acting = MembershipRole.ACTING_HEAD
    places = Counter((row.staff_id, row.department_id, row.role is acting) for row in now)
    assert max(places.values(), default=0) <= 1


async def small_house(office: Office) -> tuple[list[Any], list[Any]]:
    """Four departments with one person each."""
    departments = [await office.do(create_department, DepartmentDraft(numbered("D"), "One")) for _ in range(4)]
    drafts = [StaffDraft(numbered("S"), "One", department_id=key, joined_on=day(-9)) for key in departments]
    return departments, [await office.do(create_staff, draft) for draft in drafts]


async def check(office: Office, staff: list[Any]) -> None:
    """A tree, one head each, nobody twice in one place, nobody lost, and nothing left in what is closed."""
    tree = await parents(office)
    assert in_cycles(tree) == set()
    rows = await office.rows(sa.select(MembershipRow).where(MembershipRow.staff_id.in_(staff)))
    for offset in range(-10, 8):
        check_places(rows, day(offset))
    assert {row.staff_id for row in rows if any(holds(row, day(n)) for n in range(5))} == set(staff)
    for closed in await office.rows(sa.select(DepartmentRow).where(DepartmentRow.closed_on.is_not(None))):
        assert closed.id not in tree.values()
        assert not [row for row in rows if row.department_id == closed.id and any(holds(row, day(n)) for n in range(8))]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
async def test_whatever_is_done_one_after_the_other_the_network_is_right(office: Office, steps):
    departments, staff = await small_house(office)
    for step in steps:
        command, draft = command_of(step, departments, staff)
        try:
            key = await office.do(command, draft)
        except Refused:
            continue
        if step[0] == "split":
            departments[step[1]] = key
    await check(office, staff)


def any_step(dice: random.Random) -> tuple[Any, ...]:
    one, other, since, yes = dice.randrange(4), dice.randrange(4), dice.randint(-3, 3), dice.random() < 0.5
    steps = (
        ("move", one, other),
        ("appoint", one, other, since, yes),
        ("vacate", one, since, yes),
        ("place", one, other, since, dice.choice(list(PlacementRole)), yes),
        ("split", one, other, -abs(since)),
    )
    return ("merge", one, other, -abs(since)) if dice.random() < 0.03 else dice.choice(steps)


async def test_whatever_is_done_at_once_the_network_is_right(office: Office):
    rounds, size = (5, 50) if office.database.engine.dialect.name == "postgresql" else (2, 20)
    dice = random.Random(360)
    for _ in range(rounds):
        departments, staff = await small_house(office)
        work = [command_of(any_step(dice), departments, staff) for _ in range(size)]
        results = await asyncio.gather(*(office.do(*one) for one in work), return_exceptions=True)
        failed = [one for one in results if isinstance(one, BaseException) and not isinstance(one, Refused)]
        assert failed == []
        assert any(not isinstance(one, BaseException) for one in results)
        await check(office, staff)
