"""Who has which place in a department, read from the store, with days as numbers from today."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa

from outbox.event import LogEventRow
from store.staff import MembershipRole, MembershipRow
from tests.commands.worlds import Office
from tests.factories import TODAY

H, A, D, M = MembershipRole.HEAD, MembershipRole.ACTING_HEAD, MembershipRole.DEPUTY, MembershipRole.MEMBER


def day(offset: int) -> dt.date:
    return TODAY + dt.timedelta(days=offset)


async def places(office: Office, **of: uuid.UUID) -> set[tuple[Any, ...]]:
    """(staff, department, role, since, until) of memberships with these ids; empty ones are left out."""
    conditions = [getattr(MembershipRow, name) == key for name, key in of.items()]
    rows = await office.rows(sa.select(MembershipRow).where(*conditions))
    return {
        (row.staff_id, row.department_id, row.role, (row.since - TODAY).days, row.until and (row.until - TODAY).days)
        for row in rows
        if row.until is None or row.since < row.until
    }


async def people(office: Office, department_id: uuid.UUID) -> set[tuple[Any, ...]]:
    """(staff, role, since, until) of a department."""
    return {(staff, *rest) for staff, _, *rest in await places(office, department_id=department_id)}


async def told(office: Office) -> list[tuple[str, str | None, str | None]]:
    """(kind, role, person) of all events, in their order."""
    events = await office.rows(sa.select(LogEventRow).order_by(LogEventRow.id))
    return [(event.kind, event.data.get("role"), event.data.get("staffId")) for event in events]
