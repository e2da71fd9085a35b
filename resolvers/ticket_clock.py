"""The clock of a ticket: its targets run while the customer waits for us, and stand still while we wait for others.

What is due moves when the clock goes on, by the time for which it stood still, so that as much is left as there was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from resolvers.working_time import NOTHING, after_working_time, working_time
from rules.facts.calendar import WorkingCalendar, around_the_clock, working_calendar
from store.ticket import ENDED, PAUSED, ServiceCalendar, TicketRow, TicketStatus

Turn = tuple[dt.datetime, TicketStatus]
"""Since when a ticket had a state."""


def calendar_of(hours: ServiceCalendar | None) -> WorkingCalendar:
    """The calendar in which a ticket's targets are counted; working hours where it has none of its own."""
    return around_the_clock() if hours is ServiceCalendar.AROUND_THE_CLOCK else working_calendar()


def clock_at(paused_at: dt.datetime | None, at: dt.datetime) -> dt.datetime:
    """What a ticket's clock shows at an instant: the instant, or when it came to stand still."""
    return at if paused_at is None else min(paused_at, at)


def follow(row: TicketRow, before: TicketStatus, now: dt.datetime) -> None:
    """Let the clock stop or go on as the ticket has moved on from a state; its times of ending are those it had."""
    if before in ENDED and row.status not in ENDED:
        _go_on(row, row.resolved_at or row.closed_at, now)
        await_reply(row, now)
    elif before in PAUSED and row.status not in PAUSED:
        _go_on(row, row.paused_at, now)
        row.paused_at = None
    elif before not in PAUSED and row.status in PAUSED:
        row.paused_at = now
    if row.status in ENDED:
        row.next_reply_due_at = None


def await_reply(row: TicketRow, now: dt.datetime) -> None:
    """Let the next reply be due as long from now as the ticket's level says; nothing where it says nothing."""
    if row.next_reply_minutes is not None:
        length = dt.timedelta(minutes=row.next_reply_minutes)
        row.next_reply_due_at = after_working_time(calendar_of(row.calendar), clock_at(row.paused_at, now), length)


def stood_still(hours: ServiceCalendar | None, turns: Iterable[Turn]) -> dt.timedelta:
    """The time for which a clock stood still until it last went on, by a ticket's states and since when it had each."""
    total, since = NOTHING, None
    for at, status in turns:
        is_still = status in PAUSED or status in ENDED
        if is_still and since is None:
            since = at
        elif not is_still and since is not None:
            total += working_time(calendar_of(hours), since, at)
            since = None
    return total


def _go_on(row: TicketRow, since: dt.datetime | None, now: dt.datetime) -> None:
    """Move what is due by the time for which the clock stood still."""
    if since is None or since >= now:
        return
    calendar = calendar_of(row.calendar)
    stood = working_time(calendar, since, now)
    if row.first_replied_at is None and row.first_reply_due_at is not None:
        row.first_reply_due_at = after_working_time(calendar, row.first_reply_due_at, stood)
    if row.next_reply_due_at is not None:
        row.next_reply_due_at = after_working_time(calendar, row.next_reply_due_at, stood)
    if row.due_at is not None:
        row.due_at = after_working_time(calendar, row.due_at, stood)
