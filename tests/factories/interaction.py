"""Entries of the customer journal."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from store.customer import CustomerRow
from store.interaction import Channel, Direction, InteractionKind, InteractionRow
from tests.factories import NOW, added


async def add_interaction(session: AsyncSession, customer: CustomerRow, **values: Any) -> InteractionRow:
    """The customer called, and was answered."""
    contact = {"channel": Channel.PHONE, "direction": Direction.INBOUND, "kind": InteractionKind.CONSULTATION}
    times = {"occurred_at": NOW, "created_at": NOW, "updated_at": NOW}
    keys = {"customer_id": customer.id, "subject": "Question about a delivery"}
    return await added(session, InteractionRow(**{**keys, **contact, **times, **values}))
