"""Staff: their archive, and their places in departments."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from store.department import DepartmentRow
from store.search import tokens
from store.staff import MembershipRow, StaffRow, StaffTokenRow, TrainingRecordRow, WorkHistoryRow
from tests.factories import NOW, TODAY, added, numbered


async def add_staff(session: AsyncSession, **values: Any) -> StaffRow:
    """A person of the staff, who is found by name and number."""
    defaults = {"number": numbered("S"), "name": "王芳", "title": "Agent", "created_at": NOW, "updated_at": NOW}
    staff = await added(session, StaffRow(**{**defaults, **values}))
    session.add_all(StaffTokenRow(token=token, staff_id=staff.id) for token in tokens(staff.name, staff.number))
    await session.flush()
    return staff


async def add_membership(
    session: AsyncSession, staff: StaffRow, department: DepartmentRow, **values: Any
) -> MembershipRow:
    """A person's place in a department, since a year ago."""
    keys = {"staff_id": staff.id, "department_id": department.id}
    return await added(session, MembershipRow(**{**keys, "since": TODAY - dt.timedelta(days=365), **values}))


async def add_training(session: AsyncSession, staff: StaffRow, **values: Any) -> TrainingRecordRow:
    """A course that a person took."""
    defaults = {"staff_id": staff.id, "course": "Complaint handling", "completed_on": TODAY - dt.timedelta(days=100)}
    return await added(session, TrainingRecordRow(**{**defaults, **values}))


async def add_work_history(session: AsyncSession, staff: StaffRow, **values: Any) -> WorkHistoryRow:
    """A position that a person held."""
    defaults = {"staff_id": staff.id, "organisation": "Contoso", "position": "Agent", "since": dt.date(2020, 1, 1)}
    return await added(session, WorkHistoryRow(**{**defaults, **values}))
