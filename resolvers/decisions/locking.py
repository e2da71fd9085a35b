"""Holding customers about whom rules decide: two who decide about the same ones follow each other."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from store.customer import CustomerRow
from store.lists import ListOf, member
from store.types import Uid


async def locked_customers(session: AsyncSession, ids: Collection[uuid.UUID]) -> Sequence[CustomerRow]:
    """These customers, locked in the order of their ids; who is not on record is left out."""
    chosen = sa.select(CustomerRow).where(member(CustomerRow.id, sa.bindparam("ids", type_=ListOf(Uid()))))
    locked = chosen.order_by(CustomerRow.id).with_for_update(key_share=True)
    return (await session.scalars(locked, {"ids": sorted(set(ids))})).all()
