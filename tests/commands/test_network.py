"""Laws of the network of departments and staff, whatever is done in whichever order."""

from __future__ import annotations

import datetime as dt
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
from tests.factories import TODAY, numbered

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


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
async def test_departments_stay_a_tree_with_one_head_each_and_closed_ones_stay_empty(office: Office, steps):
    departments = [await office.do(create_department, DepartmentDraft(numbered("D"), "One")) for _ in range(4)]
    drafts = [StaffDraft(numbered("S"), "One", department_id=key, joined_on=day(-9)) for key in departments]
    staff = [await office.do(create_staff, draft) for draft in drafts]
    for step in steps:
        command, draft = command_of(step, departments, staff)
        try:
            key = await office.do(command, draft)
        except Refused:
            continue
        if step[0] == "split":
            departments[step[1]] = key

    assert in_cycles(await parents(office)) == set()
    rows = await office.rows(sa.select(MembershipRow).where(MembershipRow.staff_id.in_(staff)))
    for offset in range(-10, 8):
        check_places(rows, day(offset))
    closed = await office.rows(sa.select(DepartmentRow).where(DepartmentRow.closed_on.is_not(None)))
    tree = await parents(office)
    for one in closed:
        assert one.id not in tree.values()
        assert not [row for row in rows if row.department_id == one.id and any(holds(row, day(n)) for n in range(8))]
    assert {row.staff_id for row in rows if any(holds(row, day(n)) for n in range(5))} == set(staff)
    assert day(0) == TODAY
