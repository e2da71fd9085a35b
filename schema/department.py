"""Departments, as clients see them."""

from __future__ import annotations

import datetime as dt
import enum

import strawberry

from resolvers import network
from resolvers.reading import column, connection, entity, global_id, many, one, traversal
from resolvers.reading.filtering import Choice, TextFilter, by, filters
from resolvers.scopes import directory_scope
from schema.arguments import AS_OF_DAY, covers, read_id
from schema.customer_orders import CUSTOMER_ORDERS, CustomerFilter
from schema.exposing import expose
from schema.interaction import INTERACTION_ORDERS, InteractionFilter
from schema.links import CustomerLink, InteractionLink, MembershipLink, TicketLink
from schema.network import SOME, SOME_ON_A_DAY, EscalationStep, PlacedDepartment
from schema.paging import Connection, Node, Party
from schema.ticket import TICKET_ORDERS, TicketFilter
from store.department import DepartmentRow
from store.staff import MembershipRole, MembershipRow


@entity(DepartmentRow, "A department, in a tree of departments. 部门", scope=directory_scope)
class Department(Node, Party):
    """One unit of the service."""

    id: strawberry.ID = global_id()
    number: str = column(DepartmentRow.number, "The number that people know it by.")
    name: str = column(DepartmentRow.name, "Its name.")
    scope_of_work: str | None = column(DepartmentRow.scope_of_work, "What it does.")
    closed_on: dt.date | None = column(
        DepartmentRow.closed_on, "Since when it takes nothing new; not set while it is open."
    )
    created_at: dt.datetime = column(DepartmentRow.created_at, "Since when it is on record.")
    updated_at: dt.datetime = column(DepartmentRow.updated_at, "When it last changed.")
    version: int = column(DepartmentRow.version, "Counts the changes; give it back when you update.")
    parent: Department | None = one(lambda d, p: p.id == d.parent_id, "The department above.")
    merged_into: Department | None = one(
        lambda d, m: m.id == d.merged_into_id, "The department that it was merged into. 合并后部门"
    )
    children: list[Department] = many(
        lambda d, c: c.parent_id == d.id, "The departments directly below.", order_by=[DepartmentRow.number]
    )
    head: MembershipLink | None = one(
        lambda d, m, day: (m.department_id == d.id) & (m.role == MembershipRole.HEAD) & covers(m, day),
        "Who leads it; not set while it is vacant.",
        order_by=[MembershipRow.since.desc(), MembershipRow.id],
        arguments={"as_of": AS_OF_DAY},
    )
    acting_head: MembershipLink | None = one(
        lambda d, m, day: (m.department_id == d.id) & (m.role == MembershipRole.ACTING_HEAD) & covers(m, day),
        "Who leads it while it has no head, or the head is away. 代理负责人",
        order_by=[MembershipRow.since.desc(), MembershipRow.id],
        arguments={"as_of": AS_OF_DAY},
    )
    members: Connection[MembershipLink] = connection(
        lambda d, m, day: (m.department_id == d.id) & covers(m, day),
        "The people in it.",
        orders=[MembershipRow.since, MembershipRow.id],
        arguments={"as_of": AS_OF_DAY},
    )
    customers: Connection[CustomerLink] = connection(
        lambda d, c: c.department_id == d.id,
        "The customers that it looks after.",
        orders=CUSTOMER_ORDERS,
        filter_type=CustomerFilter,
    )
    tickets: Connection[TicketLink] = connection(
        lambda d, t: t.department_id == d.id, "The tickets that it has.", orders=TICKET_ORDERS, filter_type=TicketFilter
    )
    interactions: Connection[InteractionLink] = connection(
        lambda d, i: i.department_id == d.id,
        "The contacts that it handled.",
        orders=INTERACTION_ORDERS,
        filter_type=InteractionFilter,
    )
    subtree: list[PlacedDepartment] | None = traversal(
        network.subtree,
        "The department and all below it, nearest first, then by id. 下级部门树",
        needs=[DepartmentRow.id],
        arguments=SOME,
    )
    ancestors: list[PlacedDepartment] | None = traversal(
        network.ancestors, "All departments above it, nearest first. 上级部门", needs=[DepartmentRow.id], arguments=SOME
    )
    escalation_path: list[EscalationStep] | None = traversal(
        network.escalation_of_department,
        "Whom to turn to: who leads it and those above it, nearest first; one that nobody leads is left out. 上报路径",
        needs=[DepartmentRow.id],
        arguments=SOME_ON_A_DAY,
    )


class DepartmentOrder(enum.StrEnum):
    """Orders of departments."""

    NUMBER_ASC = "NUMBER_ASC"
    NAME_ASC = "NAME_ASC"


expose(DepartmentOrder, "How departments are ordered.", "by number\nby name, letter by letter")

DEPARTMENT_ORDERS = {
    DepartmentOrder.NUMBER_ASC: (DepartmentRow.number, DepartmentRow.id),
    DepartmentOrder.NAME_ASC: (DepartmentRow.name, DepartmentRow.id),
}


@filters(DepartmentRow, "Which departments.")
class DepartmentFilter:
    """Criteria over departments."""

    number: TextFilter | None = by(DepartmentRow.number, "By number.")
    name: TextFilter | None = by(DepartmentRow.name, "By name.")
    parent_id: Choice[strawberry.ID] | None = by(
        DepartmentRow.parent_id, "By the department above; `isNull: true` finds the roots.", read_id("Department")
    )
