"""The service desk behind the incidents: its groups, its people, its callers, and their tickets as records."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

from resolvers.importing.incident import Incident, IncidentRow
from resolvers.importing.record import Record, RecordKind, Ref
from store.customer import CustomerKind
from store.interaction import Direction, HandlingState, InteractionKind
from store.staff import MembershipRole
from store.ticket import ENDED, TicketKind

SOURCE = "servicenow"
ROOT = "SN"
"""Number of the department above all groups."""

Seen = tuple[dt.datetime, int]
"""When something was first seen, and on which line."""


class ServiceDesk:
    """Gathers incidents, then yields what they tell.

    The publisher numbers openers, updaters and resolvers apart, so that nobody can know which of them are the same
    person: each is a person of the staff of its own.
    """

    def __init__(self) -> None:
        self.incidents: list[Incident] = []
        self._groups: dict[int, Seen] = {}
        self._staff: dict[str, Seen] = {}
        self._work: dict[tuple[int, int], Seen] = {}
        self._callers: dict[int, tuple[Seen, IncidentRow]] = {}

    def add(self, incident: Incident) -> None:
        """Take in one incident."""
        self.incidents.append(incident)
        for row in incident.rows:
            seen = (row.updated_at, row.line)
            for number in _people(row):
                _earliest(self._staff, number, seen)
            if row.group is not None:
                _earliest(self._groups, row.group, seen)
                if row.assignee is not None:
                    _earliest(self._work, (row.assignee, row.group), seen)
        opened = (incident.last.opened_at, incident.rows[0].line)
        first, latest = self._callers.get(incident.last.caller, (opened, incident.last))
        self._callers[incident.last.caller] = (min(first, opened), max(latest, incident.last, key=_opened))

    def records(self) -> Iterator[Record]:
        """Departments, staff, customers and tickets, each before what refers to it."""
        if not self.incidents:
            return
        yield _department(ROOT, "Service desk", min(self._callers.values(), key=lambda caller: caller[0])[0][0], None)
        for group, (at, line) in self._groups.items():
            yield _department(f"SN-G{group:03}", f"Group {group}", at, Ref(RecordKind.DEPARTMENT, ROOT, ""), line)
        for number, (at, line) in self._staff.items():
            memberships = tuple(self._memberships(number))
            yield Record(RecordKind.STAFF, number, at, line, _named_staff(number), parts=memberships)
        for caller, ((at, line), latest) in self._callers.items():
            yield _customer(caller, at, line, latest)
        for incident in self.incidents:
            yield _ticket(incident)

    def _memberships(self, number: str) -> Iterator[Record]:
        for (assignee, group), (at, line) in self._work.items():
            if _resolver(assignee) == number:
                values = {"role": MembershipRole.MEMBER, "since": at.date()}
                key = f"{number}/SN-G{group:03}"
                yield Record(RecordKind.MEMBERSHIP, key, at, line, values, {"department_id": _group(group)})


def _earliest(found: dict[Any, Seen], key: Any, seen: Seen) -> None:
    found[key] = min(found.get(key, seen), seen)


def _opened(row: IncidentRow) -> tuple[dt.datetime, dt.datetime]:
    return (row.opened_at, row.updated_at)


def _resolver(number: int) -> str:
    return f"SN-R{number:03}"


def _people(row: IncidentRow) -> Iterator[str]:
    if row.assignee is not None:
        yield _resolver(row.assignee)
    if row.opened_by is not None:
        yield f"SN-O{row.opened_by:03}"
    if row.updated_by is not None:
        yield f"SN-U{row.updated_by:03}"


def _named_staff(number: str) -> dict[str, Any]:
    names = {"R": "Resolver", "O": "Opened by", "U": "Updated by"}
    return {"number": number, "name": f"{names[number[3]]} {int(number[4:])}"}


def _department(number: str, name: str, at: dt.datetime, parent: Ref | None, line: int = 1) -> Record:
    values = {"number": number, "name": name, "created_at": at}
    return Record(RecordKind.DEPARTMENT, number, at, line, values, {"parent_id": parent} if parent else {})


def _group(number: int | None) -> Ref | None:
    return None if number is None else Ref(RecordKind.DEPARTMENT, f"SN-G{number:03}", "assignment_group")


def _caller(number: int) -> Ref:
    return Ref(RecordKind.CUSTOMER, f"SN-{number}", "caller_id")


def _staff(letter: str, number: int | None) -> Ref | None:
    return None if number is None else Ref(RecordKind.STAFF, f"SN-{letter}{number:03}", "staff")


def _customer(caller: int, at: dt.datetime, line: int, latest: IncidentRow) -> Record:
    """A caller, in the department that has its latest ticket."""
    values = {
        "code": f"SN-{caller}",
        "name": f"Caller {caller}",
        "kind": CustomerKind.PERSON,
        "source": SOURCE,
        "created_at": at,
    }
    return Record(RecordKind.CUSTOMER, f"SN-{caller}", at, line, values, {"department_id": _group(latest.group)})


def _ticket(incident: Incident) -> Record:
    """An incident as a ticket: the service desk records failures of services that people use, so it is a FAULT."""
    row, first = incident.last, incident.rows[0]
    values: dict[str, Any] = {
        "number": incident.number,
        "kind": TicketKind.FAULT,
        "status": row.status,
        "severity": row.severity,
        "channel": row.channel,
        "subject": _subject(incident),
        "description": row.description,
        "category": row.category,
        "subcategory": row.subcategory,
        "symptom": row.symptom,
        "cause": row.cause,
        "outcome": row.outcome,
        "opened_at": row.opened_at,
        "resolved_at": row.resolved_at,
        "closed_at": row.closed_at,
        "made_target": row.made_target,
        "paused_at": incident.paused_at,
        "reopen_count": row.reopen_count,
        "transfer_count": row.transfer_count,
        "created_at": row.opened_at,
        "updated_at": row.updated_at,
    }
    refs = {
        "customer_id": _caller(row.caller),
        "department_id": _group(row.group),
        "assignee_id": _staff("R", row.assignee),
        "first_responder_id": _staff("O", row.opened_by),
    }
    parts = (*_events(incident), _call(incident))
    return Record(RecordKind.TICKET, incident.number, row.opened_at, first.line, values, refs, parts)


def _events(incident: Incident) -> Iterator[Record]:
    """Every change; its key holds whatever rows a longer file may put between those of a shorter one."""
    alike: Counter[tuple[int, dt.datetime]] = Counter()
    for row, kind, note in incident.steps():
        alike[row.mod_count, row.updated_at] += 1
        values = {"at": row.updated_at, "kind": kind, "status": row.status, "severity": row.severity, "note": note}
        refs = {
            "customer_id": _caller(incident.last.caller),
            "department_id": _group(row.group),
            "assignee_id": _staff("R", row.assignee),
            "actor_id": _staff("U", row.updated_by),
        }
        key = f"{incident.number}/{row.mod_count}/{alike[row.mod_count, row.updated_at]}"
        yield Record(RecordKind.TICKET_EVENT, key, row.updated_at, row.line, values, refs, order=row.mod_count)


def _call(incident: Incident) -> Record:
    """The contact by which the customer reported the fault, taken by whoever opened the ticket."""
    row, first = incident.last, incident.rows[0]
    values = {
        "occurred_at": row.opened_at,
        "channel": row.channel,
        "direction": Direction.INBOUND,
        "kind": InteractionKind.FAULT_REPORT,
        "state": HandlingState.DONE if row.status in ENDED else HandlingState.IN_PROGRESS,
        "subject": _subject(incident),
        "created_at": row.opened_at,
    }
    refs = {
        "customer_id": _caller(row.caller),
        "department_id": _group(first.group),
        "staff_id": _staff("O", row.opened_by),
    }
    return Record(RecordKind.INTERACTION, incident.number, row.opened_at, first.line, values, refs)


def _subject(incident: Incident) -> str:
    said = [part for part in (incident.last.category, incident.last.subcategory, incident.last.symptom) if part]
    return ", ".join(said) or incident.number
