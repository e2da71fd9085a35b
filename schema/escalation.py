"""Escalations of tickets, as clients see them."""

from __future__ import annotations

import datetime as dt

import strawberry

from resolvers.reading import column, entity, global_id, one
from resolvers.scopes import through_customer_for_staff
from schema.decision import Decision
from schema.links import CustomerLink, StaffLink
from schema.paging import Node
from store.escalation import EscalationRow, EscalationTarget


@entity(
    EscalationRow,
    "Whom the rules told about a ticket, and whether that one took it over. 上报",
    scope=through_customer_for_staff,
)
class Escalation(Node):
    """One row of the rules that fired."""

    id: strawberry.ID = global_id()
    at: dt.datetime = column(EscalationRow.at, "When.")
    rule_set: str = column(EscalationRow.rule_set, "The rule set.")
    row: str = column(EscalationRow.row, "The row that fired, by its name: once in each opening of the ticket.")
    target: EscalationTarget = column(EscalationRow.target, "As what the person was told.")
    levels_up: int = column(EscalationRow.levels_up, "Which head: 0 of the ticket's department, 9 the top.")
    takes_over: bool = column(EscalationRow.takes_over, "Whether the ticket went to that person.")
    reason: str | None = column(EscalationRow.reason, "Why.")
    staff: StaffLink | None = one(lambda e, s: s.id == e.staff_id, "Who was told; not set where nobody had that place.")
    customer: CustomerLink = one(lambda e, c: c.id == e.customer_id, "The customer.", within=True)
    decision: Decision | None = one(lambda e, d: d.id == e.decision_id, "What the rules decided, and on which facts.")


ESCALATION_ORDER = (EscalationRow.at.desc(), EscalationRow.id.desc())
