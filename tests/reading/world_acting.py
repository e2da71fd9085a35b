"""The nasty world's duties, escalations and changes of credit."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from store.base import Base
from store.credit_change import OPEN, CreditChangeRow, CreditChangeStatus
from store.customer import CustomerRow
from store.decision import DecisionRow
from store.duty import DutyKind, DutyRow, DutyStatus
from store.escalation import EscalationRow
from store.interaction import InteractionRow
from store.staff import StaffRow
from store.ticket import TicketRow
from tests.reading.nasty import NOW, Chance

DUE = tuple(NOW.date() + dt.timedelta(days=days) for days in (-40, -1, 0, 1))


def acting(chance: Chance, rows: Sequence[Base]) -> Iterator[Base]:
    """What rules brought about, of some customers and tickets; decisions are of whomever they are."""
    found = {kind: [row for row in rows if isinstance(row, kind)] for kind in (DecisionRow, StaffRow, InteractionRow)}
    tickets = [row for row in rows if isinstance(row, TicketRow)]
    for customer in (row for row in rows if isinstance(row, CustomerRow)):
        yield from _duties(chance, customer, tickets, found)
        yield from _changes(chance, customer, found)
    for ticket in tickets[::3]:
        yield from _escalations(chance, ticket, found)


def _duties(
    chance: Chance, customer: CustomerRow, tickets: list[TicketRow], found: dict[Any, list[Any]]
) -> Iterator[Base]:
    for number in range(chance.one(0, 1, 3)):
        ticket = chance.one(None, *[row for row in tickets if row.customer_id == customer.id][:1])
        yield chance.row(
            DutyRow,
            kind=chance.one(*DutyKind),
            status=chance.one(*DutyStatus),
            occasion=f"{number}",
            due_on=chance.one(*DUE),
            customer_id=customer.id,
            ticket_id=ticket and ticket.id,
            subject_id=ticket.id if ticket else customer.id,
            decision_id=chance.one(None, *_decisions(customer.id, found)),
            interaction_id=None if number else chance.one(*found[InteractionRow]).id,
        )


def _changes(chance: Chance, customer: CustomerRow, found: dict[Any, list[Any]]) -> Iterator[Base]:
    statuses = chance.few([status for status in CreditChangeStatus if status not in OPEN], 2)
    for status in [*statuses, *chance.few(sorted(OPEN), 1)]:
        yield chance.row(
            CreditChangeRow,
            customer_id=customer.id,
            status=status,
            currency=chance.one(customer.currency, "CNY"),
            decision_id=chance.one(*(_decisions(customer.id, found) or [found[DecisionRow][0].id])),
        )


def _escalations(chance: Chance, ticket: TicketRow, found: dict[Any, list[Any]]) -> Iterator[Base]:
    for number in range(chance.one(1, 2, 3)):
        yield chance.row(
            EscalationRow,
            ticket_id=ticket.id,
            customer_id=ticket.customer_id,
            reopening=number,
            staff_id=chance.one(None, *(one.id for one in found[StaffRow])),
            decision_id=chance.one(*(_decisions(ticket.customer_id, found) or [found[DecisionRow][0].id])),
        )


def _decisions(customer_id: uuid.UUID, found: dict[Any, list[Any]]) -> list[uuid.UUID]:
    """The ids of the decisions about a customer."""
    return [row.id for row in found[DecisionRow] if row.customer_id == customer_id]
