"""Our own forms: what each row becomes, what a second file changes, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from store.assignment import AssignmentRow
from store.contact import ContactRow
from store.credit import CreditAccountRow
from store.customer import CustomerRow, CustomerTagRow, CustomerTokenRow, ProvenanceRow
from store.department import DepartmentRow
from store.interaction import InteractionRow
from store.ledger import LedgerEntryRow
from store.staff import MembershipRow, StaffRow, StaffTokenRow
from store.ticket import TicketEventRow, TicketRow
from tests.factories import NOW
from tests.importing.running import Desk

pytestmark = pytest.mark.anyio

LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
async def office(desk: Desk) -> Desk:
    """Two departments, two people, two customers."""
    await desk.text("departments", "number,name,parent_number\nD-1,Service,\nD-2,Hotline,D-1\n")
    await desk.text("staff", "number,name\nS-1,张伟\nS-2,Maria Krüger\n")
    await desk.text("customers", "code,kind,name\nC-1,ORGANISATION,ACME\nC-2,PERSON,Élodie\n")
    return desk


async def test_a_department_has_a_parent_in_any_order_of_rows(desk):
    rows = "number,name,parent_number,scope_of_work,created_at\n"
    rows += 'D-2,Hotline,D-1,"Calls\nand chats",2020-01-01T00:00:00+08:00\nD-1,Service,,,\n'

    report = await desk.text("departments", rows)

    found = {row.number: row for row in await desk.rows(sa.select(DepartmentRow))}
    assert report.counts["department"].created == 2
    assert found["D-2"].parent_id == found["D-1"].id
    assert (found["D-2"].scope_of_work, found["D-1"].scope_of_work) == ("Calls\nand chats", None)
    assert found["D-2"].created_at.isoformat() == "2019-12-31T16:00:00+00:00"
    assert found["D-1"].created_at == found["D-1"].updated_at == NOW
    assert (await desk.text("departments", rows, now=LATER)).changes == 0


async def test_a_department_moves_renames_and_tells_so(office):
    report = await office.text("departments", "number,name,parent_number\nD-2,Hot line,\n", now=LATER)

    moved = await office.one(sa.select(DepartmentRow).where(DepartmentRow.number == "D-2"))
    top = await office.one(sa.select(DepartmentRow.id).where(DepartmentRow.number == "D-1"))
    events = await office.rows(
        sa.select(LogEventRow.kind, LogEventRow.data).where(LogEventRow.at == LATER).order_by(LogEventRow.id)
    )
    assert (moved.parent_id, moved.name, moved.version, moved.updated_at) == (None, "Hot line", 2, LATER)
    assert [tuple(event) for event in events] == [
        ("department.moved", {"number": "D-2", "version": 2, "from": str(top.id), "to": None}),
        ("department.updated", {"number": "D-2", "version": 2, "fields": ["name"]}),
    ]
    assert report.counts["department"].updated == 1


@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        ("D-3,Lab,D-9\n", [(2, "D-9", "there is no department 'D-9'; import it first, or correct the number")]),
        ("D-1,Service,D-2\n", [(2, "D-2", "a department below 'D-2' is above it")]),
        ("D-3,Lab,D-3\n", [(2, "D-3", "a department below 'D-3' is above it")]),
        (
            "D-3,Lab,D-4\nD-4,Test,D-3\n",
            [(2, "D-4", "a department below 'D-4' is"), (3, "D-3", "a department below 'D-3'")],
        ),
        (
            "D-3,Lab,D-9\nD-4,Test,D-3\n",
            [(2, "D-9", "there is no department 'D-9'"), (3, "D-3", "the row of its parent 'D-3' is refused")],
        ),
        ("D-1,Service,D-5\nD-5,New,D-2\n", [(2, "D-5", "a department below 'D-5' is above it")]),
    ],
)
async def test_what_would_break_the_tree_is_refused(office, rows, refused):
    report = await office.text("departments", "number,name,parent_number\n" + rows)

    assert [(line, value) for line, _, value, _ in office.refused()] == [(line, value) for line, value, _ in refused]
    assert {column for _, column, _, _ in office.refused()} == {"parent_number"}
    assert all(why.startswith(said) for (*_, why), (*_, said) in zip(office.refused(), refused, strict=True))
    assert report.counts["department"].rejected == len(refused)


async def test_a_file_may_turn_the_tree_upside_down(office):
    report = await office.text("departments", "number,name,parent_number\nD-1,Service,D-2\nD-2,Hotline,\n")

    parents = {row.number: row.parent_id for row in await office.rows(sa.select(DepartmentRow))}
    assert report.rows_refused == 0
    assert parents["D-2"] is None
    assert parents["D-1"] is not None


async def test_a_file_without_the_column_leaves_parents_alone(office):
    await office.text("departments", "number,name\nD-2,Hot line\n")

    assert (await office.one(sa.select(DepartmentRow.parent_id).where(DepartmentRow.number == "D-2")))[0] is not None


async def test_staff_have_an_archive_a_place_and_are_found(office):
    header = "number,name,status,joined_on,birthday,department_number,role,member_since,skills\n"

    await office.text("staff", header + "S-3,王芳,on_leave,2020-02-01,1990-05-05,D-2,DEPUTY,2021-01-01,Calls\n")

    person = await office.one(sa.select(StaffRow).where(StaffRow.number == "S-3"))
    place = await office.one(sa.select(MembershipRow))
    tokens = {row[0] for row in await office.rows(sa.select(StaffTokenRow.token).filter_by(staff_id=person.id))}
    assert (person.status, person.joined_on, person.birthday) == (
        "ON_LEAVE",
        dt.date(2020, 2, 1),
        dt.date(1990, 5, 5),
    )
    assert (place.staff_id, place.role, place.since, place.until) == (person.id, "DEPUTY", dt.date(2021, 1, 1), None)
    assert {"wangfang", "s-3"} <= tokens


async def test_a_place_begins_with_the_work_and_can_end(office):
    header = "number,name,joined_on,department_number,member_until\n"
    await office.text("staff", header + "S-1,张伟,2020-02-01,D-2,\n")

    report = await office.text("staff", header + "S-1,张伟,2020-02-01,D-2,2024-01-01\n", now=LATER)

    place = await office.one(sa.select(MembershipRow))
    assert (place.role, place.since, place.until) == ("MEMBER", dt.date(2020, 2, 1), dt.date(2024, 1, 1))
    assert (report.counts["staff"].updated, report.counts["membership"].updated) == (1, 1)
    event = await office.one(sa.select(LogEventRow.kind, LogEventRow.data).where(LogEventRow.at == LATER))
    assert event.data == {"number": "S-1", "version": 3, "fields": ["memberships"]}
    assert await office.one(sa.select(StaffRow.version, StaffRow.updated_at).filter_by(number="S-1")) == (3, LATER)


async def test_a_place_that_is_open_may_get_another_beginning(office):
    header = "number,name,department_number,member_since\n"
    await office.text("staff", header + "S-1,张伟,D-2,2021-01-01\n")

    await office.text("staff", header + "S-1,张伟,D-2,2020-01-01\n")

    assert await office.one(sa.select(MembershipRow.since)) == (dt.date(2020, 1, 1),)


async def test_a_department_has_one_head(office):
    header = "number,name,department_number,role,member_since\n"
    await office.text("staff", header + "S-1,张伟,D-2,HEAD,2021-01-01\n")

    await office.text("staff", header + "S-2,Maria,D-2,HEAD,2022-01-01\n")

    assert office.refused() == [(2, "role", "HEAD", "the department has a head already, S-1; end that first")]
    assert await office.one(sa.select(StaffRow.name).filter_by(number="S-2")) == ("Maria Krüger",)


async def test_a_file_may_hand_the_place_of_a_head_over(office):
    header = "number,name,department_number,role,member_since,member_until\n"
    await office.text("staff", header + "S-1,张伟,D-2,HEAD,2021-01-01,\nS-2,Maria,D-2,MEMBER,2021-01-01,\n")

    report = await office.text(
        "staff", header + "S-2,Maria,D-2,HEAD,2021-01-01,\nS-1,张伟,D-2,HEAD,2021-01-01,2024-01-01\n"
    )

    assert report.rows_refused == 0
    heads = sa.select(StaffRow.number).join(MembershipRow, MembershipRow.staff_id == StaffRow.id)
    assert await office.one(heads.where(MembershipRow.role == "HEAD", MembershipRow.until.is_(None))) == ("S-2",)


async def test_two_heads_in_one_file_are_one_too_many(office):
    header = "number,name,department_number,role,member_since\n"

    await office.text("staff", header + "S-1,张伟,D-2,HEAD,2021-01-01\nS-2,Maria,D-2,HEAD,2021-01-01\n")

    assert office.refused() == [(3, "", "S-2", "line 2 names the head of D-2 already; there is one only")]


@pytest.mark.parametrize(
    ("header", "row", "column", "reason"),
    [
        ("number,name,department_number", "S-9,X,D-2", "member_since", "is required beside department_number"),
        ("number,name,department_number,member_since", "S-9,X,D-9,2020-01-01", "department_number", "there is no depa"),
        ("number,name,joined_on,left_on", "S-9,X,2020-01-02,2020-01-01", "left_on", "is before joined_on"),
        ("number,name,birthday", "S-9,X,2030-01-01", "birthday", "has not come yet"),
        ("number,name,birthday", "S-9,X,1.1.1990", "birthday", "is no day; write it as 2016-02-29"),
        ("number,name,birthday", "S-9,X,1390-01-01", "birthday", "is not between the years"),
        ("number,name,status", "S-9,X,FIRED", "status", "is none of ACTIVE, ON_LEAVE, LEFT"),
    ],
)
async def test_staff_that_cannot_be_is_refused(office, header, row, column, reason):
    report = await office.text("staff", f"{header}\n{row}\n")

    ((line, where, _, why),) = office.refused()
    assert (line, where) == (2, column)
    assert why.startswith(reason)
    assert report.counts["staff"].rejected == 1


async def test_a_customer_has_an_archive_with_who_said_what(office):
    header = "code,kind,name,department_number,country,currency,birthday,created_at,tags,note\n"
    row = "C-3,person,張偉,D-2,CN,CNY,1980-01-01,2020-05-05T00:00:00Z,gold; export ;gold,Likes tea\n"

    await office.text("customers", header + row)

    customer = await office.one(sa.select(CustomerRow).filter_by(code="C-3"))
    tags = await office.rows(sa.select(CustomerTagRow.name).order_by(CustomerTagRow.name))
    said = await office.rows(sa.select(ProvenanceRow.field, ProvenanceRow.source).filter_by(customer_id=customer.id))
    tokens = {row[0] for row in await office.rows(sa.select(CustomerTokenRow.token).filter_by(customer_id=customer.id))}
    assert (customer.kind, customer.name, customer.note) == ("PERSON", "張偉", "Likes tea")
    assert customer.created_at == customer.last_activity_at == dt.datetime(2020, 5, 5, tzinfo=dt.UTC)
    assert [tag.name for tag in tags] == ["export", "gold"]
    assert {row.source for row in said} == {"customers"}
    assert {row.field for row in said} == {
        *("code", "kind", "name", "department_id", "country", "currency", "birthday", "note")
    }
    assert {"zhangwei", "c-3"} <= tokens


async def test_a_second_file_changes_what_it_speaks_of_and_nothing_else(office):
    await office.text("customers", "code,kind,name,country,phone,tags\nC-1,ORGANISATION,ACME,FR,123,old;kept\n")
    before = await office.one(sa.select(CustomerRow).filter_by(code="C-1"))

    text = "code,kind,name,phone,status,tags,source\nC-1,ORGANISATION,Acme SA,,,kept;new,trade fair\n"
    report = await office.text("customers", text, now=LATER)

    after = await office.one(sa.select(CustomerRow).filter_by(code="C-1"))
    event = await office.one(sa.select(LogEventRow.kind, LogEventRow.data).where(LogEventRow.at == LATER))
    said = await office.rows(sa.select(ProvenanceRow.field, ProvenanceRow.source).filter_by(recorded_at=LATER))
    tokens = {row[0] for row in await office.rows(sa.select(CustomerTokenRow.token).filter_by(customer_id=after.id))}
    tags = await office.rows(sa.select(CustomerTagRow.name).order_by(CustomerTagRow.name))
    assert (after.id, after.name, after.country, after.phone, after.status) == (
        before.id,
        "Acme SA",
        "FR",
        None,
        "ACTIVE",
    )
    assert (after.version, after.created_at, after.updated_at) == (before.version + 1, before.created_at, LATER)
    assert event.kind == "customer.updated"
    assert event.data == {"code": "C-1", "version": after.version, "fields": ["name", "phone", "tags"]}
    assert {tuple(row) for row in said} == {("name", "trade fair"), ("phone", "trade fair")}
    assert "sa" in tokens
    assert [tag.name for tag in tags] == ["kept", "new"]
    assert report.changes == 2
    assert (await office.text("customers", text, now=LATER)).changes == 0


async def test_tags_alone_count_as_a_change_of_the_customer(office):
    report = await office.text("customers", "code,kind,name,tags\nC-1,ORGANISATION,ACME,gold\n", now=LATER)

    assert await office.one(sa.select(CustomerRow.version, CustomerRow.updated_at).filter_by(code="C-1")) == (2, LATER)
    assert (report.counts["customer"].updated, report.counts["tags"].updated) == (1, 1)
    again = await office.text("customers", "code,kind,name,tags\nC-1,ORGANISATION,ACME,\n", now=LATER)
    assert again.counts["tags"].updated == 1
    assert await office.rows(sa.select(CustomerTagRow)) == []


async def test_credit_is_kept_in_the_customers_currency(office):
    header = "code,kind,name,currency,credit_limit,credit_term_days,credit_rating,credit_blocked\n"
    await office.text("customers", header + "C-1,ORGANISATION,ACME,JPY,250000,30,aa,no\n")

    await office.text("customers", header + "C-1,ORGANISATION,ACME,JPY,,45,aa,yes\n")

    credit = await office.one(sa.select(CreditAccountRow))
    assert (credit.currency, credit.limit_minor, credit.term_days, credit.rating) == ("JPY", None, 45, "AA")
    assert (credit.is_blocked, credit.version) == (True, 2)


async def test_owners_follow_one_another(office):
    header = "code,kind,name,owner_number,owner_since\n"
    first = header + "C-1,ORGANISATION,ACME,S-1,2024-01-01\n"
    await office.text("customers", first)
    unchanged = await office.text("customers", first, now=LATER)

    report = await office.text("customers", header + "C-1,ORGANISATION,ACME,S-2,2025-01-01\n", now=LATER)

    periods = await office.rows(
        sa.select(StaffRow.number, AssignmentRow.since, AssignmentRow.until, AssignmentRow.role)
        .join(StaffRow, StaffRow.id == AssignmentRow.staff_id)
        .order_by(AssignmentRow.since)
    )
    events = await office.rows(
        sa.select(LogEventRow.kind, LogEventRow.data).where(LogEventRow.at == LATER).order_by(LogEventRow.id)
    )
    assert [tuple(row) for row in periods] == [
        ("S-1", dt.date(2024, 1, 1), dt.date(2025, 1, 1), "OWNER"),
        ("S-2", dt.date(2025, 1, 1), None, "OWNER"),
    ]
    assert unchanged.changes == 0
    assert report.counts["owner"].created == 1
    assert [(event.kind, event.data["until"]) for event in events] == [
        ("assignment.ended", "2025-01-01"),
        ("assignment.started", None),
    ]


async def test_owners_never_overlap(office):
    header = "code,kind,name,owner_number,owner_since\n"
    await office.text("customers", header + "C-1,ORGANISATION,ACME,S-1,2024-01-01\n")
    await office.text("customers", header + "C-1,ORGANISATION,ACME,S-2,2025-01-01\n")

    await office.text("customers", header + "C-1,ORGANISATION,Renamed,S-1,2024-06-01\n")

    assert office.refused() == [
        (2, "owner_since", "2024-06-01", "somebody else owns the customer then; name a later day")
    ]
    assert await office.one(sa.select(CustomerRow.name).filter_by(code="C-1")) == ("ACME",)


async def test_who_left_can_own_nobody(office):
    await office.text("staff", "number,name,status\nS-2,Maria,LEFT\n")

    await office.text("customers", "code,kind,name,owner_number,owner_since\nC-1,ORGANISATION,ACME,S-2,2024-01-01\n")

    assert office.refused() == [(2, "owner_number", "S-2", "does not work here any more; name somebody who does")]


@pytest.mark.parametrize(
    ("header", "row", "column", "value", "reason"),
    [
        ("department_number", "D-9", "department_number", "D-9", "there is no department 'D-9'; import it first"),
        ("owner_number", "S-1", "owner_since", "", "is required beside owner_number"),
        ("owner_number,owner_since", "S-9,2024-01-01", "owner_number", "S-9", "there is no staff 'S-9'"),
        ("credit_limit", "10", "currency", "", "is required beside what the row says of credit"),
        ("credit_limit,currency", "10.5,JPY", "credit_limit", "10.5", "JPY has 0 decimals, and 10.5 has more"),
        ("credit_limit,currency", "-1,EUR", "credit_limit", "-1", "is negative"),
        ("currency", "eur", "currency", "eur", "is no currency code; write three capital letters"),
        ("credit_term_days", "soon", "credit_term_days", "soon", "is no whole number"),
        ("created_at", "2020-01-01T00:00:00", "created_at", "2020-01-01T00:00:00", "does not say its offset"),
        ("created_at", "2020-01-01", "created_at", "2020-01-01", "does not say its offset"),
        ("created_at", "yesterday", "created_at", "yesterday", "is no point in time; write it as 2016-02-29T01:16"),
        ("created_at", "0001-01-01T00:00:00+14:00", "created_at", "0001-01-01T00:00:00+14:00", "is no point in time"),
        ("created_at", "2126-01-01T00:00:00Z", "created_at", "2126-01-01T00:00:00+00:00", "has not come yet"),
        ("kind", "ROBOT", "kind", "ROBOT", "is none of PERSON, ORGANISATION, COLLECTIVE"),
        ("note", "bell \x07", "note", "bell \x07", "the text holds the control character U+0007"),
        ("city", "x" * 201, "city", "x" * 199 + "…", "the text has more than 200 characters"),
    ],
)
async def test_a_customer_that_cannot_be_is_refused(office, header, row, column, value, reason):
    given = {"code": "C-9", "kind": "PERSON", "name": "X"} | dict(zip(header.split(","), row.split(","), strict=True))

    report = await office.text("customers", f"{','.join(given)}\n{','.join(given.values())}\n")

    ((line, where, shown, why),) = office.refused()
    assert (line, where, shown) == (2, column, value)
    assert why.startswith(reason)
    assert (report.counts["customer"].read, report.counts["customer"].rejected) == (1, 1)


async def test_all_that_is_wrong_with_a_row_is_said_at_once(office):
    report = await office.text("customers", "code,kind,name,currency\nC-9,ROBOT,,euro\n")

    assert [row[1] for row in office.refused()] == ["kind", "name", "currency"]
    assert (report.rows_refused, report.counts["customer"].rejected) == (1, 1)


async def test_the_same_code_twice_in_a_file_is_refused_the_second_time(office):
    await office.text("customers", "code,kind,name\nC-9,PERSON,X\nC-8,PERSON,Y\nC-9,PERSON,Z\n")

    assert office.refused() == [(4, "", "C-9", "line 2 has the same customer; remove one of them")]
    assert await office.one(sa.select(CustomerRow.name).filter_by(code="C-9")) == ("X",)


async def test_a_contact_is_found_by_customer_and_name(office):
    header = "customer_code,name,title,is_primary\n"
    await office.text("contacts", header + "C-1,李娜,Buyer,true\nC-1,Bob,,false\nC-2,李娜,,\n")

    report = await office.text("contacts", header + "C-1,李娜,Head buyer,true\n", now=LATER)

    found = await office.one(sa.select(ContactRow).where(ContactRow.title.is_not(None)))
    assert (report.counts["contact"].updated, found.title, found.is_primary, found.version) == (
        1,
        "Head buyer",
        True,
        2,
    )
    assert await office.one(sa.select(sa.func.count()).select_from(ContactRow)) == (3,)


async def test_another_primary_contact_takes_the_place_of_the_first(office):
    header = "customer_code,name,is_primary\n"
    await office.text("contacts", header + "C-1,Ann,true\nC-2,Zoe,true\n")

    await office.text("contacts", header + "C-1,Bob,true\n", now=LATER)
    assert (await office.text("contacts", header + "C-1,Ann,false\n", now=LATER)).changes == 0

    contacts = await office.rows(sa.select(ContactRow).order_by(ContactRow.name))
    events = await office.rows(sa.select(LogEventRow.kind).where(LogEventRow.at == LATER))
    assert [(row.name, row.is_primary, row.version) for row in contacts] == [
        ("Ann", False, 2),
        ("Bob", True, 1),
        ("Zoe", True, 1),
    ]
    assert sorted(event.kind for event in events) == ["contact.created", "contact.updated"]


async def test_two_primary_contacts_in_one_file_are_one_too_many(office):
    await office.text("contacts", "customer_code,name,is_primary\nC-1,Ann,true\nC-1,Bob,true\nC-9,Eve,\n")

    assert [row[::3] for row in office.refused()] == [
        (3, "line 2 names the primary contact of C-1 already; there is one only"),
        (4, "there is no customer 'C-9'; import it first, or correct the code"),
    ]


TICKET = (
    "number,customer_code,kind,channel,subject,opened_at,status,status_since,resolved_at,closed_at,assignee_number\n"
)


async def test_a_ticket_has_the_turns_that_its_row_dates(office):
    row = "T-1,C-1,FAULT,PHONE,Dark,2025-06-02T09:00:00Z,CLOSED,,2025-06-03T09:00:00Z,2025-06-05T09:00:00Z,S-2\n"

    await office.text("tickets", TICKET + row)

    ticket = await office.one(sa.select(TicketRow))
    events = await office.rows(sa.select(TicketEventRow).order_by(TicketEventRow.at, TicketEventRow.id))
    customer = await office.one(sa.select(CustomerRow).filter_by(code="C-1"))
    assert [(event.kind, event.status, event.at.day) for event in events] == [
        ("REGISTERED", "NEW", 2),
        ("RESOLVED", "RESOLVED", 3),
        ("CLOSED", "CLOSED", 5),
    ]
    assert (ticket.status, ticket.severity, ticket.created_at.day, ticket.updated_at.day) == (
        "CLOSED",
        "MODERATE",
        2,
        5,
    )
    assert (customer.ticket_count, customer.open_ticket_count) == (1, 0)


async def test_a_ticket_goes_on_with_the_next_file(office):
    await office.text("tickets", TICKET + "T-1,C-1,FAULT,PHONE,Dark,2025-06-02T09:00:00Z,,,,,\n")
    second = TICKET + "T-1,C-1,FAULT,PHONE,Dark,2025-06-02T09:00:00Z,AWAITING_PARTS,2025-06-03T09:00:00Z,,,S-1\n"

    report = await office.text("tickets", second, now=LATER)

    events = await office.rows(sa.select(TicketEventRow.kind).order_by(TicketEventRow.at, TicketEventRow.id))
    told = await office.one(sa.select(LogEventRow.kind, LogEventRow.data).where(LogEventRow.at == LATER))
    paused = await office.one(sa.select(TicketRow.paused_at))
    assert paused == (dt.datetime(2025, 6, 3, 9, tzinfo=dt.UTC),)
    assert [event.kind for event in events] == ["REGISTERED", "STATE_CHANGED"]
    assert (report.counts["ticket event"].created, report.counts["ticket event"].unchanged) == (1, 1)
    assert (told.kind, told.data["fields"]) == ("ticket.changed", ["status", "paused_at", "assignee_id", "events"])
    assert (await office.text("tickets", second, now=LATER)).changes == 0


async def test_a_ticket_stays_with_its_customer(office):
    await office.text("tickets", TICKET + "T-1,C-1,FAULT,PHONE,Dark,2025-06-02T09:00:00Z,,,,,\n")

    await office.text("tickets", TICKET + "T-1,C-2,FAULT,PHONE,Dark,2025-06-02T09:00:00Z,,,,,\n")

    assert office.refused() == [(2, "customer_code", "C-2", "the ticket belongs to another customer, and stays there")]


@pytest.mark.parametrize(
    ("tail", "column", "reason"),
    [
        ("RESOLVED,,,,", "resolved_at", "is required for a ticket that is RESOLVED"),
        ("IN_PROGRESS,,,,", "status_since", "is required for a ticket that is IN_PROGRESS"),
        (",,2025-06-01T09:00:00Z,,", "resolved_at", "is before opened_at"),
        (",,,2030-06-01T09:00:00Z,", "closed_at", "has not come yet"),
        (",,,,S-9", "assignee_number", "there is no staff 'S-9'"),
    ],
)
async def test_a_ticket_that_cannot_be_is_refused(office, tail, column, reason):
    await office.text("tickets", TICKET + f"T-1,C-1,FAULT,PHONE,Dark,2025-06-02T09:00:00Z,{tail}\n")

    ((line, where, _, why),) = office.refused()
    assert (line, where) == (2, column)
    assert why.startswith(reason)
    assert await office.rows(sa.select(TicketRow)) == []


JOURNAL = "reference,customer_code,occurred_at,channel,direction,kind,subject,satisfaction,ticket_number,staff_number\n"


async def test_a_journal_entry_is_found_by_its_reference(office):
    await office.text("tickets", TICKET + "T-1,C-1,FAULT,PHONE,Dark,2025-06-02T09:00:00Z,,,,,\n")
    first = "crm-1,C-1,2025-06-02T09:00:00+08:00,PHONE,INBOUND,FAULT_REPORT,Dark,,T-1,S-1\n"
    await office.text("interactions", JOURNAL + first)

    report = await office.text("interactions", JOURNAL + first.replace(",Dark,,", ",Dark,4,"))

    entry = await office.one(sa.select(InteractionRow))
    customer = await office.one(sa.select(CustomerRow).filter_by(code="C-1"))
    assert report.counts["interaction"].updated == 1
    assert (entry.satisfaction, entry.state, entry.version) == (4, "DONE", 2)
    assert entry.occurred_at.isoformat() == entry.created_at.isoformat() == "2025-06-02T01:00:00+00:00"
    assert None not in (entry.ticket_id, entry.staff_id)
    assert (customer.satisfaction_sum, customer.satisfaction_count, customer.interaction_count) == (4, 1, 1)


async def test_journal_entries_that_cannot_be_are_refused(office):
    rows = (
        "a,C-1,2025-06-02T09:00:00Z,PHONE,INBOUND,OTHER,Hello,6,,\n"
        "b,C-1,2031-06-02T09:00:00Z,PHONE,INBOUND,OTHER,Hello,,,\n"
        "c,C-9,2025-06-02T09:00:00Z,PHONE,INBOUND,OTHER,Hello,,T-9,S-1\n"
        "d,C-1,2025-06-02T09:00:00Z,PIGEON,INBOUND,OTHER,Hello,,,\n"
    )

    await office.text("interactions", JOURNAL + rows)

    assert [row[:2] for row in office.refused()] == [
        (2, "satisfaction"),
        (3, "occurred_at"),
        (4, "customer_code"),
        (4, "ticket_number"),
        (5, "channel"),
    ]
    assert await office.rows(sa.select(InteractionRow)) == []


LEDGER = "customer_code,kind,number,occurred_at,amount,currency,quantity,due_on\n"


async def test_ledger_entries_add_up(office):
    await office.text("customers", "code,kind,name,currency,credit_limit\nC-1,ORGANISATION,ACME,CNY,1000\n")
    rows = (
        "C-1,INVOICE,1,2025-01-01T00:00:00Z,100.50,CNY,3,2025-02-01\n"
        "C-1,PAYMENT,1,2025-01-02T00:00:00Z,40,CNY,,\n"
        "C-1,ADJUSTMENT,2,2025-01-03T00:00:00Z,-0.5,CNY,,\n"
        "C-1,SAMPLE,3,2025-01-03T00:00:00Z,5,CNY,,\n"
    )

    await office.text("ledger", LEDGER + rows)

    entries = {row.kind: row for row in await office.rows(sa.select(LedgerEntryRow))}
    assert {kind: row.balance_minor for kind, row in entries.items()} == {
        "INVOICE": 10_050,
        "PAYMENT": -4_000,
        "ADJUSTMENT": -50,
        "SAMPLE": 0,
    }
    assert (entries["INVOICE"].quantity, entries["INVOICE"].due_on) == (3, dt.date(2025, 2, 1))
    assert await office.one(sa.select(CreditAccountRow.used_minor)) == (6_000,)
    assert (await office.text("ledger", LEDGER + rows, now=LATER)).changes == 0


async def test_a_corrected_day_moves_the_entry_and_makes_no_second_one(office):
    await office.text("ledger", LEDGER + "C-1,INVOICE,1,2025-01-01T00:00:00Z,100,CNY,,\n")

    report = await office.text("ledger", LEDGER + "C-1,INVOICE,1,2025-01-02T00:00:00Z,100,CNY,,\n")

    entry = await office.one(sa.select(LedgerEntryRow))
    assert (report.counts["ledger entry"].updated, entry.occurred_at.day) == (1, 2)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("C-1,INVOICE,1,2025-01-01T00:00:00Z,-1,CNY,,", "amount", "is negative; a INVOICE has its sign by what it is"),
        ("C-1,INVOICE,1,2025-01-01T00:00:00Z,1.005,CNY,,", "amount", "CNY has 2 decimals"),
        ('C-1,INVOICE,1,2025-01-01T00:00:00Z,"1,000",CNY,,', "amount", "is no decimal number; write it as 1234.50"),
        ("C-9,INVOICE,1,2025-01-01T00:00:00Z,1,CNY,,", "customer_code", "there is no customer 'C-9'"),
        ("C-1,GIFT,1,2025-01-01T00:00:00Z,1,CNY,,", "kind", "is none of INVOICE, PAYMENT"),
    ],
)
async def test_a_ledger_entry_that_cannot_be_is_refused(office, row, column, reason):
    await office.text("ledger", f"{LEDGER}{row}\n")

    ((line, where, _, why),) = office.refused()
    assert (line, where) == (2, column)
    assert why.startswith(reason)
