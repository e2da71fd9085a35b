"""Service levels: the rules give a new ticket its level, its targets and the hours in which they count (B1, E1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from resolvers.commands import Unit
from resolvers.decisions.making import Asking, decide_at_hand, facts_read
from resolvers.facts.gathering import Facts, gather
from resolvers.facts.instants import Moment
from resolvers.facts.records import UnknownFactError, of_row
from resolvers.facts.ticket import TICKETS
from resolvers.rule_sets.versions import in_force
from resolvers.ticket_clock import Turn, calendar_of, stood_still
from resolvers.working_time import after_working_time, end_of_working_day
from rules.facts.calendar import working_calendar
from store.decision import DecisionOccasion
from store.ticket import ServiceCalendar, TicketRow

RULE_SET: Final = "service_level"


async def give_level(unit: Unit, row: TicketRow) -> None:
    """Give a ticket that is not written yet its level and targets, and write the decision down.

    Where the rules say nothing the ticket has no target, and the decision says why.
    """
    asking = Asking(unit.subject.name, unit.now, DecisionOccasion.EVENT)
    version = await in_force(unit.session, RULE_SET, unit.now)
    facts, fault = await _facts(unit, row, facts_read(version))
    decided = await decide_at_hand(
        unit.session, version, asking, facts, subject_id=row.id, customer_id=row.customer_id, fault=fault
    )
    if decided.outcome.results:
        set_level(row, decided.outcome.results[0])


async def _facts(unit: Unit, row: TicketRow, names: list[str]) -> tuple[Facts, str | None]:
    """The facts of the ticket, which nothing has happened to, and of its customer; or why they cannot be known."""
    moment = Moment(unit.now)
    facts = of_row(TICKETS, [name for name in names if name in TICKETS.sources], row, moment)
    theirs = [name for name in names if name not in TICKETS.sources]
    if not theirs:
        return facts, None
    try:
        found = await gather(await unit.session.connection(), theirs, moment, [row.customer_id])
    except UnknownFactError as error:
        return facts, str(error)
    for _, known in found.each():
        facts |= known
    return facts, found.faults.get(row.customer_id)


def set_level(row: TicketRow, result: Mapping[str, Any], turns: Sequence[Turn] = ()) -> None:
    """Set what the rules said; an output that a version does not have sets nothing, and a target that is set stays.

    `turns` are the states that a ticket had which is not new, and since when: its pauses are not counted.
    """
    level, hours = result.get("level"), result.get("calendar")
    row.service_level = None if level is None else str(level)
    row.calendar = None if hours is None else ServiceCalendar(str(hours).upper())
    row.next_reply_minutes = _whole(result.get("next_reply_minutes"))
    row.warning_percent = _whole(result.get("warning_percent"))
    _set_targets(row, result, stood_still(row.calendar, turns))


def _set_targets(row: TicketRow, result: Mapping[str, Any], stood: dt.timedelta) -> None:
    """Count the targets from when the customer came, without the time for which the clock stood still."""
    calendar = calendar_of(row.calendar)
    minutes, hours = result.get("first_reply_minutes"), result.get("resolution_hours")
    if row.first_reply_due_at is None and minutes is not None:
        reply_at = after_working_time(calendar, row.opened_at, _length(minutes / 60))
        row.first_reply_due_at = reply_at if row.first_replied_at else after_working_time(calendar, reply_at, stood)
    if row.due_at is None and hours is not None:
        due_at = after_working_time(calendar, row.opened_at, _length(hours))
        last = end_of_working_day(working_calendar(), row.opened_at) if result.get("same_day") else due_at
        row.due_at = after_working_time(calendar, min(due_at, last), stood)


def _whole(number: Decimal | None) -> int | None:
    return None if number is None else int(number)


def _length(hours: Decimal) -> dt.timedelta:
    """So many hours, to the second."""
    return dt.timedelta(seconds=round(hours * 3_600))
