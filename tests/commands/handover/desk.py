"""Three people of one department, and commands about what they have."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.commands import run
from resolvers.handover.answering import HandoverAcceptance, HandoverExecution, accept_handover, execute_handover
from resolvers.handover.proposing import HandoverDraft, propose_handover
from store.assignment import AssignmentRole, AssignmentRow
from store.contact import ContactRow
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.handover import HandoverItemRow, HandoverReason, HandoverRow
from store.session import Database
from store.staff import StaffRow
from store.ticket import TicketEventRow, TicketRow
from tests.factories import NOW, TODAY
from tests.factories.assignment import add_assignment
from tests.factories.contact import add_contact
from tests.factories.customer import add_customer
from tests.factories.department import add_department
from tests.factories.staff import add_membership, add_staff
from tests.factories.ticket import add_ticket

OWNER, BACKUP = AssignmentRole.OWNER, AssignmentRole.BACKUP


def day(offset: int) -> dt.date:
    """A day, counted from today."""
    return TODAY + dt.timedelta(days=offset)


@dataclass(frozen=True)
class Desk:
    """`giver` hands over to `taker`; `third` is someone else. All are of `department`."""

    database: Database
    department: DepartmentRow
    giver: StaffRow
    taker: StaffRow
    third: StaffRow

    @classmethod
    async def opened(cls, database: Database) -> Desk:
        """A desk with its people, and nothing on it."""
        async with database.transaction() as session:
            department = await add_department(session)
            people = [await add_staff(session, name=name) for name in ("Gina", "Tom", "Third")]
            for person in people:
                await add_membership(session, person, department)
        return cls(database, department, *people)

    @property
    def manager(self) -> Subject:
        return Subject("manager", Role.MANAGER, Clearance.SECRET, Scope.ALL)

    def supervisor(self, *departments: DepartmentRow) -> Subject:
        """Who leads these departments; this one, if none is named."""
        reach = frozenset(one.id for one in departments or (self.department,))
        return Subject("supervisor", Role.SUPERVISOR, Clearance.CONFIDENTIAL, Scope.SUBTREE, department_ids=reach)

    def agent(self, person: StaffRow | None = None) -> Subject:
        """A person as an agent; the successor, if none is named."""
        return Subject("agent", Role.AGENT, Clearance.INTERNAL, Scope.OWN, staff_id=(person or self.taker).id)

    async def customer(self, **values: Any) -> CustomerRow:
        """A customer of the department."""
        async with self.database.transaction() as session:
            return await add_customer(session, **{"department_id": self.department.id, **values})

    async def serves(
        self, person: StaffRow, customer: CustomerRow, role: AssignmentRole, *days: int | None
    ) -> uuid.UUID:
        """A person serves a customer, from the first of these days until the second."""
        since, until = [None if one is None else day(one) for one in (*days, None)[:2]]
        async with self.database.transaction() as session:
            row = await add_assignment(session, customer, person, role=role, since=since, until=until)
        return row.id

    async def owned(self, **values: Any) -> CustomerRow:
        """A customer of which the giver is the owner."""
        customer = await self.customer(**values)
        await self.serves(self.giver, customer, OWNER, -30)
        return customer

    async def ticket(self, customer: CustomerRow, **values: Any) -> TicketRow:
        """A ticket on which the giver works, who was asked first."""
        who = {"assignee_id": self.giver.id, "first_responder_id": self.giver.id}
        async with self.database.transaction() as session:
            return await add_ticket(session, customer, **{**who, **values})

    async def contact(self, customer: CustomerRow, **values: Any) -> ContactRow:
        """A contact of a customer."""
        async with self.database.transaction() as session:
            return await add_contact(session, customer, **values)

    def draft(self, **values: Any) -> HandoverDraft:
        """A handover of everything, today."""
        return replace(HandoverDraft(self.giver.id, self.taker.id, TODAY, HandoverReason.LEAVING), **values)

    async def do(self, command: Any, draft: Any, *, by: Subject | None = None, now: dt.datetime = NOW) -> uuid.UUID:
        """Do a command, as the manager unless someone else is named."""
        return await run(self.database, by or self.manager, now, command, draft)

    async def propose(self, *, by: Subject | None = None, **values: Any) -> uuid.UUID:
        """Propose a handover."""
        return await self.do(propose_handover, self.draft(**values), by=by)

    async def accept(self, key: uuid.UUID, *, now: dt.datetime = NOW) -> None:
        """Accept a handover as the successor."""
        await self.do(accept_handover, HandoverAcceptance(key), by=self.agent(), now=now)

    async def execute(self, key: uuid.UUID, *, now: dt.datetime = NOW) -> None:
        """Execute a handover."""
        await self.do(execute_handover, HandoverExecution(key), now=now)

    async def hand_over(self, **values: Any) -> uuid.UUID:
        """Propose and accept, and so execute, a handover of today."""
        key = await self.propose(**values)
        await self.accept(key)
        return key

    async def rows(self, statement: Any) -> list[Any]:
        """The rows of a select, as they are in the store now."""
        async with self.database.sessions() as session:
            return list(await session.scalars(statement))

    async def document(self, key: uuid.UUID) -> HandoverRow:
        """A handover as it is now."""
        [row] = await self.rows(sa.select(HandoverRow).where(HandoverRow.id == key))
        return row

    async def items(self, key: uuid.UUID) -> set[tuple[str, str, uuid.UUID, str]]:
        """(kind, role, thing, state) of all that a handover lists."""
        found = await self.rows(sa.select(HandoverItemRow).where(HandoverItemRow.handover_id == key))
        items = {(one.kind.value, one.role.value, one.subject_id, one.state.value) for one in found}
        assert len(items) == len(found)
        return items

    async def times(self, customer: CustomerRow) -> list[tuple[str, str, int, int | None]]:
        """(who, role, since, until) of all assignments to a customer that hold something, as days from today."""
        people = {one.id: one.name for one in (self.giver, self.taker, self.third)}
        found = await self.rows(sa.select(AssignmentRow).where(AssignmentRow.customer_id == customer.id))
        return sorted(
            (
                (people[one.staff_id], one.role.value, (one.since - TODAY).days, one.until and (one.until - TODAY).days)
                for one in found
                if one.until != one.since
            ),
            key=lambda one: (one[1] != "OWNER", one[2], one[0]),
        )

    async def ticket_now(self, ticket: TicketRow) -> TicketRow:
        """A ticket as it is now."""
        [row] = await self.rows(sa.select(TicketRow).where(TicketRow.id == ticket.id))
        return row

    async def history(self, ticket: TicketRow) -> list[TicketEventRow]:
        """What happened to a ticket, in order."""
        row = TicketEventRow
        return await self.rows(sa.select(row).where(row.ticket_id == ticket.id).order_by(row.at, row.id))

    async def events(self, kind: str = "") -> list[LogEventRow]:
        """The events of the log whose kind begins like this, in order."""
        row = LogEventRow
        return await self.rows(sa.select(row).where(row.kind.startswith(kind)).order_by(row.id))
