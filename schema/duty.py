"""Duties, as clients see them: what is owed to a customer, by when, and what became of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
import strawberry

from resolvers.reading import column, entity, global_id, one
from resolvers.reading.filtering import Choice, Range, by, by_rule, filters
from resolvers.reading.parameters import today
from resolvers.scopes import through_customer_for_staff
from schema.decision import Decision
from schema.links import CustomerLink, InteractionLink, TicketLink
from schema.paging import Node
from store.duty import DutyKind, DutyRow, DutyStatus


def _is_overdue(duty: Any) -> Any:
    return sa.and_(duty.status == sa.literal_column(f"'{DutyStatus.OPEN}'"), duty.due_on < today())


@entity(
    DutyRow,
    "Something that is owed to a customer by a day: by whoever serves the customer. 应办事项",
    scope=through_customer_for_staff,
)
class Duty(Node):
    """One duty."""

    id: strawberry.ID = global_id()
    kind: DutyKind = column(DutyRow.kind, "What is owed.")
    status: DutyStatus = column(DutyRow.status, "How it stands.")
    due_on: dt.date = column(DutyRow.due_on, "The day by which it is owed.")
    is_overdue: bool = column(_is_overdue, "Whether the day has gone by and it is still owed.")
    occasion: str = column(DutyRow.occasion, "On which occasion, as the rules name it: birthday; empty without one.")
    manner: str | None = column(DutyRow.manner, "How, as the rules name it: on_site, phone, gift.")
    reason: str | None = column(DutyRow.reason, "Why it is owed.")
    opened_at: dt.datetime = column(DutyRow.created_at, "When it was opened.")
    ended_at: dt.datetime | None = column(DutyRow.ended_at, "When it was done, or not asked for any more.")
    ended_by: str | None = column(DutyRow.ended_by, "Who did it; `rules` where it is not asked for any more.")
    note: str | None = column(DutyRow.note, "The evidence, or why it is not asked for any more.")
    version: int = column(DutyRow.version, "Counts the changes; give it back when you complete it.")
    customer: CustomerLink = one(lambda d, c: c.id == d.customer_id, "To whom it is owed.", within=True)
    ticket: TicketLink | None = one(lambda d, t: t.id == d.ticket_id, "For which ticket, if it is for one.")
    interaction: InteractionLink | None = one(
        lambda d, i: i.id == d.interaction_id, "The journal entry that is the evidence."
    )
    decision: Decision | None = one(lambda d, x: x.id == d.decision_id, "What the rules decided, and on which facts.")


DUTY_ORDER = (DutyRow.due_on, DutyRow.id)


def _overdue_rule(duty: Any, value: Any) -> Any:
    return sa.case((_is_overdue(duty), sa.true()), else_=sa.false()) == value


@filters(DutyRow, "Which duties.")
class DutyFilter:
    """Criteria over duties."""

    kind: Choice[DutyKind] | None = by(DutyRow.kind, "By what is owed.")
    status: Choice[DutyStatus] | None = by(DutyRow.status, "By how they stand.")
    due_on: Range[dt.date] | None = by(DutyRow.due_on, "By the day.")
    is_overdue: bool | None = by_rule(_overdue_rule, sa.Boolean(), "Whether the day has gone by and it is still owed.")
