"""Who reaches which rows to change them."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from resolvers import access_rows
from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.assignment import AssignmentEnd, end_assignment
from resolvers.commands import Unit
from resolvers.problems import Problem, Refused
from store.staff import MembershipRow
from tests.commands.probes import statements
from tests.commands.worlds import Office, World
from tests.factories import NOW

pytestmark = pytest.mark.anyio

REACH = {
    ("access_customer", "own"): {"manager", "supervisor", "agent", "partner"},
    ("access_customer", "neighbour"): {"manager", "supervisor"},
    ("access_customer", "foreign"): {"manager"},
    ("access_contact", "contact"): {"manager", "supervisor", "agent", "partner"},
    ("access_contact", "foreign_contact"): {"manager"},
    ("access_ticket", "ticket"): {"manager", "supervisor", "agent", "partner"},
    ("access_ticket", "foreign_ticket"): {"manager"},
    ("access_assignment", "assignment"): {"manager", "supervisor", "agent", "partner"},
    ("access_assignment", "foreign_assignment"): {"manager"},
    ("access_department", "service"): {"manager", "supervisor"},
    ("access_department", "other"): {"manager"},
    ("access_staff", "agent_id"): {"manager", "supervisor"},
    ("access_staff", "outsider_id"): {"manager"},
    ("access_handover_from", "handover"): {"manager", "supervisor"},
    ("access_handover_from", "foreign_handover"): {"manager"},
    ("access_handover_to", "handover"): {"manager", "supervisor", "agent"},
    ("access_handover_to", "foreign_handover"): {"manager"},
    ("access_place", "service"): {"manager", "supervisor"},
    ("access_place", "other"): {"manager"},
    ("receiving_department", "other"): {"manager", "supervisor", "agent"},
    ("directory_department", "other"): {"manager", "supervisor", "agent"},
    ("directory_staff", "outsider_id"): {"manager", "supervisor", "agent"},
}


def subjects(world: World) -> dict[str, Subject]:
    return {name: getattr(world, name) for name in ("manager", "supervisor", "agent", "partner")}


async def reaches(office: Office, function: str, key, subject: Subject) -> bool:
    problems: tuple[Problem, ...] = ()
    async with office.database.transaction() as session:
        try:
            await getattr(access_rows, function)(Unit(session, subject, NOW), key, "id")
        except Refused as refused:
            problems = refused.problems
    assert [(p.code, p.field) for p in problems] in ([], [("NOT_FOUND", "id")])
    return not problems


async def test_reach(office: Office):
    reached = {
        (function, name): {
            who
            for who, subject in subjects(office.world).items()
            if await reaches(office, function, getattr(office.world, name), subject)
        }
        for function, name in REACH
    }
    assert reached == REACH


@pytest.mark.parametrize("scope", [Scope.OWN, Scope.DEPARTMENT, Scope.SUBTREE, Scope.PARTNER])
async def test_a_subject_without_anything_reaches_nothing(office: Office, scope: Scope):
    nobody = Subject("nobody", Role.MANAGER, Clearance.SECRET, scope)
    for function, name in REACH:
        if function.startswith("access"):
            assert not await reaches(office, function, getattr(office.world, name), nobody)


async def test_an_agent_whose_assignment_ended_reaches_the_customer_no_more(office: Office):
    await office.do(end_assignment, AssignmentEnd(office.world.assignment))
    assert not await reaches(office, "access_customer", office.world.own, office.world.agent)


async def test_every_access_is_one_statement(office: Office):
    for (function, name), who in REACH.items():
        with statements(office.database) as seen:
            assert await reaches(office, function, getattr(office.world, name), office.world.manager)
        assert (function, len(seen)) == (function, 1)
        assert "manager" in who


@pytest.mark.parametrize(
    ("since", "until", "reached"),
    [(-9, None, True), (-9, 1, True), (0, None, True), (-9, 0, False), (1, None, False)],
    ids=["lasting", "leaves tomorrow", "came today", "left today", "comes tomorrow"],
)
async def test_staff_are_reached_while_their_place_in_the_department_holds(office: Office, since, until, reached):
    today = NOW.date()
    dates = {
        "since": today + dt.timedelta(days=since),
        "until": None if until is None else today + dt.timedelta(days=until),
    }
    async with office.database.transaction() as session:
        await session.execute(
            sa.update(MembershipRow).where(MembershipRow.staff_id == office.world.agent_id).values(**dates)
        )

    assert await reaches(office, "access_staff", office.world.agent_id, office.world.supervisor) is reached
