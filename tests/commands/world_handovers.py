"""Handovers of the small world: one for each thing that can be done with one, and some that cannot be answered."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from store.handover import HandoverStatus
from store.staff import StaffRow, StaffStatus
from tests.factories import TODAY
from tests.factories.handover import add_handover
from tests.factories.staff import add_staff


@dataclass(frozen=True)
class Handovers:
    """Ids. Where nothing else is said they are from the colleague to the agent, of today, and proposed."""

    proposed: uuid.UUID
    to_decline: uuid.UUID
    to_cancel: uuid.UUID
    due: uuid.UUID
    """Accepted."""
    declined: uuid.UUID
    ahead: uuid.UUID
    """Accepted, for tomorrow."""
    foreign: uuid.UUID
    """From and to the outsider's branch, where no supervisor of the service reaches."""
    to_leaver: uuid.UUID
    to_leaver_due: uuid.UUID
    to_absent: uuid.UUID
    to_absent_due: uuid.UUID
    absent_id: uuid.UUID
    """Someone on leave."""


async def add_handovers(
    session: AsyncSession, agent: StaffRow, colleague: StaffRow, outsider: StaffRow, leaver: StaffRow
) -> Handovers:
    """The handovers, written."""
    absent = await add_staff(session, name="Abe", status=StaffStatus.ON_LEAVE)
    accepted = {"status": HandoverStatus.ACCEPTED}
    declined = {"status": HandoverStatus.DECLINED}
    ahead = {**accepted, "effective_on": TODAY + dt.timedelta(days=1)}
    rows = [await add_handover(session, colleague, agent, **given) for given in ({}, {}, {}, accepted, declined, ahead)]
    rows.append(await add_handover(session, outsider, await add_staff(session, name="Oleg")))
    for successor in (leaver, absent):
        rows += [await add_handover(session, colleague, successor, **given) for given in ({}, accepted)]
    return Handovers(*(row.id for row in rows), absent.id)
