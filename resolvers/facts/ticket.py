"""How each fact about a ticket is computed: from which columns, and by which function of them.

The vocabulary (`rules/facts/ticket.yaml`) says what the facts mean; a test keeps the two together.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa

from resolvers.facts.instants import AT, TODAY, Moment
from resolvers.facts.parts import Part
from resolvers.facts.records import OF_ITSELF, Record, Source
from resolvers.reading.sqljson import JsonArray, JsonRows
from resolvers.ticket_clock import calendar_of, clock_at
from resolvers.working_time import working_days_since, working_time
from rules.facts.calendar import working_calendar
from store.base import Base
from store.interaction import InteractionKind
from store.staff import MembershipRole
from store.ticket import ENDED, PAUSED, ServiceCalendar, TicketEventKind, TicketStatus

USUAL_WARNING: Final = Decimal(75)
"""The hundredths of its time at which a ticket is near its target whose level does not say it."""

CUSTOMER_OF: Final = "customer_id"
"""Whose ticket it is. No fact that rules read, but what its customer's facts are found by."""

_TICKET: Final = Base.metadata.tables["ticket"]
_EVENT: Final = Base.metadata.tables["ticket_event"]
_INTERACTION: Final = Base.metadata.tables["interaction"]
_MEMBERSHIP: Final = Base.metadata.tables["membership"]

_HOUR: Final = dt.timedelta(hours=1)
_CENTS: Final = Decimal("0.01")
_NOTHING: Final = dt.timedelta()
_ALL: Final = Decimal(100)

HISTORY: Final = Part(
    "history",
    {
        "changes": JsonRows(
            JsonArray(_EVENT.c.at, _EVENT.c.id, _EVENT.c.status), _EVENT.c.kind != TicketEventKind.REGISTERED
        ),
        "followed_up_at": sa.func.max(_EVENT.c.at).filter(_EVENT.c.kind == TicketEventKind.FOLLOWED_UP),
    },
    _EVENT,
    _EVENT.c.ticket_id,
    (_EVENT.c.at <= AT,),
)

CALLS: Final = Part(
    "calls",
    {"called_back_at": sa.func.max(_INTERACTION.c.occurred_at)},
    _INTERACTION,
    _INTERACTION.c.ticket_id,
    (_INTERACTION.c.kind == InteractionKind.CALLBACK, _INTERACTION.c.occurred_at <= AT),
)

_LEADS: Final = sa.and_(
    _MEMBERSHIP.c.staff_id == _TICKET.c.assignee_id,
    _MEMBERSHIP.c.department_id == _TICKET.c.department_id,
    _MEMBERSHIP.c.role.in_([MembershipRole.HEAD, MembershipRole.ACTING_HEAD]),
    _MEMBERSHIP.c.since <= TODAY,
    sa.or_(_MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.until > TODAY),
)
HEADS: Final = Part("heads", {"head_count": sa.func.count()}, _TICKET.join(_MEMBERSHIP, _LEADS), _TICKET.c.id)

Instant = dt.datetime | None
Hours = ServiceCalendar | None
Changes = Sequence[tuple[str, str, str]] | None
"""What a ticket's history says since it was registered: at which instant, the id of the event, the state after it."""


def _plain(_: Moment, value: Any) -> Any:
    return value


def _code(_: Moment, code: Any) -> str:
    return str(code.value)


def _count(_: Moment, number: int | None) -> Decimal:
    return Decimal(number or 0)


def _is_any(_: Moment, said: object) -> bool:
    return bool(said)


def _hours(length: dt.timedelta, rounding: str) -> Decimal:
    """A length in hours with two decimals. What is reached is never told before it is."""
    micros = length // dt.timedelta(microseconds=1)
    return (Decimal(micros) / (_HOUR // dt.timedelta(microseconds=1))).quantize(_CENTS, rounding)


def _age(moment: Moment, opened_at: dt.datetime) -> Decimal:
    return max(Decimal(0), _hours(moment.at - opened_at, ROUND_FLOOR))


def _replied(moment: Moment, replied_at: dt.datetime | None) -> bool:
    return replied_at is not None and replied_at <= moment.at


def _to_reply(moment: Moment, hours: Hours, paused_at: Instant, due_at: Instant, replied_at: Instant) -> Decimal | None:
    if due_at is None or _replied(moment, replied_at):
        return None
    return _hours(_left(moment, hours, paused_at, due_at), ROUND_CEILING)


def _to_due(moment: Moment, hours: Hours, paused_at: Instant, due_at: Instant, *ending: Any) -> Decimal | None:
    if due_at is None or _ended_at(moment, *ending) is not None:
        return None
    return _hours(_left(moment, hours, paused_at, due_at), ROUND_CEILING)


def _left(moment: Moment, hours: Hours, paused_at: Instant, due_at: dt.datetime) -> dt.timedelta:
    """The time that is left on a ticket's clock; negative once it is past."""
    return working_time(calendar_of(hours), clock_at(paused_at, moment.at), due_at)


def _ended_at(
    moment: Moment,
    status: TicketStatus,
    resolved_at: dt.datetime | None,
    closed_at: dt.datetime | None,
    updated_at: dt.datetime,
) -> dt.datetime | None:
    """When a ticket ended, if it had by the moment."""
    if status not in ENDED:
        return None
    ended_at = resolved_at or closed_at or updated_at
    return ended_at if ended_at <= moment.at else None


def waited(moment: Moment, hours: Hours, opened_at: dt.datetime, changes: Changes, *ending: Any) -> dt.timedelta:
    """The time for which the customer has waited for us: pauses, and what comes after the end, left out."""
    until = _ended_at(moment, *ending) or moment.at
    spans = _spans(opened_at, changes or ())
    calendar = calendar_of(hours)
    counted = ((begins, min(ends or until, until)) for begins, ends, runs in spans if runs)
    return sum((working_time(calendar, *span) for span in counted if span[0] < span[1]), _NOTHING)


def _spans(opened_at: dt.datetime, changes: Sequence[tuple[str, str, str]]) -> Iterator[Any]:
    """From when to when a ticket was in each of its states, and whether its clock ran."""
    begins, runs = opened_at, True
    for at, _, status in sorted((dt.datetime.fromisoformat(at), key, status) for at, key, status in changes):
        if at > begins:
            yield begins, at, runs
            begins = at
        runs = status not in PAUSED and status not in ENDED
    yield begins, None, runs


def _is_open(moment: Moment, *ending: Any) -> bool:
    return _ended_at(moment, *ending) is None


def _waited_hours(moment: Moment, hours: Hours, opened_at: dt.datetime, changes: Changes, *ending: Any) -> Decimal:
    return _hours(waited(moment, hours, opened_at, changes, *ending), ROUND_FLOOR)


def _used_percent(
    moment: Moment,
    hours: Hours,
    paused_at: Instant,
    due_at: Instant,
    opened_at: dt.datetime,
    changes: Changes,
    *ending: Any,
) -> Decimal | None:
    """What was waited in hundredths of that and what is left; None without a target, and when it has ended.

    A target that came from elsewhere may not have moved with the pauses: past it, all is used up, whatever was waited.
    """
    if due_at is None or _ended_at(moment, *ending) is not None:
        return None
    if working_time(calendar_of(hours), opened_at, due_at) <= _NOTHING:
        return None
    gone, left = waited(moment, hours, opened_at, changes, *ending), _left(moment, hours, paused_at, due_at)
    return Decimal(100 * gone // (gone + left)) if gone + left > _NOTHING else _ALL


def _is_near_due(moment: Moment, warning: int | None, *target: Any) -> bool:
    used = _used_percent(moment, *target)
    return used is not None and used >= (USUAL_WARNING if warning is None else warning)


def _days_since_resolved(moment: Moment, resolved_at: dt.datetime | None) -> Decimal | None:
    if resolved_at is None or resolved_at > moment.at:
        return None
    return Decimal(working_days_since(working_calendar(), resolved_at, moment.at))


def _called_back(
    _: Moment, resolved_at: dt.datetime | None, followed_up_at: dt.datetime | None, called_at: dt.datetime | None
) -> bool:
    """Whether somebody asked after it was resolved."""
    asked = [at for at in (followed_up_at, called_at) if at is not None]
    return resolved_at is not None and any(at >= resolved_at for at in asked)


def _draw(moment: Moment, key: uuid.UUID, resolved_at: dt.datetime | None) -> Decimal | None:
    """A number from 0 up to 100 that the ticket and the quarter of its resolution give, the same for whoever draws."""
    if resolved_at is None or resolved_at > moment.at:
        return None
    day = resolved_at.astimezone(dt.UTC).date()
    drawn = hashlib.sha256(f"{key} {day.year} {(day.month - 1) // 3 + 1}".encode()).digest()
    return Decimal(int.from_bytes(drawn[:8]) * 10_000 >> 64) / 100


_RESOLVED: Final = (OF_ITSELF, "resolved_at")
_OPENED: Final = (OF_ITSELF, "opened_at")
_CLOCK: Final = ((OF_ITSELF, "calendar"), (OF_ITSELF, "paused_at"))
_DUE: Final = (*_CLOCK, (OF_ITSELF, "due_at"))
_REPLIED: Final = (OF_ITSELF, "first_replied_at")
_ENDING: Final = ((OF_ITSELF, "status"), _RESOLVED, (OF_ITSELF, "closed_at"), (OF_ITSELF, "updated_at"))
_CHANGES: Final = (HISTORY, "changes")
_TARGET: Final = (*_DUE, _OPENED, _CHANGES, *_ENDING)

SOURCES: Final[Mapping[str, Source]] = MappingProxyType(
    {
        "ticket_kind": Source(((OF_ITSELF, "kind"),), _code),
        "severity": Source(((OF_ITSELF, "severity"),), _code),
        "channel": Source(((OF_ITSELF, "channel"),), _code),
        "ticket_status": Source(((OF_ITSELF, "status"),), _code),
        "is_open": Source(_ENDING, _is_open),
        "ticket_age_hours": Source((_OPENED,), _age),
        "working_hours_waited": Source((_CLOCK[0], _OPENED, _CHANGES, *_ENDING), _waited_hours),
        "is_first_reply_done": Source((_REPLIED,), _replied),
        "working_hours_to_first_reply": Source((*_CLOCK, (OF_ITSELF, "first_reply_due_at"), _REPLIED), _to_reply),
        "working_hours_to_next_reply": Source((*_CLOCK, (OF_ITSELF, "next_reply_due_at"), *_ENDING), _to_due),
        "working_hours_to_due": Source((*_DUE, *_ENDING), _to_due),
        "target_used_percent": Source(_TARGET, _used_percent),
        "is_near_due": Source(((OF_ITSELF, "warning_percent"), *_TARGET), _is_near_due),
        "reopen_count": Source(((OF_ITSELF, "reopen_count"),), _count),
        "transfer_count": Source(((OF_ITSELF, "transfer_count"),), _count),
        "is_disputed": Source(((OF_ITSELF, "is_disputed"),), _is_any),
        "working_days_since_resolved": Source((_RESOLVED,), _days_since_resolved),
        "is_called_back": Source((_RESOLVED, (HISTORY, "followed_up_at"), (CALLS, "called_back_at")), _called_back),
        "sample_draw": Source(((OF_ITSELF, "id"), _RESOLVED), _draw),
        "is_handled_by_head": Source(((HEADS, "head_count"),), _is_any),
    }
)
"""By the names of the vocabulary."""

TICKETS: Final = Record(
    "tickets", _TICKET, MappingProxyType({**SOURCES, CUSTOMER_OF: Source(((OF_ITSELF, CUSTOMER_OF),), _plain)})
)
