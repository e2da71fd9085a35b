"""Handovers, and what they list."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from store.customer import CustomerRow
from store.handover import (
    HandoverItemKind,
    HandoverItemRole,
    HandoverItemRow,
    HandoverReason,
    HandoverRow,
)
from store.staff import StaffRow
from tests.factories import NOW, TODAY, added, numbered


async def add_handover(session: AsyncSession, giver: StaffRow, successor: StaffRow, **values: Any) -> HandoverRow:
    """A proposal for today."""
    keys = {"number": numbered("H"), "from_id": giver.id, "to_id": successor.id}
    what = {"effective_on": TODAY, "reason": HandoverReason.LEAVING, "proposed_by": "manager"}
    return await added(session, HandoverRow(**{**keys, **what, "created_at": NOW, "updated_at": NOW, **values}))


async def add_handover_item(
    session: AsyncSession, handover: HandoverRow, customer: CustomerRow, **values: Any
) -> HandoverItemRow:
    """A customer of which the person was the owner."""
    keys = {"handover_id": handover.id, "subject_id": customer.id, "customer_id": customer.id, "label": customer.name}
    what = {"kind": HandoverItemKind.CUSTOMER, "role": HandoverItemRole.OWNER, "listed_at": NOW}
    return await added(session, HandoverItemRow(**{**keys, **what, **values}))
