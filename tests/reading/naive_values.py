"""Values of one row as a client reads them: by the name of the column, and the few that are something else."""

from __future__ import annotations

import datetime as dt
import enum
import json
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from resolvers.access import Subject
from tests.reading.naive_rows import Row

NO_PLACES = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF"}
    | {"XPF"}
)
THREE_PLACES = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MOST_SECONDS = 2**31 - 1
ENDED = {"RESOLVED", "CLOSED", "CANCELLED"}
PARTS = {"CustomerMetrics", "TicketTarget"}
"""Objects made of the same row as the object around them."""


def column_of(field: str) -> str:
    """The column of a field: the same name with underscores."""
    return re.sub(r"[A-Z]", lambda found: "_" + found[0].lower(), field)


def wire(value: Any) -> Any:
    """A value as JSON has it."""
    match value:
        case enum.Enum():
            return value.name
        case dt.datetime():
            return instant_text(value)
        case dt.date():
            return value.isoformat()
        case _:
            return value


def instant_text(value: dt.datetime) -> str:
    """An instant in UTC, its fraction as short as it can be."""
    whole = value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    fraction = f".{value.microsecond:06}".rstrip("0") if value.microsecond else ""
    return f"{whole}{fraction}+00:00"


def money(minor: int | None, currency: str) -> Row | None:
    """An amount with its currency."""
    if minor is None:
        return None
    places = 0 if currency in NO_PLACES else 3 if currency in THREE_PLACES else 2
    return {"amount": f"{Decimal(minor).scaleb(-places):.{places}f}", "currency": currency}


def thousandths(minor: int, currency: str) -> int:
    """An amount in thousandths of its currency's unit."""
    return minor * (1000 if currency in NO_PLACES else 1 if currency in THREE_PLACES else 10)


def seconds(value: dt.datetime) -> int:
    """Whole seconds on the clock."""
    return (value - EPOCH) // dt.timedelta(seconds=1)


def days_since(value: dt.datetime | None, now: dt.datetime) -> int | None:
    """Whole days on the clock; what is less than a day away, on either side, is none."""
    return None if value is None else math.trunc((seconds(now) - seconds(value)) / 86_400)


def next_birthday(birthday: dt.date | None, today: dt.date) -> dt.date | None:
    """The first day from today on with the birthday's month and day; 28 February stands for a 29 that is not there."""
    if birthday is None:
        return None
    for offset in range(367):
        day = today + dt.timedelta(days=offset)
        leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
        wanted = (2, 28) if (birthday.month, birthday.day) == (2, 29) and not leap else (birthday.month, birthday.day)
        if (day.month, day.day) == wanted:
            return day
    raise AssertionError(birthday)


def target_state(ticket: Row, now: dt.datetime) -> str:
    """How a ticket stands with its target."""
    due, ended, paused = ticket["due_at"], ticket["resolved_at"] or ticket["closed_at"], ticket["paused_at"]
    if ticket["made_target"] is not None:
        return "MET" if ticket["made_target"] else "MISSED"
    if due is None or ticket["status"] == "CANCELLED":
        return "NONE"
    if ended is not None:
        return "MISSED" if ended > due else "MET"
    if paused is None:
        return "OVERDUE" if now > due else "RUNNING"
    return "OVERDUE" if paused > due else "PAUSED"


def remaining(ticket: Row, now: dt.datetime) -> int | None:
    """Seconds until an open ticket is due, as its clock shows it."""
    if ticket["due_at"] is None or not is_open(ticket):
        return None
    shown = ticket["paused_at"] or now
    return max(-MOST_SECONDS, min(MOST_SECONDS, seconds(ticket["due_at"]) - seconds(shown)))


def is_open(ticket: Row) -> bool:
    """Whether a ticket has not ended."""
    return ticket["status"] not in ENDED


def satisfaction(customer: Row) -> float | None:
    """Mean satisfaction."""
    count: int = customer["satisfaction_count"]
    return customer["satisfaction_sum"] / count if count else None


def available(account: Row) -> int | None:
    """What is left of a credit limit."""
    return None if account["limit_minor"] is None else account["limit_minor"] - account["used_minor"]


def _title(row: Row, _: dt.datetime) -> Row:
    """What a rule set is called, in both languages."""
    return {"zh": row["title_zh"], "en": row["title_en"]}


Special = Callable[[Row, dt.datetime], Any]


def is_overdue(duty: Row, now: dt.datetime) -> bool:
    return duty["status"] == "OPEN" and duty["due_on"] < now.date()


SPECIAL: dict[tuple[str, str], Special] = {
    ("Customer", "nextBirthday"): lambda c, now: next_birthday(c["birthday"], now.date()),
    ("Customer", "metrics"): lambda c, _: c,
    ("CustomerMetrics", "monetary"): lambda c, _: money(c["monetary_minor"], c["currency"]),
    ("CustomerMetrics", "recencyDays"): lambda c, now: days_since(c["last_purchase_at"], now),
    ("CustomerMetrics", "tenureDays"): lambda c, now: days_since(c["first_purchase_at"], now),
    ("CustomerMetrics", "satisfaction"): lambda c, _: satisfaction(c),
    ("CreditAccount", "limit"): lambda a, _: money(a["limit_minor"], a["currency"]),
    ("CreditAccount", "used"): lambda a, _: money(a["used_minor"], a["currency"]),
    ("CreditAccount", "available"): lambda a, _: money(available(a), a["currency"]),
    ("CreditChange", "limitBefore"): lambda x, _: money(x["limit_before_minor"], x["currency"]),
    ("CreditChange", "limit"): lambda x, _: money(x["limit_minor"], x["currency"]),
    ("CreditChange", "proposedAt"): lambda x, _: x["created_at"],
    ("Duty", "openedAt"): lambda d, _: d["created_at"],
    ("Duty", "isOverdue"): is_overdue,
    ("LedgerBalance", "amount"): lambda b, _: money(b["amount_minor"], b["currency"]),
    ("LedgerBalance", "effect"): lambda b, _: money(b["balance_minor"], b["currency"]),
    ("LedgerEntry", "amount"): lambda e, _: money(e["amount_minor"], e["currency"]),
    ("LedgerEntry", "effect"): lambda e, _: money(e["balance_minor"], e["currency"]),
    ("LedgerEntry", "happenedAt"): lambda e, _: e["occurred_at"],
    ("Interaction", "happenedAt"): lambda i, _: i["occurred_at"],
    ("TicketEvent", "happenedAt"): lambda e, _: e["at"],
    ("GradePeriod", "happenedAt"): lambda g, _: g["since"],
    ("Assignment", "happenedAt"): lambda a, _: a["recorded_at"],
    ("Decision", "rows"): lambda d, _: json.loads(d["rows"]),
    ("Disclosure", "recordId"): lambda d, _: d["record_id"] and f"{d['record_type']}:{d['record_id']}",
    ("Handover", "proposedAt"): lambda h, _: h["created_at"],
    ("RuleSet", "title"): _title,
    ("RuleSet", "inForceSince"): lambda s, _: s["published_at"],
    ("RuleSimulation", "progress"): lambda s, _: None if s["step"] is None else s,
    ("RuleSimulationProgress", "doneCount"): lambda s, _: s["done"],
    ("RuleSimulationProgress", "totalCount"): lambda s, _: s["total"],
    ("RuleVersion", "title"): _title,
    ("Ticket", "isOpen"): lambda t, _: is_open(t),
    ("Ticket", "target"): lambda t, _: t,
    ("TicketTarget", "state"): target_state,
    ("TicketTarget", "remainingSeconds"): remaining,
}
"""Values that are not simply the column of the same name."""


def viewer(subject: Subject) -> Row:
    """Who asks, as the asker sees it."""
    return {
        "name": subject.name,
        "role": subject.role,
        "scope": subject.scope,
        "clearance": subject.clearance.name,
        "staff_id": subject.staff_id,
    }


def value_of(gtype: str, field: str, row: Row, now: dt.datetime) -> Any:
    """A field's value that needs no other row."""
    if field == "id":
        return f"{gtype}:{row['id']}"
    special = SPECIAL.get((gtype, field))
    return special(row, now) if special else row[column_of(field)]
