"""Consumer complaints about financial companies: each company is a customer, each complaint a ticket of it.

The complainants are anonymous, so the company is the party that can be known. The publisher gives days without times:
a day is kept as its noon in UTC, which is the same day from UTC-12 to UTC+11. Nor does it give complaints a number:
ours is made from what is known on receipt, and rows alike in all of that are told apart by their order.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

from resolvers.importing.cells import boolean, local_noon, one_of, text
from resolvers.importing.form import Column, Form, Values, csv_rows, misfit
from resolvers.importing.record import Fact, Parsed, Record, RecordKind, Ref
from resolvers.importing.textfile import BadRow, Line
from store.customer import CustomerKind
from store.interaction import Channel
from store.ticket import TicketEventKind, TicketKind, TicketStatus

CHANNELS = {
    "Web": Channel.WEB,
    "Referral": Channel.REFERRAL,
    "Phone": Channel.PHONE,
    "Postal mail": Channel.LETTER,
    "Fax": Channel.FAX,
    "Email": Channel.EMAIL,
}
OUTCOMES = {
    "Closed": TicketStatus.CLOSED,
    "Closed with explanation": TicketStatus.CLOSED,
    "Closed with monetary relief": TicketStatus.CLOSED,
    "Closed with non-monetary relief": TicketStatus.CLOSED,
    "Closed with relief": TicketStatus.CLOSED,
    "Closed without relief": TicketStatus.CLOSED,
    "In progress": TicketStatus.IN_PROGRESS,
    "Untimely response": TicketStatus.ACKNOWLEDGED,
}
"""What each response of a company leaves the complaint in; after an untimely one nothing was answered."""

_day = local_noon("%m/%d/%Y", "7/29/2013")
_any = text()
_response = one_of({response: response for response in OUTCOMES})

FORM = Form(
    whole=True,
    columns=(
        Column("Date received", _day, "when the ticket was opened", required=True),
        Column("Product", _any, "product", required=True),
        Column("Sub-product", _any, "model"),
        Column("Issue", _any, "category", required=True),
        Column("Sub-issue", _any, "subcategory"),
        Column("Company", _any, "the customer", required=True),
        Column("State", _any, "kept in the description"),
        Column("ZIP code", _any, "kept in the description"),
        Column("Consumer consent provided?", _any, "kept in the description"),
        Column("Submitted via", one_of(CHANNELS), "channel", required=True),
        Column("Date sent to company", _day, "when the company was told", required=True),
        Column("Company response to consumer", _response, "outcome and status", required=True),
        Column("Timely response?", boolean, "whether the target was met", required=True),
        Column("Consumer disputed?", boolean, "whether the complainant disputes the outcome"),
    ),
)
_ON_RECEIPT = [column.name for column in FORM.columns[:10]]
_COMPLAINANT = ("State", "ZIP code", "Consumer consent provided?")


def parse(lines: Iterator[Line], suffix: str, now: dt.datetime) -> Iterator[Parsed]:
    """The companies and complaints of a file."""
    del suffix, now
    alike: Counter[str] = Counter()
    companies: dict[str, tuple[dt.datetime, int]] = {}
    for row in csv_rows(FORM, lines):
        if isinstance(row, BadRow):
            yield misfit(row)
            continue
        values, wrong = FORM.values(row)
        yield from wrong
        if not wrong:
            seen = (values["Date received"], row.line)
            companies[values["Company"]] = min(companies.get(values["Company"], seen), seen)
            known = "\n".join(str(values[name]) for name in _ON_RECEIPT)
            alike[known] += 1
            yield _complaint(row.line, values, _number(values["Date received"], f"{known}\n{alike[known]}"))
    for name, (received, line) in companies.items():
        yield _company(name, received, line)
    yield Fact("complaints", alike.total())
    yield Fact("companies", len(companies))


def company_code(name: str) -> str:
    """The code of a company: its name in plain capitals, and four digits that tell like names apart."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    words = re.sub("[^A-Z0-9]+", "-", plain).strip("-")[:40].strip("-")
    return f"CFPB-{words}-{_digits(name, 4)}"


def _number(received: dt.datetime, key: str) -> str:
    return f"CFPB-{received:%Y%m%d}-{_digits(key, 8)}"


def _digits(text: str, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length].upper()


def _company(name: str, received: dt.datetime, line: int) -> Record:
    code = company_code(name)
    values = {
        "code": code,
        "kind": CustomerKind.ORGANISATION,
        "name": name,
        "currency": "USD",
        "source": "cfpb",
        "created_at": received,
    }
    return Record(RecordKind.CUSTOMER, code, received, line, values)


def _complaint(line: int, values: Values, number: str) -> Record:
    received, response = values["Date received"], values["Company response to consumer"]
    ticket: dict[str, Any] = {
        "number": number,
        "kind": TicketKind.COMPLAINT,
        "status": OUTCOMES[response],
        "channel": values["Submitted via"],
        "subject": f"{values['Product']}: {values['Issue']}",
        "description": "; ".join(f"{name}: {values[name]}" for name in _COMPLAINANT if values[name]) or None,
        "product": values["Product"],
        "model": values["Sub-product"],
        "category": values["Issue"],
        "subcategory": values["Sub-issue"],
        "outcome": response,
        "opened_at": received,
        "made_target": values["Timely response?"],
        "is_disputed": values["Consumer disputed?"],
        "created_at": received,
        "updated_at": max(received, values["Date sent to company"]),
    }
    refs: dict[str, Ref | None] = {"customer_id": Ref(RecordKind.CUSTOMER, company_code(values["Company"]), "Company")}
    parts = tuple(_events(line, values, number, refs))
    return Record(RecordKind.TICKET, number, received, line, ticket, refs, parts)


def _events(line: int, values: Values, number: str, refs: dict[str, Ref | None]) -> Iterator[Record]:
    """What happened, as far as it was published: the days of the answer and of the dispute were not.

    They stand at the last day known, in their order. A few complaints were sent on, by the file, before they came.
    """
    received, sent = values["Date received"], values["Date sent to company"]
    response = values["Company response to consumer"]
    status = OUTCOMES[response]
    sent_note = "sent to the company" + (f", as published on {sent:%Y-%m-%d}" if sent < received else "")
    steps: list[tuple[dt.datetime, TicketEventKind, TicketStatus, str | None]] = [
        (received, TicketEventKind.REGISTERED, TicketStatus.NEW, None),
        (max(received, sent), TicketEventKind.TRANSFERRED, TicketStatus.ACKNOWLEDGED, sent_note),
    ]
    if status is TicketStatus.CLOSED:
        steps.append((max(received, sent), TicketEventKind.CLOSED, status, f"{response}; the day was not published"))
    elif status is TicketStatus.IN_PROGRESS:
        steps.append((max(received, sent), TicketEventKind.STATE_CHANGED, status, response))
    if values["Consumer disputed?"]:
        disputed = "the complainant disputes the outcome; the day was not published"
        steps.append((max(received, sent), TicketEventKind.SOLUTION_REFUSED, status, disputed))
    for order, (at, kind, after, note) in enumerate(steps):
        event = {"at": at, "kind": kind, "status": after, "note": note}
        yield Record(RecordKind.TICKET_EVENT, f"{number}/{kind}", at, line, event, refs, order=order)
