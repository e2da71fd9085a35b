"""The nasty world's handovers: of all states, some large, some empty, and with things that belong to no customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from store.base import Base
from store.contact import ContactRow
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.handover import HandoverItemKind, HandoverItemRow, HandoverItemState, HandoverRow, HandoverStatus
from store.staff import StaffRow
from store.ticket import TicketRow
from tests.reading.nasty import Chance, member

KINDS = {CustomerRow: HandoverItemKind.CUSTOMER, TicketRow: HandoverItemKind.TICKET}
KEYS = {CustomerRow: "customer_id", TicketRow: "ticket_id", ContactRow: "contact_id"}


def handovers(chance: Chance, rows: Sequence[Base], people: list[StaffRow]) -> Iterator[Base]:
    """Documents, and things of all kinds in them."""
    places = [row for row in rows if isinstance(row, DepartmentRow)]
    things = [row for row in rows if isinstance(row, CustomerRow | TicketRow | ContactRow)]
    for number in range(24):
        who = {"from_id": chance.one(*people).id, "to_id": chance.one(*people).id}
        place = None if number % 3 else chance.one(*places).id
        state = member(HandoverStatus, number)
        document = chance.row(HandoverRow, **who, number=f"H{number}", status=state, department_id=place)
        yield document
        listed = chance.random.sample(things, 25 if number % 6 == 0 else chance.one(0, 1, 4))
        yield from (_item(chance, document, thing) for thing in listed)


def _item(chance: Chance, document: HandoverRow, thing: Any) -> HandoverItemRow:
    """A thing of its customer, or now and then of no customer."""
    whose = thing.id if isinstance(thing, CustomerRow) else thing.customer_id
    keys = {"subject_id": thing.id, "customer_id": whose, "kind": KINDS.get(type(thing), HandoverItemKind.CONTACT)}
    keys[KEYS[type(thing)]] = thing.id
    if chance.random.random() < 0.15:
        keys["customer_id"] = None
    state = chance.one(*HandoverItemState)
    return chance.row(HandoverItemRow, handover_id=document.id, state=state, **keys)
