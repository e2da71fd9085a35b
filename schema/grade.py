"""Grades and their history, as clients see them."""

from __future__ import annotations

import datetime as dt

import strawberry

from resolvers.reading import column, entity, global_id
from resolvers.scopes import through_customer
from schema.paging import Node, TimelineItem
from store.grade import Grade, GradePeriodRow


@entity(GradePeriodRow, "A time in which a customer had one grade. 等级历史", scope=through_customer)
class GradePeriod(Node, TimelineItem):
    """A dated grade."""

    id: strawberry.ID = global_id()
    grade: Grade = column(GradePeriodRow.grade, "The grade.")
    since: dt.datetime = column(GradePeriodRow.since, "From when.")
    until: dt.datetime | None = column(GradePeriodRow.until, "Until when; not set while it lasts.")
    happened_at: dt.datetime = column(GradePeriodRow.since, "When the grade was given.")
    reason: str | None = column(GradePeriodRow.reason, "Why.")
    decided_by: str | None = column(GradePeriodRow.decided_by, "Who or what decided.")
