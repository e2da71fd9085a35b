"""Rounds of the rules over a small world, and what they left on record."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from graph.relational import RelationalGraph
from outbox.event import LogEventRow
from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.acting.rounds import Acted, Round
from resolvers.commands import Command, run
from resolvers.reading import open_reads
from store.base import Base
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.interaction import InteractionKind
from store.session import Database
from store.staff import MembershipRole, StaffRow
from store.ticket import TicketKind, TicketRow, TicketStatus
from tests.factories import NOW
from tests.factories.assignment import add_assignment
from tests.factories.customer import add_customer
from tests.factories.department import add_department
from tests.factories.interaction import add_interaction
from tests.factories.staff import add_membership, add_staff
from tests.factories.ticket import add_ticket

R = TypeVar("R", bound=Base)

DAY = dt.timedelta(days=1)

MANAGER = Subject("manager", Role.MANAGER, Clearance.SECRET, Scope.ALL)


@dataclass(frozen=True)
class Service:
    """A customer with an owner, in a department below another one; each department has a head."""

    customer: CustomerRow
    owner: StaffRow
    head: StaffRow
    top: StaffRow
    department: DepartmentRow


async def add_service(session: AsyncSession, **values: Any) -> Service:
    """All of it. Nothing is owed to the customer: it was visited and cared for yesterday, and its archive is fresh."""
    above = await add_department(session)
    department = await add_department(session, parent=above)
    owner, head, top = [await add_staff(session) for _ in range(3)]
    await add_membership(session, head, department, role=MembershipRole.HEAD)
    await add_membership(session, top, above, role=MembershipRole.HEAD)
    customer = await add_customer(session, department_id=department.id, **values)
    await add_assignment(session, customer, owner)
    for kind in (InteractionKind.VISIT, InteractionKind.CARE):
        await add_interaction(session, customer, kind=kind, occurred_at=NOW - DAY)
    return Service(customer, owner, head, top, department)


async def add_repair(session: AsyncSession, service: Service, *, resolved_at: dt.datetime) -> TicketRow:
    """A repair that is done."""
    opened_at = resolved_at - dt.timedelta(hours=3)
    done = {"status": TicketStatus.RESOLVED, "resolved_at": resolved_at, "opened_at": opened_at}
    return await add_ticket(session, service.customer, kind=TicketKind.REPAIR, **done)


async def act(database: Database, url: str, now: dt.datetime = NOW, *, book: bool = True) -> Acted:
    """One round."""
    reads = await open_reads(url)
    try:
        this = Round(database, RelationalGraph(reads), now)
        await this.tickets()
        if book:
            await this.book()
    finally:
        await reads.close()
    return this.acted


async def do(
    database: Database, command: Command[Any], draft: Any, subject: Subject = MANAGER, now: dt.datetime = NOW
) -> uuid.UUID:
    """What a person does."""
    return await run(database, subject, now, command, draft)


async def rows_of(database: Database, kind: type[R], *criteria: sa.ColumnElement[bool]) -> list[R]:
    """Rows as they are now, in the order of their ids."""
    async with database.sessions() as session:
        return list(await session.scalars(sa.select(kind).where(*criteria).order_by(sa.inspect(kind).primary_key[0])))


async def kinds_of_events(database: Database) -> list[str]:
    """The kinds of all events of the log, in its order."""
    return [row.kind for row in await rows_of(database, LogEventRow)]


def supervisor(service: Service) -> Subject:
    """Who manages the department of a customer, and no more."""
    reach = {"scope": Scope.DEPARTMENT, "department_ids": frozenset({service.department.id})}
    return replace(MANAGER, name="department", **reach)
