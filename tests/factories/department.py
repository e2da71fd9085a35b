"""Departments."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from store.department import DepartmentRow
from tests.factories import NOW, added, numbered


async def add_department(session: AsyncSession, *, parent: DepartmentRow | None = None, **values: Any) -> DepartmentRow:
    """A department, below another or at the top."""
    parent_id = parent.id if parent else None
    defaults = {"number": numbered("D"), "name": "Customer service", "created_at": NOW, "updated_at": NOW}
    return await added(session, DepartmentRow(**{**defaults, "parent_id": parent_id, **values}))
