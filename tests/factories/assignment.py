"""Who of the staff serves which customer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from store.assignment import AssignmentRole, AssignmentRow
from store.customer import CustomerRow
from store.staff import StaffRow
from tests.factories import NOW, TODAY, added


async def add_assignment(session: AsyncSession, customer: CustomerRow, staff: StaffRow, **values: Any) -> AssignmentRow:
    """A person serves a customer, as its owner and since a month ago."""
    keys = {"customer_id": customer.id, "staff_id": staff.id}
    defaults = {"role": AssignmentRole.OWNER, "since": TODAY - dt.timedelta(days=30), "recorded_at": NOW}
    return await added(session, AssignmentRow(**{**keys, **defaults, **values}))
