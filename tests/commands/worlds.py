"""A small world for commands: two branches of departments, their staff and customers, and who may ask."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.commands import Command, run
from store.department import DepartmentRow
from store.session import Database
from store.staff import MembershipRole, StaffStatus
from store.ticket import TicketStatus
from tests.commands.world_acting import Acted, add_acting
from tests.commands.world_handovers import Handovers, add_handovers
from tests.commands.world_rules import Rules, add_rules
from tests.factories import NOW
from tests.factories.assignment import add_assignment
from tests.factories.contact import add_contact
from tests.factories.customer import add_customer
from tests.factories.department import add_department
from tests.factories.relation import add_relation
from tests.factories.staff import add_membership, add_staff
from tests.factories.ticket import add_ticket


@dataclass(frozen=True)
class World:
    """Ids. `service` is below `head`. `other` is a tree of its own: the outsider leads it, `annex` is below it, and
    `closed` was merged into it. The agent owns `own`, in `service`, alone. `foreign` belongs to `neighbour`.
    """

    head: uuid.UUID
    service: uuid.UUID
    other: uuid.UUID
    annex: uuid.UUID
    closed: uuid.UUID
    agent_id: uuid.UUID
    colleague_id: uuid.UUID
    outsider_id: uuid.UUID
    leaver_id: uuid.UUID
    own: uuid.UUID
    neighbour: uuid.UUID
    foreign: uuid.UUID
    contact: uuid.UUID
    foreign_contact: uuid.UUID
    ticket: uuid.UUID
    ended_ticket: uuid.UUID
    foreign_ticket: uuid.UUID
    assignment: uuid.UUID
    foreign_assignment: uuid.UUID
    handovers: Handovers
    rules: Rules
    acted: Acted

    @property
    def handover(self) -> uuid.UUID:
        """A handover to the agent that can be answered."""
        return self.handovers.proposed

    @property
    def foreign_handover(self) -> uuid.UUID:
        """A handover between people of the other tree."""
        return self.handovers.foreign

    @property
    def manager(self) -> Subject:
        return Subject("manager", Role.MANAGER, Clearance.SECRET, Scope.ALL)

    @property
    def supervisor(self) -> Subject:
        reach = frozenset({self.head, self.service})
        return Subject("supervisor", Role.SUPERVISOR, Clearance.CONFIDENTIAL, Scope.SUBTREE, department_ids=reach)

    @property
    def agent(self) -> Subject:
        return Subject("agent", Role.AGENT, Clearance.INTERNAL, Scope.OWN, staff_id=self.agent_id)

    @property
    def partner(self) -> Subject:
        return Subject("partner", Role.PARTNER, Clearance.PUBLIC, Scope.PARTNER, customer_ids=frozenset({self.own}))

    @property
    def auditor(self) -> Subject:
        return Subject("auditor", Role.AUDITOR, Clearance.SECRET, Scope.ALL)

    @property
    def analyst(self) -> Subject:
        return Subject("analyst", Role.ANALYST, Clearance.SECRET, Scope.ALL)


async def built(database: Database) -> World:
    """The world, written."""
    async with database.transaction() as session:
        head = await add_department(session, name="Head office")
        service = await add_department(session, name="Service", parent=head)
        other = await add_department(session, name="Elsewhere")
        annex = await add_department(session, name="Annex", parent=other)
        closed = await add_department(session, name="Closed", closed_on=NOW.date(), merged_into_id=other.id)
        agent, colleague, outsider = [await add_staff(session, name=name) for name in ("王芳", "李娜", "Olga")]
        leaver = await add_staff(session, name="Leo", status=StaffStatus.LEFT)
        for staff, department in ((agent, service), (colleague, service), (leaver, service)):
            await add_membership(session, staff, department)
        await add_membership(session, outsider, other, role=MembershipRole.HEAD)
        own = await add_customer(session, name="自有客户", department_id=service.id)
        neighbour = await add_customer(session, name="Neighbour", department_id=service.id)
        foreign = await add_customer(session, name="Foreign", department_id=other.id)
        await add_relation(session, foreign, neighbour)
        contact, foreign_contact = [await add_contact(session, customer) for customer in (own, foreign)]
        ended = {"status": TicketStatus.CLOSED, "resolved_at": NOW, "closed_at": NOW, "made_target": True}
        tickets = [await add_ticket(session, own, department_id=service.id), await add_ticket(session, own, **ended)]
        foreign_ticket = await add_ticket(session, foreign)
        assignment = await add_assignment(session, own, agent)
        foreign_assignment = await add_assignment(session, foreign, outsider)
        rows = (
            head,
            service,
            other,
            annex,
            closed,
            agent,
            colleague,
            outsider,
            leaver,
            own,
            neighbour,
            foreign,
            contact,
        )
        rest = (foreign_contact, *tickets, foreign_ticket, assignment, foreign_assignment)
        handovers = await add_handovers(session, agent, colleague, outsider, leaver)
        rules = await add_rules(session)
        acted = await add_acting(session, own, foreign, rules)
        return World(*(row.id for row in (*rows, *rest)), handovers, rules, acted)


@dataclass(frozen=True)
class Office:
    """The world with its store and clock: where commands are done."""

    database: Database
    world: World

    async def do(
        self,
        command: Command[Any],
        draft: Any,
        *,
        by: Subject | None = None,
        key: str | None = None,
        now: dt.datetime = NOW,
    ) -> uuid.UUID:
        """Do a command, as the manager unless someone else is named."""
        return await run(self.database, by or self.world.manager, now, command, draft, idempotency_key=key)

    async def row(self, row: type[Any], key: Any) -> Any:
        """A row as it is in the store now."""
        async with self.database.sessions() as session:
            return await session.get_one(row, key)

    async def rows(self, statement: Any) -> list[Any]:
        """The rows of a select, as they are in the store now."""
        async with self.database.sessions() as session:
            return list(await session.scalars(statement))


async def parents(office: Office) -> dict[uuid.UUID, uuid.UUID | None]:
    """The tree of departments."""
    async with office.database.sessions() as session:
        found = await session.execute(sa.select(DepartmentRow.id, DepartmentRow.parent_id))
        return dict(iter(found))
