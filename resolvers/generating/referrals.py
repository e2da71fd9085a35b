"""How often each customer referred others: known only once all are written, since who is referred comes later."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from store.customer import CustomerRow
from store.relation import RelationKind, RelationRow


async def count_referrals(connection: AsyncConnection) -> None:
    """Write the count of referrals to every customer that has any; equal to what `store.figures` would compute."""
    referred = sa.select(RelationRow.to_id, sa.func.count().label("times"))
    counts = referred.where(RelationRow.kind == RelationKind.REFERRED_BY).group_by(RelationRow.to_id).subquery()
    counted = sa.update(CustomerRow).values(referral_count=counts.c.times).where(CustomerRow.id == counts.c.to_id)
    await connection.execute(counted)
