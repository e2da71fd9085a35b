"""The types of the documented default that lead nowhere further, or only to people of the staff."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import strawberry

from store.assignment import AssignmentRow
from store.contact import ContactRow
from store.credit import CreditAccountRow, CreditRating
from store.customer import CustomerKind, CustomerRow, CustomerSize, CustomerStatus
from store.department import DepartmentRow
from store.grade import Grade
from store.interaction import Channel, Direction, HandlingState, InteractionKind, InteractionRow
from store.money import to_decimal
from store.relation import RelationDirection, RelationKind
from store.staff import StaffRow
from store.ticket import Severity, TicketEventKind, TicketEventRow, TicketKind, TicketStatus
from tests.bench.peers.strawberry_loaders import Loaders

for enum in (
    Channel,
    CreditRating,
    CustomerKind,
    CustomerSize,
    CustomerStatus,
    Direction,
    Grade,
    HandlingState,
    InteractionKind,
    RelationDirection,
    RelationKind,
    Severity,
    TicketEventKind,
    TicketKind,
    TicketStatus,
):
    strawberry.enum(enum)

Info = strawberry.Info[dict[str, Any], None]


def loaders(info: Info) -> Loaders:
    """This request's loaders."""
    found: Loaders = info.context["loaders"]
    return found


@strawberry.type
class Money:
    amount: Decimal
    currency: str

    @classmethod
    def marshal(cls, minor: int, currency: str) -> Money:
        return cls(amount=to_decimal(minor, currency), currency=currency)


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Department:
    number: str
    name: str

    @classmethod
    def marshal(cls, row: DepartmentRow) -> Department:
        return cls(number=row.number, name=row.name)


@strawberry.type
class Staff:
    number: str
    name: str
    title: str | None
    email: str | None

    @classmethod
    def marshal(cls, row: StaffRow) -> Staff:
        return cls(number=row.number, name=row.name, title=row.title, email=row.email)


@strawberry.type
class Credit:
    currency: str
    limit: Money | None
    used: Money
    term_days: int | None
    rating: CreditRating | None
    is_blocked: bool
    reviewed_on: dt.date | None

    @classmethod
    def marshal(cls, row: CreditAccountRow) -> Credit:
        return cls(
            currency=row.currency,
            limit=None if row.limit_minor is None else Money.marshal(row.limit_minor, row.currency),
            used=Money.marshal(row.used_minor, row.currency),
            term_days=row.term_days,
            rating=row.rating,
            is_blocked=row.is_blocked,
            reviewed_on=row.reviewed_on,
        )


@strawberry.type
class Metrics:
    monetary: Money
    purchase_count: int
    first_purchase_at: dt.datetime | None
    last_purchase_at: dt.datetime | None
    interaction_count: int
    last_contact_at: dt.datetime | None
    ticket_count: int
    open_ticket_count: int
    complaint_count: int
    last_activity_at: dt.datetime

    @classmethod
    def marshal(cls, row: CustomerRow) -> Metrics:
        return cls(
            monetary=Money.marshal(row.monetary_minor, row.currency),
            purchase_count=row.purchase_count,
            first_purchase_at=row.first_purchase_at,
            last_purchase_at=row.last_purchase_at,
            interaction_count=row.interaction_count,
            last_contact_at=row.last_contact_at,
            ticket_count=row.ticket_count,
            open_ticket_count=row.open_ticket_count,
            complaint_count=row.complaint_count,
            last_activity_at=row.last_activity_at,
        )


@strawberry.type
class Contact:
    name: str
    title: str | None
    email: str | None
    phone: str | None
    is_primary: bool

    @classmethod
    def marshal(cls, row: ContactRow) -> Contact:
        return cls(name=row.name, title=row.title, email=row.email, phone=row.phone, is_primary=row.is_primary)


@strawberry.type
class Interaction:
    id: strawberry.ID
    happened_at: dt.datetime
    channel: Channel
    direction: Direction
    kind: InteractionKind
    state: HandlingState
    satisfaction: int | None
    subject: str
    staff_id: strawberry.Private[uuid.UUID | None]

    @classmethod
    def marshal(cls, row: InteractionRow) -> Interaction:
        return cls(
            id=strawberry.ID(f"Interaction:{row.id}"),
            happened_at=row.occurred_at,
            channel=row.channel,
            direction=row.direction,
            kind=row.kind,
            state=row.state,
            satisfaction=row.satisfaction,
            subject=row.subject,
            staff_id=row.staff_id,
        )

    @strawberry.field
    async def handler(self, info: Info) -> Staff | None:
        row = await loaders(info).staff.load(self.staff_id) if self.staff_id else None
        return Staff.marshal(row) if row else None


@strawberry.type
class Assignment:
    since: dt.date
    staff_id: strawberry.Private[uuid.UUID]

    @classmethod
    def marshal(cls, row: AssignmentRow) -> Assignment:
        return cls(since=row.since, staff_id=row.staff_id)

    @strawberry.field
    async def staff(self, info: Info) -> Staff | None:
        row = await loaders(info).staff.load(self.staff_id)
        return Staff.marshal(row) if row else None


@strawberry.type
class InteractionPage:
    nodes: list[Interaction]
    page_info: PageInfo


@strawberry.type
class TicketEvent:
    kind: TicketEventKind
    happened_at: dt.datetime
    status: TicketStatus

    @classmethod
    def marshal(cls, row: TicketEventRow) -> TicketEvent:
        return cls(kind=row.kind, happened_at=row.at, status=row.status)
