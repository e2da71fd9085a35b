"""Small random networks: trees, people, customers and links with dates around one day; how they get into a store."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from store.assignment import AssignmentRole, AssignmentRow
from store.base import Base
from store.credit import CreditAccountRow
from store.customer import CustomerKind, CustomerRow
from store.department import DepartmentRow
from store.figures import refresh_figures
from store.relation import RelationKind, RelationRow
from store.session import Database
from store.staff import MembershipRole, MembershipRow, StaffRow, StaffStatus
from tests.factories import NOW, TODAY

DAYS = [TODAY + dt.timedelta(days=n) for n in (-400, -1, 0, 1, 30)]
"""Days on which links begin and end, and that are asked about."""

ENDS = (*DAYS, None)
NOBODY = uuid.UUID(int=7)
"""The id of nothing."""


@dataclass(frozen=True)
class World:
    """The rows of a network."""

    departments: tuple[DepartmentRow, ...]
    staff: tuple[StaffRow, ...]
    customers: tuple[CustomerRow, ...]
    memberships: tuple[MembershipRow, ...]
    assignments: tuple[AssignmentRow, ...]
    relations: tuple[RelationRow, ...]
    accounts: tuple[CreditAccountRow, ...]

    @property
    def rows(self) -> Sequence[Base]:
        """All of them but the accounts, what is pointed to first."""
        return (
            *self.departments,
            *self.staff,
            *self.customers,
            *self.memberships,
            *self.assignments,
            *self.relations,
        )


async def fill(database: Database, world: World) -> None:
    """Write a network into an empty store."""
    async with database.transaction() as session:
        for row in world.rows:
            session.add(_copy(row))
            await session.flush()
        await refresh_figures(await session.connection(), None)
        session.add_all(_copy(account) for account in world.accounts)  # they owe what they say, without a ledger


def _copy(row: Base) -> Base:
    return type(row)(**{column.key: getattr(row, column.key) for column in row.__table__.columns})


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Any network that the store's own rules allow: one open head, owner and parent each; groups may be cycles."""
    departments = draw(_departments())
    staff = [_person(draw, n) for n in range(draw(st.integers(0, 6)))]
    customers = [_customer(draw, n, departments) for n in range(draw(st.integers(0, 7)))]
    accounts = [_account(draw, customer) for customer in customers if draw(st.booleans())]
    return World(
        tuple(departments),
        tuple(staff),
        tuple(customers),
        tuple(_memberships(draw, staff, departments)),
        tuple(_assignments(draw, staff, customers)),
        tuple(_relations(draw, customers)),
        tuple(accounts),
    )


def _key(draw: st.DrawFn) -> uuid.UUID:
    return draw(st.uuids(version=4))


_BORN: dict[str, Any] = {"version": 1, "created_at": NOW, "updated_at": NOW}


@st.composite
def _departments(draw: st.DrawFn) -> list[DepartmentRow]:
    found: list[DepartmentRow] = []
    for number in range(draw(st.integers(0, 7))):
        parent = draw(st.sampled_from([None, *found])) if found else None
        parent_id = None if parent is None else parent.id
        found.append(
            DepartmentRow(
                id=_key(draw),
                number=f"D{number}",
                name="部门",
                parent_id=parent_id,
                scope_of_work=None,
                closed_on=None,
                merged_into_id=None,
                **_BORN,
            )
        )
    return found


def _person(draw: st.DrawFn, number: int) -> StaffRow:
    words = st.sampled_from([None, "", "zh, en", "EN；fr", "repairs billing", "billing，law"])
    return StaffRow(
        id=_key(draw),
        number=f"S{number}",
        name="王芳",
        status=draw(st.sampled_from(StaffStatus)),
        left_on=draw(st.sampled_from(ENDS)),
        skills=draw(words),
        languages=draw(words),
        **_BORN,
    )


def _customer(draw: st.DrawFn, number: int, departments: Sequence[DepartmentRow]) -> CustomerRow:
    department = draw(st.sampled_from([None, *departments]))
    return CustomerRow(
        id=_key(draw),
        code=f"C{number}",
        kind=CustomerKind.ORGANISATION,
        name="Contoso",
        status="ACTIVE",
        department_id=None if department is None else department.id,
        currency="CNY",
        monetary_minor=0,
        purchase_count=0,
        interaction_count=0,
        ticket_count=0,
        open_ticket_count=0,
        complaint_count=0,
        referral_count=0,
        satisfaction_sum=0,
        satisfaction_count=0,
        last_activity_at=NOW,
        **_BORN,
    )


def _account(draw: st.DrawFn, customer: CustomerRow) -> CreditAccountRow:
    currency = draw(st.sampled_from(["CNY", "EUR"]))
    used = draw(st.sampled_from([0, 1, 250_00]))
    return CreditAccountRow(customer_id=customer.id, currency=currency, used_minor=used, is_blocked=False, **_BORN)


def _dates(draw: st.DrawFn) -> dict[str, Any]:
    return {"since": draw(st.sampled_from(DAYS)), "until": draw(st.sampled_from(ENDS))}


def _memberships(draw: st.DrawFn, staff: Sequence[StaffRow], departments: Sequence[DepartmentRow]) -> list[Any]:
    found, led = [], set[uuid.UUID]()
    for _ in range(draw(st.integers(0, 12)) if staff and departments else 0):
        person, department = draw(st.sampled_from(staff)), draw(st.sampled_from(departments))
        role, dates = draw(st.sampled_from(MembershipRole)), _dates(draw)
        if role is MembershipRole.HEAD and dates["until"] is None and _taken(led, department.id):
            continue
        ends = {"staff_id": person.id, "department_id": department.id}
        found.append(MembershipRow(id=_key(draw), role=role, **ends, **dates))
    return found


def _assignments(draw: st.DrawFn, staff: Sequence[StaffRow], customers: Sequence[CustomerRow]) -> list[Any]:
    found, owned = [], set[uuid.UUID]()
    for _ in range(draw(st.integers(0, 14)) if staff and customers else 0):
        person, customer = draw(st.sampled_from(staff)), draw(st.sampled_from(customers))
        role, dates = draw(st.sampled_from(AssignmentRole)), _dates(draw)
        if role is AssignmentRole.OWNER and dates["until"] is None and _taken(owned, customer.id):
            continue
        ends = {"staff_id": person.id, "customer_id": customer.id, "recorded_at": NOW}
        found.append(AssignmentRow(id=_key(draw), role=role, **ends, **dates))
    return found


def _relations(draw: st.DrawFn, customers: Sequence[CustomerRow]) -> list[RelationRow]:
    found, owned = [], set[uuid.UUID]()
    for _ in range(draw(st.integers(0, 14)) if len(customers) > 1 else 0):
        one = draw(st.sampled_from(customers))
        other = draw(st.sampled_from([each for each in customers if each is not one]))
        kind, dates = draw(st.sampled_from(RelationKind)), _dates(draw)
        if kind is RelationKind.SUBSIDIARY_OF and dates["until"] is None and _taken(owned, one.id):
            continue
        found.append(RelationRow(id=_key(draw), from_id=one.id, to_id=other.id, kind=kind, **dates))
    return found


def _taken(places: set[uuid.UUID], place: uuid.UUID) -> bool:
    """Whether a place that one only may have is taken; it is from now on."""
    if place in places:
        return True
    places.add(place)
    return False


def ids(rows: Collection[Any]) -> list[uuid.UUID]:
    """The ids of rows."""
    return [row.id for row in rows]
