"""Strawberry as its documentation shows it: types with resolvers, DataLoaders, SQLAlchemy's ORM with async sessions.

Served by the stock `strawberry.asgi.GraphQL` with no options. Rows become types by `marshal`, as in strawberry's own
examples. Types that lead nowhere further are in `strawberry_types`.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from typing import Any

import sqlalchemy as sa
import strawberry
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

from store.customer import CustomerKind, CustomerRow, CustomerSize, CustomerStatus
from store.grade import Grade
from store.relation import RelationDirection, RelationKind
from store.ticket import Severity, TicketKind, TicketRow, TicketStatus
from tests.bench.peers.strawberry_loaders import Loaders, sessions
from tests.bench.peers.strawberry_types import (
    Assignment,
    Contact,
    Credit,
    Department,
    Info,
    Interaction,
    InteractionPage,
    Metrics,
    PageInfo,
    Staff,
    TicketEvent,
    loaders,
)


@strawberry.enum
class TargetState(enum.Enum):
    NONE = "NONE"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    OVERDUE = "OVERDUE"
    MET = "MET"
    MISSED = "MISSED"


@strawberry.type
class TicketTarget:
    due_at: dt.datetime | None
    made_target: strawberry.Private[bool | None]
    ended_at: strawberry.Private[dt.datetime | None]
    paused_at: strawberry.Private[dt.datetime | None]
    status: strawberry.Private[TicketStatus]

    @strawberry.field
    def state(self) -> TargetState:
        if self.made_target is not None:
            return TargetState.MET if self.made_target else TargetState.MISSED
        if self.due_at is None or self.status is TicketStatus.CANCELLED:
            return TargetState.NONE
        late = (self.ended_at or self.paused_at or dt.datetime.now(dt.UTC)) > self.due_at
        if self.ended_at is not None:
            return TargetState.MISSED if late else TargetState.MET
        if late:
            return TargetState.OVERDUE
        return TargetState.RUNNING if self.paused_at is None else TargetState.PAUSED


@strawberry.type
class Ticket:
    id: strawberry.ID
    number: str
    kind: TicketKind
    subject: str
    status: TicketStatus
    severity: Severity
    opened_at: dt.datetime
    target: TicketTarget
    key: strawberry.Private[uuid.UUID]
    assignee_id: strawberry.Private[uuid.UUID | None]
    department_id: strawberry.Private[uuid.UUID | None]

    @classmethod
    def marshal(cls, row: TicketRow) -> Ticket:
        return cls(
            id=strawberry.ID(f"Ticket:{row.id}"),
            number=row.number,
            kind=row.kind,
            subject=row.subject,
            status=row.status,
            severity=row.severity,
            opened_at=row.opened_at,
            target=TicketTarget(
                due_at=row.due_at,
                made_target=row.made_target,
                ended_at=row.resolved_at or row.closed_at,
                paused_at=row.paused_at,
                status=row.status,
            ),
            key=row.id,
            assignee_id=row.assignee_id,
            department_id=row.department_id,
        )

    @strawberry.field
    async def assignee(self, info: Info) -> Staff | None:
        row = await loaders(info).staff.load(self.assignee_id) if self.assignee_id else None
        return Staff.marshal(row) if row else None

    @strawberry.field
    async def department(self, info: Info) -> Department | None:
        row = await loaders(info).department.load(self.department_id) if self.department_id else None
        return Department.marshal(row) if row else None

    @strawberry.field
    async def events(self, info: Info, first: int = 20) -> list[TicketEvent]:
        return [TicketEvent.marshal(row) for row in await loaders(info).events.load((self.key, first))]


@strawberry.type
class TicketPage:
    nodes: list[Ticket]


@strawberry.type
class Relation:
    kind: RelationKind
    direction: RelationDirection
    other_id: strawberry.Private[uuid.UUID]

    @strawberry.field
    async def customer(self, info: Info) -> Customer:
        return Customer.marshal(await loaders(info).customer.load(self.other_id))


@strawberry.type
class Customer:
    id: strawberry.ID
    code: str
    kind: CustomerKind
    name: str
    status: CustomerStatus
    grade: Grade | None
    industry: str | None
    size: CustomerSize | None
    language: str | None
    country: str | None
    region: str | None
    city: str | None
    address: str | None
    email: str | None
    phone: str | None
    website: str | None
    needs: str | None
    founded_on: dt.date | None
    created_at: dt.datetime
    updated_at: dt.datetime
    metrics: Metrics
    key: strawberry.Private[uuid.UUID]
    department_id: strawberry.Private[uuid.UUID | None]

    @classmethod
    def marshal(cls, row: CustomerRow) -> Customer:
        return cls(
            id=strawberry.ID(f"Customer:{row.id}"),
            code=row.code,
            kind=row.kind,
            name=row.name,
            status=row.status,
            grade=row.grade,
            industry=row.industry,
            size=row.size,
            language=row.language,
            country=row.country,
            region=row.region,
            city=row.city,
            address=row.address,
            email=row.email,
            phone=row.phone,
            website=row.website,
            needs=row.needs,
            founded_on=row.founded_on,
            created_at=row.created_at,
            updated_at=row.updated_at,
            metrics=Metrics.marshal(row),
            key=row.id,
            department_id=row.department_id,
        )

    @strawberry.field
    async def department(self, info: Info) -> Department | None:
        row = await loaders(info).department.load(self.department_id) if self.department_id else None
        return Department.marshal(row) if row else None

    @strawberry.field
    async def owner(self, info: Info) -> Assignment | None:
        row = await loaders(info).owner.load(self.key)
        return Assignment.marshal(row) if row else None

    @strawberry.field
    async def credit(self, info: Info) -> Credit | None:
        row = await loaders(info).credit.load(self.key)
        return Credit.marshal(row) if row else None

    @strawberry.field
    async def contacts(self, info: Info, first: int = 20) -> list[Contact]:
        return [Contact.marshal(row) for row in await loaders(info).contacts.load((self.key, first))]

    @strawberry.field
    async def interactions(self, info: Info, first: int = 20) -> InteractionPage:
        rows = await loaders(info).interactions.load((self.key, first + 1))
        nodes = [Interaction.marshal(row) for row in rows[:first]]
        return InteractionPage(
            nodes=nodes, page_info=PageInfo(has_next_page=len(rows) > first, end_cursor=nodes[-1].id if nodes else None)
        )

    @strawberry.field
    async def tickets(self, info: Info, first: int = 20) -> TicketPage:
        rows = await loaders(info).tickets.load((self.key, first))
        return TicketPage(nodes=[Ticket.marshal(row) for row in rows])

    @strawberry.field
    async def related_customers(self, info: Info, first: int = 20) -> list[Relation]:
        rows = await loaders(info).relations.load((self.key, first))
        return [Relation(kind=row.kind, direction=row.direction, other_id=row.other_id) for row in rows]


@strawberry.type
class CustomerPage:
    nodes: list[Customer]
    page_info: PageInfo


@strawberry.type
class Query:
    @strawberry.field
    async def customer(self, info: Info, id: strawberry.ID) -> Customer | None:  # noqa: A002  # the argument's name
        row = await loaders(info).customer.load(uuid.UUID(id.removeprefix("Customer:")))
        return Customer.marshal(row) if row else None

    @strawberry.field
    async def customers(self, first: int = 20, after: str | None = None) -> CustomerPage:
        query = sa.select(CustomerRow).order_by(CustomerRow.code).limit(first + 1)
        if after is not None:
            query = query.where(CustomerRow.code > after)
        async with sessions() as session:
            rows = list(await session.scalars(query))
        nodes = [Customer.marshal(row) for row in rows[:first]]
        return CustomerPage(
            nodes=nodes,
            page_info=PageInfo(has_next_page=len(rows) > first, end_cursor=nodes[-1].code if nodes else None),
        )


class App(GraphQL[dict[str, Any], None]):
    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> dict[str, Any]:
        return {"request": request, "response": response, "loaders": Loaders()}


schema = strawberry.Schema(Query)
app = App(schema)
