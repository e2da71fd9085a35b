"""Contacts."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from store.contact import ContactRow
from store.customer import CustomerRow
from tests.factories import NOW, added


async def add_contact(session: AsyncSession, customer: CustomerRow, **values: Any) -> ContactRow:
    """A person on the customer's side."""
    defaults = {"customer_id": customer.id, "name": "李雷", "created_at": NOW, "updated_at": NOW}
    return await added(session, ContactRow(**{**defaults, **values}))
