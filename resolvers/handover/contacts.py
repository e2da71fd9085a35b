"""The people through whom one speaks with the customers: the document names them, so that the successor knows whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from resolvers.commands import Unit
from resolvers.handover.customers import serves_after
from resolvers.handover.passing import Hook, Owned, Passing
from store.assignment import AssignmentRow
from store.contact import ContactRow
from store.handover import HandoverItemKind, HandoverItemRole


async def _owned(unit: Unit, passing: Passing) -> Sequence[Owned]:
    served = sa.select(AssignmentRow.customer_id).where(serves_after(passing.from_id, passing))
    found = await unit.session.execute(
        sa.select(ContactRow.id, ContactRow.name, ContactRow.customer_id).where(
            ContactRow.customer_id.in_(served), ContactRow.is_active
        )
    )
    kind, role = HandoverItemKind.CONTACT, HandoverItemRole.LIAISON
    return [Owned(kind, role, key, name, customer_id=whose, contact_id=key) for key, name, whose in found]


async def _introduce(unit: Unit, passing: Passing, things: Sequence[Owned]) -> None:
    """Contacts go with their customers; to hand one over is to be on record as introduced."""
    del unit, passing, things


CONTACTS: Final = Hook(_owned, _introduce, events=0)
