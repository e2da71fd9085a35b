"""Grades of customers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from store.customer import CustomerRow
from store.grade import Grade, GradePeriodRow
from tests.factories import NOW, added


async def add_grade_period(
    session: AsyncSession, customer: CustomerRow, grade: Grade = Grade.NORMAL, **values: Any
) -> GradePeriodRow:
    """The customer had a grade from a time on; while the period is open, it is the customer's grade."""
    defaults = {"since": NOW - dt.timedelta(days=90), "until": None, "decided_by": "system"}
    period = await added(session, GradePeriodRow(**{"customer_id": customer.id, "grade": grade, **defaults, **values}))
    if period.until is None:
        customer.grade = grade
        await session.flush()
    return period
