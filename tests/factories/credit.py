"""Credit accounts."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from store.credit import CreditAccountRow, CreditRating
from store.customer import CustomerRow
from tests.factories import NOW, added


async def add_credit_account(session: AsyncSession, customer: CustomerRow, **values: Any) -> CreditAccountRow:
    """The customer may owe 10,000.00 for thirty days."""
    terms = {"limit_minor": 10_000_00, "term_days": 30, "rating": CreditRating.A, "currency": customer.currency}
    times = {"created_at": NOW, "updated_at": NOW}
    return await added(session, CreditAccountRow(**{"customer_id": customer.id, **terms, **times, **values}))
