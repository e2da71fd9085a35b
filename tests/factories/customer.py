"""Customers."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from store.base import new_id
from store.customer import CustomerKind, CustomerRow, CustomerTagRow, CustomerTokenRow, ProvenanceRow
from store.search import tokens
from tests.factories import NOW, added, numbered


async def add_customer(session: AsyncSession, **values: Any) -> CustomerRow:
    """A customer without any dealings yet, who is found by name and code."""
    defaults = {"code": numbered("C"), "kind": CustomerKind.ORGANISATION, "name": "长江贸易有限公司"}
    times = dict.fromkeys(("created_at", "updated_at", "last_activity_at"), values.get("created_at", NOW))
    customer = await added(session, CustomerRow(**{**defaults, **times, **values}))
    found_by = tokens(customer.name, customer.code)
    session.add_all(CustomerTokenRow(token=token, customer_id=customer.id) for token in found_by)
    await session.flush()
    return customer


async def add_crowd(session: AsyncSession, department_id: uuid.UUID | None, size: int) -> list[uuid.UUID]:
    """Many customers of a department at once, without the tokens by which they would be found; gives their ids."""
    times = dict.fromkeys(("created_at", "updated_at", "last_activity_at"), NOW)
    kept = {"kind": CustomerKind.PERSON, "name": "One of many", "department_id": department_id, **times}
    rows = [{"id": new_id(), "code": numbered("C"), **kept} for _ in range(size)]
    await session.execute(sa.insert(CustomerRow), rows)
    return [row["id"] for row in rows]


async def add_tag(session: AsyncSession, customer: CustomerRow, name: str) -> CustomerTagRow:
    """A word on a customer."""
    return await added(session, CustomerTagRow(customer_id=customer.id, name=name))


async def add_provenance(session: AsyncSession, customer: CustomerRow, field: str, **values: Any) -> ProvenanceRow:
    """Which source said what a field holds."""
    defaults = {"customer_id": customer.id, "field": field, "source": "import", "recorded_at": NOW}
    return await added(session, ProvenanceRow(**{**defaults, **values}))
