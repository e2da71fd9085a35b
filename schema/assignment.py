"""Who serves which customer, as clients see it."""

from __future__ import annotations

import datetime as dt

import strawberry

from resolvers.reading import column, entity, global_id, one
from resolvers.scopes import through_customer
from schema.links import CustomerLink, StaffLink
from schema.paging import Node, TimelineItem
from store.assignment import AssignmentRole, AssignmentRow


@entity(AssignmentRow, "A time in which a person of the staff serves a customer. 客户负责关系", scope=through_customer)
class Assignment(Node, TimelineItem):
    """A dated assignment."""

    id: strawberry.ID = global_id()
    role: AssignmentRole = column(AssignmentRow.role, "What the person is to the customer.")
    since: dt.date = column(AssignmentRow.since, "The first day.")
    until: dt.date | None = column(AssignmentRow.until, "The first day after it; not set while it lasts.")
    happened_at: dt.datetime = column(AssignmentRow.recorded_at, "When it was recorded.")
    staff: StaffLink | None = one(lambda a, s: s.id == a.staff_id, "The person who serves.")
    customer: CustomerLink = one(lambda a, c: c.id == a.customer_id, "The customer.", within=True)
