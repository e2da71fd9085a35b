"""A small, nasty world: few rows with ties in every order, nulls wherever they may be, and every kind of relation."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator

from store.base import Base
from store.contact import ContactRow
from store.credit import CreditAccountRow
from store.customer import CustomerKind, CustomerRow, CustomerTagRow, CustomerTokenRow, ProvenanceRow
from store.department import DepartmentRow
from store.disclosure import DisclosureRow
from store.figures import refresh_figures
from store.search import tokens
from store.session import Database
from store.staff import MembershipRole, MembershipRow, StaffRow, StaffTokenRow, TrainingRecordRow, WorkHistoryRow
from tests.reading.nasty import CURRENCIES, NOW, TEXTS, Chance, member
from tests.reading.world_acting import acting
from tests.reading.world_dealings import assignments, dealings, grades, relations
from tests.reading.world_decisions import decisions, ticket_decisions
from tests.reading.world_handovers import handovers
from tests.reading.world_rules import rule_sets

CUSTOMERS = 40
CODES = ("O'Brien", '"x"', "%s", ":x $1", "客户-一", "c-1", "C-1", "--;", "\\", "😀")


def directory(chance: Chance) -> Iterator[Base]:
    """A tree of departments and the staff in them, some places past or to come."""
    places: list[DepartmentRow] = []
    for number in range(7):
        parent = places[(number - 1) // 2].id if number % 5 else None
        name = member_of(TEXTS, number // 2)
        closed = {"closed_on": NOW.date(), "merged_into_id": places[0].id} if number == 5 else {"closed_on": None}
        places.append(chance.row(DepartmentRow, number=f"D{number}", name=name, parent_id=parent, **closed))
    yield from places
    people = [chance.row(StaffRow, number=f"S{n}", name=member_of(TEXTS, n // 3)) for n in range(12)]
    yield from people
    for person in people:
        yield from (StaffTokenRow(token=t, staff_id=person.id) for t in tokens(person.name, person.number))
    for number, person in enumerate(people[:-1]):
        yield from _career(chance, number, person, places)


def _career(chance: Chance, number: int, person: StaffRow, places: list[DepartmentRow]) -> Iterator[Base]:
    """The last department has no head; the others have one head each, and deputies past, present and to come."""
    keys = {"staff_id": person.id}
    head = MembershipRole.HEAD if number < len(places) - 1 else MembershipRole.MEMBER
    place = member_of(places, number)
    yield chance.row(MembershipRow, **keys, department_id=place.id, role=head, until=None)
    for _ in range(chance.one(0, 1, 3)):
        yield chance.row(
            MembershipRow, **keys, department_id=chance.one(*places).id, role=MembershipRole.DEPUTY, until=None
        )
        yield chance.row(MembershipRow, **keys, department_id=chance.one(*places).id, until=chance.one(*_ends()))
    for _ in range(chance.one(0, 2, 3)):
        yield chance.row(TrainingRecordRow, **keys)
        yield chance.row(WorkHistoryRow, **keys)


def acting_heads(chance: Chance, people: list[StaffRow], places: list[DepartmentRow]) -> Iterator[Base]:
    """Acting heads past, present and to come, beside a head or without one."""
    for person in people[::2]:
        keys = {"staff_id": person.id, "department_id": chance.one(*places).id}
        dates = {"since": chance.one(dt.date(2024, 2, 29), *_ends()), "until": chance.one(None, *_ends())}
        yield chance.row(MembershipRow, **keys, role=MembershipRole.ACTING_HEAD, **dates)


def _ends() -> tuple[dt.date, ...]:
    return (NOW.date(), NOW.date() + dt.timedelta(days=1), dt.date(2025, 1, 1))


def customers(chance: Chance, places: list[DepartmentRow]) -> list[CustomerRow]:
    """Customers with shared names; every fifth has no department."""
    found = []
    for number in range(CUSTOMERS):
        code = CODES[number] if number < len(CODES) else f"C{number:03}"
        found.append(
            chance.row(
                CustomerRow,
                code=code,
                name=member_of(TEXTS, number // 2),
                kind=member(CustomerKind, number),
                currency=CURRENCIES[number % 4],
                referral_count=0,
                department_id=None if number % 5 == 4 else chance.one(*places).id,
            )
        )
    return found


def archive(chance: Chance, customer: CustomerRow) -> Iterator[Base]:
    """What else is on record of a customer."""
    yield from (CustomerTokenRow(token=t, customer_id=customer.id) for t in tokens(customer.name, customer.code))
    keys = {"customer_id": customer.id}
    yield from (CustomerTagRow(**keys, name=name) for name in chance.few(("vip", "VIP", "老客户", "a'b", "😀"), 4))
    names = iter(("tax_number", "email", "birthday"))
    yield from (chance.row(ProvenanceRow, **keys, field=next(names)) for _ in range(chance.one(0, 0, 1, 3)))
    yield from (chance.row(ProvenanceRow, **keys) for _ in range(chance.one(0, 1)))
    yield from (chance.row(ContactRow, **keys) for _ in range(chance.one(0, 1, 4)))
    if chance.one(True, True, False):
        currency = chance.one(customer.currency, "CNY")
        yield chance.row(CreditAccountRow, **keys, currency=currency)


def make_world(seed: int = 20260302) -> list[Base]:
    """All rows, those first that others refer to; the same for the same seed."""
    chance = Chance(seed)
    rows = list(directory(chance))
    places = [row for row in rows if isinstance(row, DepartmentRow)]
    people = [row for row in rows if isinstance(row, StaffRow)]
    clients = customers(chance, places)
    rows += clients
    for customer in clients:
        own = list(archive(chance, customer))
        contacts = [row for row in own if isinstance(row, ContactRow)]
        rows += own
        rows += assignments(chance, customer, people)
        rows += grades(chance, customer)
        rows += dealings(chance, customer, contacts, places, people, busy=clients.index(customer) % 6 == 0)
    rows += relations(chance, clients)
    rows += disclosures(chance, clients, people)
    rows += acting_heads(Chance(seed + 1), people, places)
    rows += handovers(chance, rows, people)
    rows += rule_sets(chance)
    rows += decisions(Chance(seed + 12), clients)
    rows += acting(Chance(seed + 3), rows)
    rows += ticket_decisions(Chance(seed + 13), rows)
    return rows


def disclosures(chance: Chance, clients: list[CustomerRow], people: list[StaffRow]) -> Iterator[Base]:
    """Secrets that were told of customers and staff, and one of many at once."""
    told = [("Customer", "taxNumber", row.id) for row in clients[:4]]
    told += [("Staff", "identityNumber", row.id) for row in people[:3]]
    for record_type, field, record_id in (*told, ("Customer", "filter.taxNumber", None)):
        yield chance.row(DisclosureRow, record_type=record_type, field=field, record_id=record_id)


def member_of(values: tuple[str, ...] | list[DepartmentRow], number: int) -> object:
    """One of the values by a running number."""
    return values[number % len(values)]


def fill(url: str) -> None:
    """Put the world into an empty store."""
    asyncio.run(_fill(url))


async def _fill(url: str) -> None:
    database = Database(url)
    try:
        async with database.transaction() as session:
            rows = make_world()
            for table in Base.metadata.sorted_tables:
                session.add_all(row for row in rows if row.__tablename__ == table.name)
                await session.flush()
            await refresh_figures(await session.connection(), None)
    finally:
        await database.close()
