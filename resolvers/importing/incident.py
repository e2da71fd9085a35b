"""One incident of a service desk: what its rows say about the ticket, and what happened from each row to the next."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass

from store.interaction import Channel
from store.ticket import ENDED, PAUSED, Severity, TicketEventKind, TicketStatus


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """What held of an incident after one change. People and groups are the publisher's numbers; None is unknown."""

    line: int
    status: TicketStatus
    severity: Severity
    channel: Channel
    mod_count: int
    reopen_count: int
    transfer_count: int
    made_target: bool
    caller: int
    opened_by: int | None
    updated_by: int | None
    group: int | None
    assignee: int | None
    opened_at: dt.datetime
    updated_at: dt.datetime
    resolved_at: dt.datetime | None
    closed_at: dt.datetime | None
    category: str | None
    subcategory: str | None
    symptom: str | None
    cause: str | None
    outcome: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident with its rows in the order of time, at least one."""

    number: str
    rows: list[IncidentRow]

    @property
    def last(self) -> IncidentRow:
        """The row that says how the incident stands."""
        return self.rows[-1]

    @property
    def paused_at(self) -> dt.datetime | None:
        """Since when its clock stands still; None while it runs."""
        waits = itertools.takewhile(lambda row: row.status in PAUSED, reversed(self.rows))
        return min((row.updated_at for row in waits), default=None)

    def steps(self) -> list[tuple[IncidentRow, TicketEventKind, str | None]]:
        """Each row with what happened by it and, in words, all that changed."""
        found = [(row, _kind(before, row), _changes(before, row)) for before, row in itertools.pairwise(self.rows)]
        return [(self.rows[0], TicketEventKind.REGISTERED, None), *found]


def _kind(before: IncidentRow, row: IncidentRow) -> TicketEventKind:
    """The weightiest of the changes: what ends or reopens a case first, then who has it, then how it stands."""
    changed = row.status is not before.status
    choices = {
        TicketEventKind.CLOSED: changed and row.status is TicketStatus.CLOSED,
        TicketEventKind.RESOLVED: changed and row.status is TicketStatus.RESOLVED,
        TicketEventKind.REOPENED: changed and before.status in ENDED,
        TicketEventKind.TRANSFERRED: row.group != before.group and before.group is not None,
        TicketEventKind.ASSIGNED: row.group != before.group or row.assignee != before.assignee,
        TicketEventKind.STATE_CHANGED: changed,
        TicketEventKind.SEVERITY_CHANGED: row.severity is not before.severity,
    }
    return next((kind for kind, applies in choices.items() if applies), TicketEventKind.UPDATED)


def _changes(before: IncidentRow, row: IncidentRow) -> str | None:
    pairs = {
        "status": (before.status.value, row.status.value),
        "severity": (before.severity.value, row.severity.value),
        "department": (_name("Group", before.group), _name("Group", row.group)),
        "assignee": (_name("Resolver", before.assignee), _name("Resolver", row.assignee)),
        "category": (before.category or "?", row.category or "?"),
        "target": (_met(before), _met(row)),
    }
    return "; ".join(f"{name}: {old} → {new}" for name, (old, new) in pairs.items() if old != new) or None


def _name(prefix: str, number: int | None) -> str:
    return "?" if number is None else f"{prefix} {number}"


def _met(row: IncidentRow) -> str:
    return "met" if row.made_target else "missed"
