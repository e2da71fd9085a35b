"""Relations between customers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from store.customer import CustomerRow
from store.relation import RelationKind, RelationRow
from tests.factories import added


async def add_relation(session: AsyncSession, customer: CustomerRow, other: CustomerRow, **values: Any) -> RelationRow:
    """The first customer is a subsidiary of the other."""
    keys = {"from_id": customer.id, "to_id": other.id}
    defaults = {"kind": RelationKind.SUBSIDIARY_OF, "since": dt.date(2025, 1, 1)}
    return await added(session, RelationRow(**{**keys, **defaults, **values}))
