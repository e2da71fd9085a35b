"""The incident event log of a service desk: each row is one change of one incident, and all of them are kept.

Local times of the publisher carry no zone; they are taken for UTC. The rows of an incident are ordered by
`sys_updated_at`, then `sys_mod_count`, then their place in the file: in five incidents the counter jumps back in time,
and ordering by it alone would tell of reopenings that never were.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from resolvers.importing.cells import boolean, code, local_time, one_of, text, whole
from resolvers.importing.form import Column, Form, csv_rows, misfit, shown
from resolvers.importing.incident import Incident, IncidentRow
from resolvers.importing.record import Fact, Parsed, Rejection
from resolvers.importing.service_desk import ServiceDesk
from resolvers.importing.textfile import BadRow, Line, RawRow
from store.interaction import Channel
from store.ticket import Severity, TicketStatus

STATES = {
    "New": TicketStatus.NEW,
    "Active": TicketStatus.IN_PROGRESS,
    "Awaiting User Info": TicketStatus.AWAITING_CUSTOMER,
    "Awaiting Evidence": TicketStatus.AWAITING_CUSTOMER,
    "Awaiting Problem": TicketStatus.AWAITING_PROBLEM,
    "Awaiting Vendor": TicketStatus.AWAITING_SUPPLIER,
    "Resolved": TicketStatus.RESOLVED,
    "Closed": TicketStatus.CLOSED,
}
PRIORITIES = {
    "1 - Critical": Severity.CRITICAL,
    "2 - High": Severity.HIGH,
    "3 - Moderate": Severity.MODERATE,
    "4 - Low": Severity.LOW,
}
CHANNELS = {
    "Phone": Channel.PHONE,
    "IVR": Channel.PHONE,
    "Email": Channel.EMAIL,
    "Self service": Channel.WEB,
    "Direct opening": Channel.WEB,
}

_time = local_time("%d-%m-%Y %H:%M", "29-02-2016 01:16")
_count = whole(0, 1_000_000)
_any = text()


def _numbered(prefix: str) -> Any:
    """Reads the number from a text such as `Caller 2403`."""

    def read(value: str) -> int:
        return whole(0, 10**9)(value.removeprefix(prefix).strip())

    return read


FORM = Form(
    whole=True,
    unknown="?",
    columns=(
        Column("number", code, "number of the ticket", required=True),
        Column("incident_state", one_of(STATES), "status after the change", required=True),
        Column("active", boolean, "not kept: the status says it"),
        Column("reassignment_count", _count, "transfers so far", required=True),
        Column("reopen_count", _count, "reopenings so far", required=True),
        Column("sys_mod_count", _count, "order of changes of the same minute", required=True),
        Column("made_sla", boolean, "whether the target was met", required=True),
        Column("caller_id", _numbered("Caller"), "the customer", required=True),
        Column("opened_by", _numbered("Opened by"), "the first responder"),
        Column("opened_at", _time, "when the ticket was opened", required=True),
        Column("sys_created_by", _any, "not kept: who entered the record"),
        Column("sys_created_at", _any, "not kept: when the record was entered"),
        Column("sys_updated_by", _numbered("Updated by"), "who made the change"),
        Column("sys_updated_at", _time, "when the change was made", required=True),
        Column("contact_type", one_of(CHANNELS), "channel", required=True),
        Column("location", _any, "kept in the description"),
        Column("category", _any, "category"),
        Column("subcategory", _any, "subcategory"),
        Column("u_symptom", _any, "symptom"),
        Column("cmdb_ci", _any, "kept in the description: the configuration item"),
        Column("impact", _any, "not kept: the priority follows from it"),
        Column("urgency", _any, "not kept: the priority follows from it"),
        Column("priority", one_of(PRIORITIES), "severity", required=True),
        Column("assignment_group", _numbered("Group"), "the department"),
        Column("assigned_to", _numbered("Resolver"), "the assignee"),
        Column("knowledge", _any, "not kept"),
        Column("u_priority_confirmation", _any, "not kept"),
        Column("notify", _any, "not kept"),
        Column("problem_id", _any, "kept in the description"),
        Column("rfc", _any, "kept in the description: the change request"),
        Column("vendor", _any, "kept in the description"),
        Column("caused_by", _any, "cause"),
        Column("closed_code", _any, "outcome"),
        Column("resolved_by", _any, "not kept: the event's actor says it"),
        Column("resolved_at", _time, "when the ticket was resolved"),
        Column("closed_at", _time, "when the ticket was closed"),
    ),
)


@dataclass(slots=True)
class _Rows:
    """The rows of one incident, and the line of the first bad one."""

    good: list[IncidentRow]
    lines: list[tuple[int, str]]
    broken: int | None = None


def parse(lines: Iterator[Line], suffix: str, now: dt.datetime) -> Iterator[Parsed]:
    """The incidents of a file. One bad row refuses its whole incident, whose history would be wrong without it."""
    del suffix, now
    incidents: dict[str, _Rows] = {}
    for row in csv_rows(FORM, lines):
        yield from [misfit(row)] if isinstance(row, BadRow) else _gather(row, incidents)
    desk = ServiceDesk()
    for number, rows in incidents.items():
        if rows.broken is None:
            desk.add(Incident(number, sorted(rows.good, key=lambda row: (row.updated_at, row.mod_count, row.line))))
        else:
            yield from _refused(number, rows)
    yield from desk.records()
    yield from _facts(desk)


def _gather(row: RawRow, incidents: dict[str, _Rows]) -> Iterator[Rejection]:
    values, wrong = FORM.values(row)
    yield from wrong
    number = str(row.cells["number"])
    rows = incidents.setdefault(number, _Rows([], []))
    if wrong:
        rows.broken = rows.broken or row.line
    else:
        rows.good.append(_incident_row(row.line, values))


def _refused(number: str, rows: _Rows) -> Iterator[Rejection]:
    for row in rows.good:
        reason = f"line {rows.broken} of the same incident is refused, and half a history would be a wrong one"
        yield Rejection(row.line, "number", shown(number), reason)


def _incident_row(line: int, values: Any) -> IncidentRow:
    about = {
        "Location": values["location"],
        "Configuration item": values["cmdb_ci"],
        "Problem": values["problem_id"],
        "Change request": values["rfc"],
        "Vendor": values["vendor"],
    }
    return IncidentRow(
        line=line,
        status=values["incident_state"],
        severity=values["priority"],
        channel=values["contact_type"],
        mod_count=values["sys_mod_count"],
        reopen_count=values["reopen_count"],
        transfer_count=values["reassignment_count"],
        made_target=values["made_sla"],
        caller=values["caller_id"],
        opened_by=values["opened_by"],
        updated_by=values["sys_updated_by"],
        group=values["assignment_group"],
        assignee=values["assigned_to"],
        opened_at=values["opened_at"],
        updated_at=values["sys_updated_at"],
        resolved_at=values["resolved_at"],
        closed_at=values["closed_at"],
        category=values["category"],
        subcategory=values["subcategory"],
        symptom=values["u_symptom"],
        cause=values["caused_by"],
        outcome=values["closed_code"],
        description="; ".join(f"{name}: {value}" for name, value in about.items() if value) or None,
    )


def _facts(desk: ServiceDesk) -> Iterator[Fact]:
    rows = [row for incident in desk.incidents for row in incident.rows]
    yield Fact("events", len(rows))
    yield Fact("incidents", len(desk.incidents))
    yield Fact("callers", len({row.caller for row in rows}))
    yield _values("groups", {row.group for row in rows})
    yield _values("assignees", {row.assignee for row in rows})
    yield Fact("openers", len({row.opened_by for row in rows} - {None}), "kept as staff: they are first responders")
    yield Fact("updaters", len({row.updated_by for row in rows} - {None}), "kept as staff: they are actors of events")


def _values(name: str, values: set[int | None]) -> Fact:
    """How many values a column holds, as the publisher counts them: the mark of an unknown one is a value, too."""
    note = f"{len(values) - 1} known, and '?' for unknown" if None in values else ""
    return Fact(name, len(values), note)
