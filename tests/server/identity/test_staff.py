"""Members of the staff: what they reach by their place in the house, today, and no more once they have left."""

from __future__ import annotations

import datetime as dt

import pytest

from resolvers.access import Clearance, Role, Scope
from resolvers.reading import ReadStore
from resolvers.staff_reach import staff_reach
from server.identity.claims import Claims
from server.identity.people import Briefly, People
from server.refusal import Code, Refusal
from store.session import Database
from store.staff import MembershipRole, StaffRow, StaffStatus
from tests.factories import NOW, TODAY
from tests.factories.customer import add_customer
from tests.factories.department import add_department
from tests.factories.staff import add_membership, add_staff
from tests.server.identity.asking import unauthenticated

pytestmark = pytest.mark.anyio

DAY = dt.timedelta(days=1)


@pytest.fixture
async def house(database: Database) -> dict[str, object]:
    """A tree: top > left > leaf, top > right; ids by these names."""
    async with database.transaction() as session:
        top = await add_department(session)
        left = await add_department(session, parent=top)
        leaf = await add_department(session, parent=left)
        right = await add_department(session, parent=top)
        return {"top": top, "left": left, "leaf": leaf, "right": right}


async def placed(database: Database, *places: tuple[object, dict[str, object]], **values: object) -> StaffRow:
    async with database.transaction() as session:
        staff = await add_staff(session, number="S-1", **values)
        for department, details in places:
            await add_membership(session, staff, department, **details)
        return staff


async def reached(reads: ReadStore, house: dict[str, object], now: dt.datetime = NOW) -> tuple[set[str], set[str]]:
    """The names of a person's own departments, and of those in reach of who leads."""
    found = await staff_reach(reads, "S-1", now)
    assert found is not None
    names = {department.id: name for name, department in house.items()}
    return {names[key] for key in found.own}, {names[key] for key in found.subtree}


@pytest.mark.parametrize("role", [MembershipRole.HEAD, MembershipRole.ACTING_HEAD, MembershipRole.DEPUTY])
async def test_who_leads_reaches_all_below(database, reads, house, role):
    await placed(database, (house["left"], {"role": role}))

    assert await reached(reads, house) == ({"left"}, {"left", "leaf"})


async def test_a_member_reaches_no_department_but_its_own(database, reads, house):
    await placed(database, (house["left"], {}))

    assert await reached(reads, house) == ({"left"}, {"left"})


async def test_places_add_up(database, reads, house):
    await placed(database, (house["leaf"], {"role": MembershipRole.HEAD}), (house["top"], {}))

    assert await reached(reads, house) == ({"leaf", "top"}, {"leaf", "top"})


async def test_places_count_while_they_hold(database, reads, house):
    head = {"role": MembershipRole.HEAD}
    await placed(
        database,
        (house["left"], {**head, "until": TODAY}),
        (house["right"], {**head, "since": TODAY + DAY}),
        (house["leaf"], {**head, "since": TODAY, "until": TODAY + DAY}),
    )

    assert await reached(reads, house) == ({"leaf"}, {"leaf"})
    assert await reached(reads, house, NOW + DAY) == ({"right"}, {"right"})


async def test_without_a_place_nothing_is_reached(database, reads, house):
    await placed(database)

    assert await reached(reads, house) == (set(), set())


async def test_a_broken_tree_ends(database, reads, house):
    async with database.transaction() as session:
        top = await session.merge(house["top"])
        top.parent_id = house["leaf"].id
    await placed(database, (house["left"], {"role": MembershipRole.HEAD}))

    assert await reached(reads, house) == ({"left"}, {"top", "left", "leaf", "right"})


@pytest.mark.parametrize(
    "values", [{"status": StaffStatus.LEFT}, {"left_on": TODAY}, {"status": StaffStatus.LEFT, "left_on": TODAY + DAY}]
)
async def test_who_has_left_is_nobody(database, reads, house, values):
    await placed(database, (house["left"], {"role": MembershipRole.HEAD}), **values)

    assert await staff_reach(reads, "S-1", NOW) is None


@pytest.mark.parametrize("values", [{"status": StaffStatus.ON_LEAVE}, {"left_on": TODAY + DAY}])
async def test_who_is_to_leave_or_on_leave_works_here(database, reads, house, values):
    await placed(database, **values)

    assert await staff_reach(reads, "S-1", NOW)


@pytest.mark.parametrize("number", ["S-2", "s-1", "S-1 ", "S-%", "' OR 1=1 --"])
async def test_another_number_is_nobody(database, reads, number):
    await placed(database)

    assert await staff_reach(reads, number, NOW) is None


class TestSubjects:
    @pytest.mark.parametrize(
        ("scope", "departments"),
        [(Scope.SUBTREE, {"left", "leaf"}), (Scope.DEPARTMENT, {"left"}), (Scope.OWN, set()), (Scope.ALL, set())],
    )
    async def test_the_scope_says_what_of_it_is_meant(self, database, reads, house, scope, departments):
        staff = await placed(database, (house["left"], {"role": MembershipRole.HEAD}))

        subject = await People(reads).subject(claims(scope), NOW)

        assert (subject.staff_id, subject.name) == (staff.id, "staff:S-1")
        assert subject.department_ids == {house[name].id for name in departments}
        assert subject.customer_ids == frozenset()

    async def test_a_partner_has_its_customers(self, database, reads):
        async with database.transaction() as session:
            mine = await add_customer(session, code="C-1")
            await add_customer(session, code="C-2")

        subject = await People(reads).subject(claims(Scope.PARTNER, None, ("C-1", "C-9", "C-1")), NOW)

        assert subject.customer_ids == {mine.id}

    async def test_who_leaves_is_out_after_two_seconds(self, database, reads):
        staff = await placed(database)
        clock = Clock()
        people = People(reads, clock=clock)
        await people.subject(claims(Scope.OWN), NOW)

        async with database.transaction() as session:
            row = await session.get(StaffRow, staff.id)
            row.status = StaffStatus.LEFT
        clock.now += 1.9
        await people.subject(claims(Scope.OWN), NOW)
        clock.now += 0.1

        with pytest.raises(Refusal) as caught:
            await people.subject(claims(Scope.OWN), NOW)
        assert unauthenticated(caught.value) == "The token is not valid"

    async def test_a_store_that_is_away_is_said(self, reads):
        class Away:
            dialect = reads.dialect

            async def rows(self, text, values):
                raise OSError("gone")

        with pytest.raises(Refusal) as caught:
            await People(Away()).subject(claims(Scope.OWN), NOW)
        assert (caught.value.status, caught.value.code) == (503, Code.UNAVAILABLE)

    async def test_what_is_remembered_has_an_end(self):
        asked: list[int] = []
        briefly: Briefly[int, int] = Briefly(Clock())

        async def find(number: int) -> int:
            asked.append(number)
            return number

        for number in [*range(4_097), 4_096, 0]:
            assert await briefly.get(number, lambda number=number: find(number)) == number

        assert asked == [*range(4_097), 0]


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def claims(scope: Scope, number: str | None = "S-1", customers: tuple[str, ...] = ()) -> Claims:
    name = "someone" if number is None else f"staff:{number}"
    return Claims(name, Role.MANAGER, Clearance.PUBLIC, scope, number, customers, NOW + DAY)
