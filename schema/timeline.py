"""The timeline: everything that happened with a customer, in one order."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

from resolvers.reading import Argument, Member
from resolvers.reading.filtering import instant
from schema.exposing import expose
from store.assignment import AssignmentRow
from store.grade import GradePeriodRow
from store.interaction import InteractionRow
from store.ledger import LedgerEntryRow
from store.ticket import TicketEventRow
from store.types import Instant


class TimelineKind(enum.StrEnum):
    """What the timeline can be narrowed to."""

    INTERACTION = "INTERACTION"
    TICKET_EVENT = "TICKET_EVENT"
    LEDGER_ENTRY = "LEDGER_ENTRY"
    GRADE = "GRADE"
    ASSIGNMENT = "ASSIGNMENT"


expose(
    TimelineKind,
    "Kinds of items of a timeline. 时间线类别",
    "journal entry | 客户日志\nticket event | 工单记录\nledger entry | 往来账\ngrade | 等级\nassignment | 客户负责关系",
)


def _of_customer(customer: Any, item: Any) -> Any:
    return item.customer_id == customer.id


TIMELINE_MEMBERS = {
    "Assignment": Member(_of_customer, AssignmentRow.recorded_at, TimelineKind.ASSIGNMENT),
    "GradePeriod": Member(_of_customer, GradePeriodRow.since, TimelineKind.GRADE),
    "Interaction": Member(_of_customer, InteractionRow.occurred_at, TimelineKind.INTERACTION),
    "LedgerEntry": Member(_of_customer, LedgerEntryRow.occurred_at, TimelineKind.LEDGER_ENTRY),
    "TicketEvent": Member(_of_customer, TicketEventRow.at, TimelineKind.TICKET_EVENT),
}


def _aware(value: dt.datetime | None) -> dt.datetime | None:
    return None if value is None else instant(value)


SINCE = Argument(
    dt.datetime | None,
    "Only what happened at this instant or later.",
    Instant(),
    where=lambda item, value: item.happened_at >= value,
    convert=_aware,
)
UNTIL = Argument(
    dt.datetime | None,
    "Only what happened before this instant.",
    Instant(),
    where=lambda item, value: item.happened_at < value,
    convert=_aware,
)
TIMELINE_ARGUMENTS = {"since": SINCE, "until": UNTIL}
