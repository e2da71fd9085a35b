"""The nasty world's dated rows: who serves whom, grades, tickets, contacts, ledgers, relations."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

from store.assignment import AssignmentRole, AssignmentRow
from store.base import Base
from store.contact import ContactRow
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.grade import GradePeriodRow
from store.interaction import InteractionRow
from store.ledger import SIGN, LedgerEntryRow, LedgerKind
from store.relation import RelationKind, RelationRow
from store.staff import StaffRow
from store.ticket import TicketEventRow, TicketRow
from tests.reading.nasty import AMOUNTS, CURRENCIES, DAYS, INSTANTS, TODAY, Chance

TOMORROW = TODAY + dt.timedelta(days=1)


def assignments(chance: Chance, customer: CustomerRow, people: list[StaffRow]) -> Iterator[Base]:
    """Owners one after the other without overlap, one of them perhaps to come; backups as they like."""
    bounds = chance.one(
        (dt.date(2024, 2, 29), dt.date(2025, 12, 31), TODAY, None),
        (dt.date(2025, 1, 1), TODAY),
        (dt.date(2025, 1, 1), TOMORROW, None),
        (dt.date(2026, 1, 1), None),
        (),
    )
    for since, until in itertools.pairwise(bounds):
        staff = chance.one(*people)
        yield chance.row(
            AssignmentRow,
            customer_id=customer.id,
            staff_id=staff.id,
            role=AssignmentRole.OWNER,
            since=since,
            until=until,
        )
    for _ in range(chance.one(0, 1, 3)):
        staff = chance.one(*people)
        yield chance.row(
            AssignmentRow,
            customer_id=customer.id,
            staff_id=staff.id,
            role=AssignmentRole.BACKUP,
            since=chance.one(*DAYS[:4]),
            until=chance.one(None, TODAY, TOMORROW, dt.date(2031, 1, 1)),
        )


def grades(chance: Chance, customer: CustomerRow) -> Iterator[Base]:
    """Periods that touch but never overlap; the last one may be open."""
    times = sorted(chance.few(dict.fromkeys(INSTANTS), 4))
    ends = [*times[1:], chance.one(None, dt.datetime(2031, 1, 1, tzinfo=dt.UTC))]
    for since, until in zip(times, ends, strict=False):
        yield chance.row(GradePeriodRow, customer_id=customer.id, since=since, until=until)


def dealings(
    chance: Chance,
    customer: CustomerRow,
    contacts: list[ContactRow],
    places: list[DepartmentRow],
    people: list[StaffRow],
    *,
    busy: bool,
) -> Iterator[Base]:
    """Tickets with their events, contacts about them or not, and a ledger; busy customers have more than a page."""

    tickets = []
    for number in range(24 if busy else chance.one(0, 0, 1, 2)):
        keys = {"customer_id": customer.id, "number": f"T{number}-{customer.code}"}
        at = {"contact_id": _one_of(chance, contacts), "department_id": _one_of(chance, places)}
        who = {"assignee_id": _one_of(chance, people), "first_responder_id": _one_of(chance, people)}
        tickets.append(chance.row(TicketRow, **keys, **at, **who))
    yield from tickets
    for ticket in tickets:
        yield from _events(chance, ticket, places, people)
    for _ in range(26 if busy else chance.one(0, 1, 3)):
        links = {"ticket_id": _one_of(chance, tickets), "department_id": _one_of(chance, places)}
        yield chance.row(InteractionRow, customer_id=customer.id, staff_id=_one_of(chance, people), **links)
    yield from ledger(chance, customer, 25 if busy else chance.one(0, 0, 2, 5))


def _one_of(chance: Chance, rows: list[Base]) -> object:
    """The key of one of the rows, or of none."""
    found = chance.one(None, *rows)
    return None if found is None else found.id


def _events(chance: Chance, ticket: TicketRow, places: list[DepartmentRow], people: list[StaffRow]) -> Iterator[Base]:
    for _ in range(chance.one(0, 1, 2, 4)):
        yield chance.row(
            TicketEventRow,
            ticket_id=ticket.id,
            customer_id=ticket.customer_id,
            department_id=_one_of(chance, places),
            assignee_id=_one_of(chance, people),
            actor_id=_one_of(chance, people),
        )


def ledger(chance: Chance, customer: CustomerRow, entries: int) -> Iterator[Base]:
    """Entries in the customer's currency and in others; adjustments may be negative."""
    for _ in range(entries):
        kind = chance.one(*LedgerKind)
        sign = chance.one(1, -1) if kind is LedgerKind.ADJUSTMENT else 1
        amount = sign * chance.one(*AMOUNTS)
        currency = chance.one(customer.currency, customer.currency, *CURRENCIES)
        yield chance.row(
            LedgerEntryRow,
            customer_id=customer.id,
            kind=kind,
            amount_minor=amount,
            balance_minor=SIGN[kind] * amount,
            currency=currency,
        )


def relations(chance: Chance, clients: list[CustomerRow]) -> Iterator[Base]:
    """Groups with one parent each, referrals in circles, relations past and to come, one of a customer to itself."""
    yield chance.row(RelationRow, from_id=clients[0].id, to_id=clients[0].id, kind=RelationKind.REFERRED_BY, until=None)
    for number, customer in enumerate(clients):
        if number % 3:
            parent = clients[number % 3 * 3]
            yield chance.row(
                RelationRow, from_id=customer.id, to_id=parent.id, kind=RelationKind.SUBSIDIARY_OF, until=None
            )
        for _ in range(chance.one(0, 1, 2)):
            other = chance.one(*clients)
            end = chance.one(None, TODAY, TOMORROW)
            yield chance.row(RelationRow, from_id=customer.id, to_id=other.id, kind=RelationKind.REFERRED_BY, until=end)
