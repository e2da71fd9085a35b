"""Changes of credit, as clients see them: proposed by rules, answered by people."""

from __future__ import annotations

import datetime as dt

import strawberry

from resolvers.reading import column, entity, global_id, one, part
from resolvers.reading.filtering import Choice, Range, by, filters
from resolvers.scopes import through_customer_for_staff
from schema.decision import Decision
from schema.links import CustomerLink
from schema.money import Money
from schema.paging import Node
from store.credit import CreditRating
from store.credit_change import CreditAction, CreditApprover, CreditChangeRow, CreditChangeStatus


@entity(
    CreditChangeRow, "A change of a customer's credit that rules proposed. 信用变更", scope=through_customer_for_staff
)
class CreditChange(Node):
    """From which terms to which, and what became of it."""

    id: strawberry.ID = global_id()
    action: CreditAction | None = column(CreditChangeRow.action, "What is to be done.")
    status: CreditChangeStatus = column(CreditChangeRow.status, "How it stands.")
    rating_before: CreditRating | None = column(CreditChangeRow.rating_before, "The rating when it was proposed.")
    rating: CreditRating | None = column(CreditChangeRow.rating, "The rating afterwards.")
    limit_before: Money | None = part(
        "The limit when it was proposed.",
        minor=CreditChangeRow.limit_before_minor,
        currency=CreditChangeRow.currency,
    )
    limit: Money | None = part(
        "The limit afterwards.", minor=CreditChangeRow.limit_minor, currency=CreditChangeRow.currency
    )
    term_days_before: int | None = column(CreditChangeRow.term_days_before, "Days to pay when it was proposed.")
    term_days: int | None = column(CreditChangeRow.term_days, "Days to pay afterwards.")
    recheck_orders: bool | None = column(CreditChangeRow.recheck_orders, "Whether open orders are checked again.")
    approver: CreditApprover | None = column(CreditChangeRow.approver, "Who answers it; nobody where it is watched.")
    reason: str | None = column(CreditChangeRow.reason, "Why.")
    proposed_at: dt.datetime = column(CreditChangeRow.created_at, "When it was proposed, or first watched.")
    ended_at: dt.datetime | None = column(CreditChangeRow.ended_at, "When it was answered, or lapsed.")
    ended_by: str | None = column(CreditChangeRow.ended_by, "Who answered; `rules` where it lapsed.")
    note: str | None = column(CreditChangeRow.note, "What was said with that.")
    version: int = column(CreditChangeRow.version, "Counts the changes; give it back when you answer.")
    customer: CustomerLink = one(lambda x, c: c.id == x.customer_id, "The customer.", within=True)
    decision: Decision | None = one(lambda x, d: d.id == x.decision_id, "What the rules decided, and on which facts.")


CREDIT_CHANGE_ORDER = (CreditChangeRow.created_at.desc(), CreditChangeRow.id.desc())


@filters(CreditChangeRow, "Which changes of credit.")
class CreditChangeFilter:
    """Criteria over changes of credit."""

    action: Choice[CreditAction] | None = by(CreditChangeRow.action, "By what is to be done.")
    status: Choice[CreditChangeStatus] | None = by(CreditChangeRow.status, "By how they stand.")
    proposed_at: Range[dt.datetime] | None = by(CreditChangeRow.created_at, "By when they were proposed.")
