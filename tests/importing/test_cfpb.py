"""Complaints about companies: tickets of the companies."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from resolvers.importing.cfpb import company_code
from store.customer import CustomerRow
from store.ticket import TicketEventRow, TicketRow
from tests.importing.running import FILES, SETS, SHIPPED

pytestmark = pytest.mark.anyio

HEADER = (SHIPPED / FILES["cfpb"]).read_text("utf-8").splitlines()[0]
ROW = {
    "Date received": "7/29/2013",
    "Product": "Mortgage",
    "Sub-product": "FHA mortgage",
    "Issue": '"Loan servicing, payments, escrow account"',
    "Sub-issue": "",
    "Company": "Crédit & Cie",
    "State": "VA",
    "ZIP code": "24540",
    "Consumer consent provided?": "N/A",
    "Submitted via": "Web",
    "Date sent to company": "8/7/2013",
    "Company response to consumer": "Closed with explanation",
    "Timely response?": "Yes",
    "Consumer disputed?": "No",
}
NOON = dt.datetime(2013, 7, 29, 12, tzinfo=dt.UTC)
SENT = dt.datetime(2013, 8, 7, 12, tzinfo=dt.UTC)
EVENTS = sa.select(TicketEventRow.at, TicketEventRow.kind, TicketEventRow.status, TicketEventRow.note).order_by(
    TicketEventRow.at, TicketEventRow.id
)


def row(**cells: str) -> str:
    return ",".join((ROW | {name.replace("_", " "): cell for name, cell in cells.items()}).values())


def file_of(*rows: str) -> str:
    return "\r\n".join((HEADER, *rows)) + "\r\n"


async def test_a_complaint_is_a_ticket_of_the_company(desk):
    await desk.text("cfpb", file_of(row()))

    company = await desk.one(sa.select(CustomerRow))
    ticket = await desk.one(sa.select(TicketRow))
    assert (company.code, company.name) == (company_code("Crédit & Cie"), "Crédit & Cie")
    assert company.code.startswith("CFPB-CREDIT-CIE-")
    assert (company.kind, company.complaint_count, company.open_ticket_count) == ("ORGANISATION", 1, 0)
    assert ticket.number.startswith("CFPB-20130729-")
    assert (ticket.kind, ticket.status, ticket.channel) == ("COMPLAINT", "CLOSED", "WEB")
    assert (ticket.product, ticket.model) == ("Mortgage", "FHA mortgage")
    assert (ticket.category, ticket.subcategory) == ("Loan servicing, payments, escrow account", None)
    assert (ticket.opened_at, ticket.outcome) == (NOON, "Closed with explanation")
    assert (ticket.made_target, ticket.is_disputed) == (True, False)
    assert ticket.description == "State: VA; ZIP code: 24540; Consumer consent provided?: N/A"


async def test_its_events_are_what_was_published(desk):
    disputed = {"Consumer disputed?": "Yes"}

    await desk.text("cfpb", file_of(",".join((ROW | disputed).values())))

    assert [tuple(event) for event in await desk.rows(EVENTS)] == [
        (NOON, "REGISTERED", "NEW", None),
        (SENT, "TRANSFERRED", "ACKNOWLEDGED", "sent to the company"),
        (SENT, "CLOSED", "CLOSED", "Closed with explanation; the day was not published"),
        (SENT, "SOLUTION_REFUSED", "CLOSED", "the complainant disputes the outcome; the day was not published"),
    ]


@pytest.mark.parametrize(
    ("response", "status", "kinds"),
    [
        ("In progress", "IN_PROGRESS", ["REGISTERED", "TRANSFERRED", "STATE_CHANGED"]),
        ("Untimely response", "ACKNOWLEDGED", ["REGISTERED", "TRANSFERRED"]),
        ("Closed", "CLOSED", ["REGISTERED", "TRANSFERRED", "CLOSED"]),
    ],
)
async def test_what_the_company_did_gives_the_status(desk, response, status, kinds):
    cells = ROW | {"Company response to consumer": response, "Consumer disputed?": "", "Timely response?": "No"}

    await desk.text("cfpb", file_of(",".join(cells.values())))

    ticket = await desk.one(sa.select(TicketRow.status, TicketRow.is_disputed, TicketRow.made_target))
    assert ticket == (status, None, False)
    assert [event.kind for event in await desk.rows(EVENTS)] == kinds


async def test_a_complaint_sent_on_before_it_came_keeps_the_published_day_in_words(desk):
    cells = ROW | {"Date sent to company": "7/28/2013"}

    await desk.text("cfpb", file_of(",".join(cells.values())))

    events = await desk.rows(EVENTS)
    assert [event.at for event in events] == [NOON] * 3
    assert [event.kind for event in events] == ["REGISTERED", "TRANSFERRED", "CLOSED"]
    assert events[1].note == "sent to the company, as published on 2013-07-28"


async def test_rows_alike_are_all_kept(desk):
    report = await desk.text("cfpb", file_of(row(), row(), row(State="CA")))

    assert report.counts["ticket"].created == 3
    assert (await desk.text("cfpb", file_of(row(), row(), row(State="CA")))).changes == 0


async def test_a_later_answer_changes_the_same_ticket(desk):
    open_case = ROW | {"Company response to consumer": "In progress", "Consumer disputed?": ""}
    await desk.text("cfpb", file_of(",".join(open_case.values())))

    report = await desk.text("cfpb", file_of(row()))

    assert (report.counts["ticket"].created, report.counts["ticket"].updated) == (0, 1)
    assert (await desk.one(sa.select(TicketRow.status, TicketRow.version))) == ("CLOSED", 2)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("Date received", "29.7.2013", "is no time; write it as 7/29/2013"),
        ("Date received", "7/29/1613", "is not between the years 1900 and 2199"),
        ("Submitted via", "Pigeon", "is none of Web, Referral, Phone, Postal mail, Fax, Email"),
        ("Company response to consumer", "Sued", "is none of Closed"),
        ("Timely response?", "Perhaps", "is neither true nor false; write one of them"),
        ("Company", "", "is required"),
        ("Issue", "\u200b", "holds nothing that can be seen; leave it empty"),
    ],
)
async def test_what_a_cell_cannot_say_is_refused_with_its_place(desk, column, value, reason):
    await desk.text("cfpb", file_of(row(), ",".join((ROW | {column: value}).values()), "7/29/2013"))

    (line, where, shown, why), (next_line, *_) = desk.refused()
    assert (line, where, shown, next_line) == (3, column, value, 4)
    assert why.startswith(reason)


def test_codes_of_companies_tell_like_names_apart():
    names = {row.split(",")[5] for row in (SETS / FILES["cfpb"]).read_text("utf-8").splitlines() if '"' not in row}

    assert len({company_code(name) for name in names}) == len(names)
    assert company_code("ACME, Inc.") != company_code("Acme Inc")
    assert company_code("银行").startswith("CFPB--")
    assert all(len(company_code(name)) <= 64 for name in names)
