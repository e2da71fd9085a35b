"""Accepted handovers whose day has come: housekeeping executes them, each in a transaction of its own."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

import sqlalchemy as sa

from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.commands import run
from resolvers.handover.answering import HandoverExecution, execute_handover
from store.handover import HandoverRow, HandoverStatus
from store.session import Database

HOUSEKEEPER: Final = Subject("housekeeping", Role.MANAGER, Clearance.SECRET, Scope.ALL)
"""In whose name it is done: the successor has accepted, nobody else is needed."""


async def due_handovers(database: Database, now: dt.datetime) -> list[tuple[uuid.UUID, str]]:
    """Ids and numbers of the handovers to be executed by `now`, the earliest first."""
    row = HandoverRow
    today = now.astimezone(dt.UTC).date()
    wanted = sa.select(row.id, row.number).where(row.status == HandoverStatus.ACCEPTED, row.effective_on <= today)
    async with database.sessions() as session:
        found = await session.execute(wanted.order_by(row.effective_on, row.id))
        return [(key, number) for key, number in found]


async def execute_due(database: Database, now: dt.datetime, key: uuid.UUID) -> None:
    """Execute one of them. Raises Refused where that cannot be; then it stays as it is."""
    await run(database, HOUSEKEEPER, now, execute_handover, HandoverExecution(key))
