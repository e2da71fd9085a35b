"""Holding customers and tickets about which rules decide: two who decide about the same ones follow each other."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from store.customer import CustomerRow
from store.lists import ListOf, member
from store.ticket import ENDED, TicketRow
from store.types import Uid


async def locked_customers(session: AsyncSession, ids: Collection[uuid.UUID]) -> Sequence[CustomerRow]:
    """These customers, locked in the order of their ids; who is not on record is left out."""
    chosen = sa.select(CustomerRow).where(member(CustomerRow.id, sa.bindparam("ids", type_=ListOf(Uid()))))
    locked = chosen.order_by(CustomerRow.id).with_for_update(key_share=True)
    return (await session.scalars(locked, {"ids": sorted(set(ids))})).all()


async def locked_open_tickets(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, TicketRow]:
    """The tickets of these that are open, by their ids, locked after their customers, as commands lock them."""
    named = member(TicketRow.id, sa.bindparam("ids", type_=ListOf(Uid())))
    values = {"ids": sorted(set(ids))}
    customers = await session.scalars(sa.select(TicketRow.customer_id).where(named), values)
    await locked_customers(session, customers.all())
    open_ones = sa.select(TicketRow).where(named, TicketRow.status.not_in(ENDED)).order_by(TicketRow.id)
    rows = await session.scalars(open_ones.with_for_update(key_share=True), values)
    return {row.id: row for row in rows}
