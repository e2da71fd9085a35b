"""The DataLoaders of the documented default: each opens an ORM session of its own, made anew for each request.

Reads BENCH_DSN.
"""

from __future__ import annotations

import os
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from strawberry.dataloader import DataLoader

from store.assignment import AssignmentRole, AssignmentRow
from store.contact import ContactRow
from store.credit import CreditAccountRow
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.interaction import InteractionRow
from store.relation import RelationSideRow
from store.staff import StaffRow
from store.ticket import TicketEventRow, TicketRow

engine = create_async_engine(
    os.environ["BENCH_DSN"].replace("postgresql://", "postgresql+asyncpg://"), pool_size=10, max_overflow=0
)
sessions = async_sessionmaker(engine, expire_on_commit=False)

Key = tuple[uuid.UUID, int]


def by_key(row: Any, column: Any, *conditions: Any) -> Callable[[list[Any]], Awaitable[list[Any]]]:
    """A batch function: the one row of each key, or None."""

    async def load(keys: list[Any]) -> list[Any]:
        async with sessions() as session:
            found = await session.scalars(sa.select(row).where(column.in_(keys), *conditions))
            rows = {getattr(each, column.key): each for each in found}
        return [rows.get(key) for key in keys]

    return load


def first_of(row: Any, column: Any, *order: Any) -> Callable[[list[Key]], Awaitable[list[list[Any]]]]:
    """A batch function: the first so many rows of each key, by a window over the key's rows."""

    async def load(keys: list[Key]) -> list[list[Any]]:
        place = sa.func.row_number().over(partition_by=column, order_by=order).label("place")
        ranked = sa.select(row.id, place).where(column.in_([key for key, _ in keys])).subquery()
        first = max(first for _, first in keys)
        query = sa.select(row).join(ranked, ranked.c.id == row.id).where(ranked.c.place <= first).order_by(*order)
        groups: defaultdict[Hashable, list[Any]] = defaultdict(list)
        async with sessions() as session:
            for each in await session.scalars(query):
                groups[getattr(each, column.key)].append(each)
        return [groups[key][:first] for key, first in keys]

    return load


async def relations(keys: list[Key]) -> list[list[RelationSideRow]]:
    """A batch function: the first so many relations of each customer that hold now, from both ends."""
    row, groups = RelationSideRow, defaultdict[uuid.UUID, list[RelationSideRow]](list)
    query = sa.select(row).where(row.customer_id.in_([key for key, _ in keys]), row.until.is_(None))
    async with sessions() as session:
        for each in await session.scalars(query.order_by(row.kind, row.direction, row.id)):
            groups[each.customer_id].append(each)
    return [groups[key][:first] for key, first in keys]


class Loaders:
    """One request's loaders."""

    def __init__(self) -> None:
        owns = (AssignmentRow.role == AssignmentRole.OWNER, AssignmentRow.until.is_(None))
        self.customer = DataLoader(by_key(CustomerRow, CustomerRow.id))
        self.department = DataLoader(by_key(DepartmentRow, DepartmentRow.id))
        self.staff = DataLoader(by_key(StaffRow, StaffRow.id))
        self.owner = DataLoader(by_key(AssignmentRow, AssignmentRow.customer_id, *owns))
        self.credit = DataLoader(by_key(CreditAccountRow, CreditAccountRow.customer_id))
        self.contacts = DataLoader(first_of(ContactRow, ContactRow.customer_id, ContactRow.name, ContactRow.id))
        self.interactions = DataLoader(
            first_of(
                InteractionRow,
                InteractionRow.customer_id,
                InteractionRow.occurred_at.desc(),
                InteractionRow.id.desc(),
            )
        )
        self.tickets = DataLoader(
            first_of(TicketRow, TicketRow.customer_id, TicketRow.opened_at.desc(), TicketRow.id.desc())
        )
        self.events = DataLoader(
            first_of(TicketEventRow, TicketEventRow.ticket_id, TicketEventRow.at, TicketEventRow.id)
        )
        self.relations = DataLoader(relations)
