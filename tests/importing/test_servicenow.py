"""Incidents of a service desk: tickets with their true histories."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.interaction import InteractionRow
from store.staff import MembershipRow, StaffRow
from store.ticket import TicketEventRow, TicketRow
from tests.importing.running import FILES, SETS, SHIPPED

pytestmark = pytest.mark.anyio

HEADER, *ROWS = (SHIPPED / FILES["servicenow"]).read_text("utf-8").splitlines()
CALLER = "Caller 2403"
FIRST = "INC0000045"


def history(number: str) -> list[str]:
    return [row for row in ROWS if row.startswith(number + ",")]


def changed(row: str, **cells: str) -> str:
    values = dict(zip(HEADER.split(","), row.split(","), strict=True))
    return ",".join((values | cells).values())


def file_of(*rows: str) -> str:
    return "\n".join((HEADER, *rows)) + "\n"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text + "+00:00")


EVENTS = (
    sa.select(
        TicketEventRow.at,
        TicketEventRow.kind,
        TicketEventRow.status,
        TicketEventRow.severity,
        TicketEventRow.note,
        StaffRow.number.label("actor"),
    )
    .outerjoin(StaffRow, StaffRow.id == TicketEventRow.actor_id)
    .order_by(TicketEventRow.at, TicketEventRow.id)
)


async def test_an_incident_becomes_a_ticket_with_every_change(desk):
    await desk.text("servicenow", file_of(*history(FIRST)))

    ticket = await desk.one(sa.select(TicketRow))
    events = await desk.rows(EVENTS)
    assert (ticket.number, ticket.kind, ticket.status) == (FIRST, "FAULT", "CLOSED")
    assert (ticket.severity, ticket.channel, ticket.outcome) == ("MODERATE", "PHONE", "code 5")
    assert ticket.subject == "Category 55, Subcategory 170, Symptom 72"
    assert ticket.description == "Location: Location 143"
    assert ticket.opened_at == at("2016-02-29T01:16:00")
    assert ticket.resolved_at == at("2016-02-29T11:29:00")
    assert ticket.closed_at == at("2016-03-05T12:00:00")
    assert (ticket.made_target, ticket.reopen_count, ticket.transfer_count) == (True, 0, 0)
    assert [(event.at, event.kind, event.status, event.actor) for event in events] == [
        (at("2016-02-29T01:23:00"), "REGISTERED", "NEW", "SN-U021"),
        (at("2016-02-29T08:53:00"), "RESOLVED", "RESOLVED", "SN-U642"),
        (at("2016-02-29T11:29:00"), "UPDATED", "RESOLVED", "SN-U804"),
        (at("2016-03-05T12:00:00"), "CLOSED", "CLOSED", "SN-U908"),
    ]
    assert events[1].note == "status: NEW → RESOLVED"


async def test_people_groups_and_the_call_come_with_it(desk):
    await desk.text("servicenow", file_of(*history(FIRST)))

    departments = await desk.rows(sa.select(DepartmentRow).order_by(DepartmentRow.number))
    customer = await desk.one(sa.select(CustomerRow))
    call = await desk.one(sa.select(InteractionRow))
    ticket = await desk.one(sa.select(TicketRow))
    staff = await desk.rows(sa.select(StaffRow.number, StaffRow.name, StaffRow.id).order_by(StaffRow.number))
    assert [(row.number, row.name) for row in departments] == [("SN", "Service desk"), ("SN-G056", "Group 56")]
    assert departments[1].parent_id == departments[0].id
    assert (customer.code, customer.name, customer.kind) == ("SN-2403", CALLER, "PERSON")
    assert (customer.department_id, customer.created_at) == (departments[1].id, at("2016-02-29T01:16:00"))
    assert (customer.ticket_count, customer.open_ticket_count, customer.interaction_count) == (1, 0, 1)
    assert customer.last_activity_at == at("2016-03-05T12:00:00")
    assert (call.direction, call.channel, call.kind, call.state) == ("INBOUND", "PHONE", "FAULT_REPORT", "DONE")
    assert (call.ticket_id, call.department_id) == (ticket.id, departments[1].id)
    assert [row.number for row in staff] == ["SN-O008", "SN-U021", "SN-U642", "SN-U804", "SN-U908"]
    assert call.staff_id == ticket.first_responder_id == staff[0].id
    assert ticket.assignee_id is None


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"assignment_group": "Group 70"}, "TRANSFERRED"),
        ({"assigned_to": "Resolver 170"}, "ASSIGNED"),
        ({"priority": "1 - Critical"}, "SEVERITY_CHANGED"),
        ({"incident_state": "Awaiting User Info"}, "STATE_CHANGED"),
        ({"incident_state": "Awaiting Vendor", "assigned_to": "Resolver 9"}, "ASSIGNED"),
        ({"incident_state": "Resolved", "assigned_to": "Resolver 9"}, "RESOLVED"),
        ({"incident_state": "Closed"}, "CLOSED"),
        ({"knowledge": "FALSE"}, "UPDATED"),
    ],
)
async def test_what_happened_follows_from_what_changed(desk, changes, kind):
    first = history(FIRST)[0]
    second = changed(first, sys_mod_count="1", sys_updated_at="01-03-2016 10:00", **changes)

    await desk.text("servicenow", file_of(first, second))

    assert [event.kind for event in await desk.rows(EVENTS)] == ["REGISTERED", kind]


async def test_leaving_an_ended_status_reopens(desk):
    first = history(FIRST)[0]
    rows = [
        changed(first, sys_mod_count=str(count), sys_updated_at=f"0{count + 1}-03-2016 10:00", incident_state=state)
        for count, state in enumerate(("New", "Resolved", "Active", "Closed"))
    ]

    await desk.text("servicenow", file_of(*rows))

    customer = await desk.one(sa.select(CustomerRow))
    assert [event.kind for event in await desk.rows(EVENTS)] == ["REGISTERED", "RESOLVED", "REOPENED", "CLOSED"]
    assert customer.open_ticket_count == 0


async def test_the_clock_stands_still_since_the_first_of_the_rows_that_wait(desk):
    first = history(FIRST)[0]
    states = ("New", "Awaiting Vendor", "Active", "Awaiting User Info", "Awaiting Vendor")
    rows = [
        changed(first, sys_mod_count=str(count), sys_updated_at=f"0{count + 1}-03-2016 10:00", incident_state=state)
        for count, state in enumerate(states)
    ]

    await desk.text("servicenow", file_of(*rows))
    paused = await desk.one(sa.select(TicketRow.paused_at))
    active = changed(first, sys_mod_count="5", sys_updated_at="06-03-2016 10:00", incident_state="Active")
    await desk.text("servicenow", file_of(*rows, active))

    assert paused == (at("2016-03-04T10:00:00"),)
    assert await desk.one(sa.select(TicketRow.paused_at)) == (None,)


async def test_a_first_group_is_an_assignment_and_a_lost_one_a_transfer(desk):
    first = changed(history(FIRST)[0], assignment_group="?")
    second = changed(first, sys_mod_count="1", sys_updated_at="01-03-2016 10:00", assignment_group="Group 70")
    third = changed(first, sys_mod_count="2", sys_updated_at="02-03-2016 10:00")

    await desk.text("servicenow", file_of(first, second, third))

    events = await desk.rows(EVENTS)
    assert [event.kind for event in events] == ["REGISTERED", "ASSIGNED", "TRANSFERRED"]
    assert [event.note for event in events[1:]] == ["department: ? → Group 70", "department: Group 70 → ?"]


async def test_time_orders_a_history_before_the_counter(desk):
    first = history(FIRST)[0]
    early = changed(first, sys_mod_count="7", incident_state="Active", sys_updated_at="29-02-2016 09:27")
    late = changed(first, sys_mod_count="6", incident_state="Resolved", sys_updated_at="29-02-2016 16:17")

    await desk.text("servicenow", file_of(late, early))

    assert [event.kind for event in await desk.rows(EVENTS)] == ["REGISTERED", "RESOLVED"]


async def test_changes_of_one_minute_keep_their_order(desk):
    first = history(FIRST)[0]
    states = ("New", "Active", "Awaiting User Info", "Active", "Awaiting Problem", "Resolved", "Closed")
    rows = [changed(first, sys_mod_count=str(count), incident_state=state) for count, state in enumerate(states)]

    await desk.text("servicenow", file_of(*reversed(rows)))

    assert [event.status for event in await desk.rows(EVENTS)] == [
        *("NEW", "IN_PROGRESS", "AWAITING_CUSTOMER", "IN_PROGRESS", "AWAITING_PROBLEM", "RESOLVED", "CLOSED")
    ]


async def test_resolvers_are_members_where_they_worked_since_the_first_day(desk):
    await desk.file("servicenow", SHIPPED / FILES["servicenow"])

    rows = [dict(zip(HEADER.split(","), row.split(","), strict=True)) for row in ROWS]
    first: dict[tuple[str, str], dt.date] = {}
    for row in rows:
        if "?" not in (row["assigned_to"], row["assignment_group"]):
            pair = (f"SN-R{int(row['assigned_to'][9:]):03}", f"SN-G{int(row['assignment_group'][6:]):03}")
            day = dt.datetime.strptime(row["sys_updated_at"], "%d-%m-%Y %H:%M").replace(tzinfo=dt.UTC).date()
            first[pair] = min(first.get(pair, day), day)
    found = await desk.rows(
        sa.select(StaffRow.number, DepartmentRow.number, MembershipRow.since, MembershipRow.role)
        .join(MembershipRow, MembershipRow.staff_id == StaffRow.id)
        .join(DepartmentRow, DepartmentRow.id == MembershipRow.department_id)
    )
    assert {(row[0], row[1]): row[2] for row in found} == first
    assert {row[3] for row in found} == {"MEMBER"}


async def test_a_bad_row_refuses_its_incident_and_no_other(desk):
    good, bad = history(FIRST), history(ROWS[-1].split(",")[0])
    broken = changed(bad[1], sys_updated_at="2016-02-29")

    report = await desk.text("servicenow", file_of(*good, bad[0], broken, *bad[2:]))

    line = len(good) + 3
    others = [line - 1, *range(line + 1, line + len(bad) - 1)]
    number = bad[0].split(",")[0]
    assert (line, "sys_updated_at", "2016-02-29", "is no time; write it as 29-02-2016 01:16") in desk.refused()
    assert {row[0] for row in desk.refused()} == {line, *others}
    assert all(row[1:3] == ("number", number) for row in desk.refused() if row[0] != line)
    assert f"line {line} of the same incident" in desk.refused()[0][3]
    assert report.counts["ticket event"].read == len(good) + len(bad)
    assert report.counts["ticket event"].rejected == len(bad)
    assert await desk.rows(sa.select(TicketRow.number)) == [(FIRST,)]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("incident_state", "-100", "is none of New, Active"),
        ("number", "?", "is required"),
        ("caller_id", "Caller x", "is no whole number"),
        ("caller_id", "?", "is required"),
        ("priority", "5", "is none of 1 - Critical"),
        ("reassignment_count", "-1", "is not between 0 and"),
        ("contact_type", "Pigeon", "is none of Phone"),
        ("closed_at", "31-02-2016 10:00", "is no time"),
        ("category", "x" * 201, "more than 200 characters"),
    ],
)
async def test_what_a_cell_cannot_say_is_refused_with_its_place(desk, column, value, reason):
    report = await desk.text("servicenow", file_of(changed(history(FIRST)[0], **{column: value})))

    ((line, where, shown, why),) = desk.refused()
    assert (line, where) == (2, column)
    assert shown.rstrip("…") == value[:199].rstrip("…")
    assert reason in why
    assert report.rows_refused == 1
    assert await desk.counts() == {}


async def test_a_row_that_was_missing_adds_its_event_and_no_other(desk):
    rows = history(FIRST)
    await desk.text("servicenow", file_of(rows[0], *rows[2:]))

    report = await desk.text("servicenow", file_of(*rows))

    assert report.counts["ticket event"].created == 1
    assert len(await desk.rows(EVENTS)) == len(rows)


async def test_a_file_without_incidents_is_an_empty_import(desk):
    report = await desk.text("servicenow", file_of())

    assert (report.changes, report.facts[0].count) == (0, 0)
    assert await desk.counts() == {}


async def test_a_longer_history_of_the_same_incident_adds_what_is_new(desk):
    rows = history(FIRST)
    await desk.text("servicenow", file_of(rows[0]))

    report = await desk.text("servicenow", file_of(*rows))

    counts = report.counts
    assert (counts["ticket event"].created, counts["ticket event"].unchanged) == (3, 1)
    assert (counts["ticket"].updated, counts["interaction"].updated) == (1, 1)
    assert (await desk.one(sa.select(TicketRow.status, TicketRow.version))) == ("CLOSED", 2)
    event = (await desk.rows(sa.select(LogEventRow).where(LogEventRow.kind == "ticket.changed")))[0]
    assert (event.aggregate_type, event.data["number"], event.data["version"]) == ("Ticket", FIRST, 2)
    assert event.data["fields"] == ["status", "events"]
    assert event.actor == "import:servicenow"


async def test_the_slice_has_a_customer_with_much_to_see(desk):
    await desk.file("servicenow", SHIPPED / FILES["servicenow"])

    richest = (await desk.rows(sa.select(CustomerRow).order_by(CustomerRow.ticket_count.desc()).limit(1)))[0]
    events = sa.select(sa.func.count()).select_from(TicketEventRow).where(TicketEventRow.customer_id == richest.id)
    assert richest.code == "SN-4414"
    assert richest.ticket_count == richest.interaction_count == 13
    assert await desk.one(events) == (50,)


def test_five_incidents_count_back_in_time():
    """Why time comes before the counter: where these are among the rows, the counter alone would be wrong."""
    rows = [row.split(",") for row in (SETS / FILES["servicenow"]).read_text("utf-8").splitlines()[1:]]
    known = {"INC0000130", "INC0000134", "INC0000135", "INC0000137", "INC0000164"}
    backwards = set()
    for number in {row[0] for row in rows}:
        ordered = sorted((int(row[5]), place) for place, row in enumerate(rows) if row[0] == number)
        times = [dt.datetime.strptime(rows[place][13], "%d-%m-%Y %H:%M").replace(tzinfo=dt.UTC) for _, place in ordered]
        backwards |= {number} if times != sorted(times) else set()
    assert backwards == known & {row[0] for row in rows}
