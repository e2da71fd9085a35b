"""Facts about tickets as of their opening, as they were when their service level was decided."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from resolvers.facts.each_instant import Asked, gather_each
from resolvers.facts.instants import Moment
from resolvers.facts.records import Gathered, of_row
from resolvers.facts.ticket import TICKETS
from store.lists import ListOf, member
from store.ticket import TicketEventKind, TicketEventRow, TicketRow, TicketStatus
from store.types import Uid

_ROW: Final = TicketRow
_KEPT: Final = ("id", "customer_id", "kind", "channel", "opened_at", "severity")
"""What of a ticket is as it was when it was opened."""


def _opened() -> sa.Select[Any]:
    """The tickets, each with the severity with which it was registered."""
    event = TicketEventRow
    registered = (
        sa.select(event.severity)
        .where(event.ticket_id == _ROW.id, event.kind == TicketEventKind.REGISTERED)
        .order_by(event.at, event.id)
        .limit(1)
        .scalar_subquery()
    )
    severity = sa.func.coalesce(registered, _ROW.severity, type_=_ROW.severity.type).label("severity")
    columns: list[Any] = [*(getattr(_ROW, name) for name in _KEPT[:-1]), severity]
    these = member(_ROW.id, sa.bindparam("ids", type_=ListOf(Uid())))
    return cast("sa.Select[Any]", sa.select(*columns)).where(these).order_by(_ROW.id)


_OPENED: Final = _opened()


async def gather_openings(connection: AsyncConnection, names: Sequence[str], ids: Collection[uuid.UUID]) -> Gathered:
    """The facts of these tickets and of their customers, each as of its opening; two statements, however many.

    Nothing has happened to a ticket then, and it does not count among its customer's. Facts about customers that
    have no history are as they are now.

    Raises:
        UnknownFactError: a name is no fact that the store tells of tickets or of customers.
    """
    rows = (await connection.execute(_OPENED, {"ids": sorted(set(ids))})).all()
    own = [name for name in names if name in TICKETS.sources]
    theirs = [name for name in names if name not in TICKETS.sources]
    asked = [Asked(row.id, row.customer_id, Moment(row.opened_at)) for row in rows]
    found = await _of_customers(connection, theirs, asked)
    told = [of_row(TICKETS, own, _new(row), one.moment) for row, one in zip(rows, asked, strict=True)]
    found.columns |= {name: [one[name] for one in told] for name in own}
    return found


async def _of_customers(connection: AsyncConnection, names: Sequence[str], asked: Sequence[Asked]) -> Gathered:
    if names:
        return await gather_each(connection, names, asked)
    return Gathered([one.id for one in asked], {}, customers=[one.customer_id for one in asked])


def _new(row: sa.Row[Any]) -> TicketRow:
    """The ticket as it was before anything happened to it."""
    return TicketRow(**dict(zip(_KEPT, row, strict=True)), status=TicketStatus.NEW, updated_at=row.opened_at)
