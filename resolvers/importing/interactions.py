"""Our form of the customer journal: one row a contact with a customer."""

from __future__ import annotations

import datetime as dt
from typing import Final

from resolvers.importing.cells import code, instant, member, prose, text, whole
from resolvers.importing.form import Column, Form, Values
from resolvers.importing.own_form import columns_of, parser, past, refs_of
from resolvers.importing.record import Record, RecordKind
from store.interaction import Channel, Direction, HandlingState, InteractionKind, InteractionRow

FORM: Final = Form(
    (
        Column("reference", code, "The entry's id in your system; with occurred_at it finds it again", required=True),
        Column("customer_code", code, "Code of the customer", required=True),
        Column("occurred_at", instant, "When it was", required=True),
        Column("channel", member(Channel), f"{', '.join(Channel)}", required=True),
        Column("direction", member(Direction), "INBOUND when the customer began, else OUTBOUND", required=True),
        Column("kind", member(InteractionKind), f"{', '.join(InteractionKind)}", required=True),
        Column("subject", text(), "What it was about, in one line", required=True),
        Column("department_number", code, "Number of the department that dealt with it"),
        Column("staff_number", code, "Number of the person of the staff who dealt with it"),
        Column("ticket_number", code, "Number of the ticket that it belongs to"),
        Column("service_type", text(), "Kind of service"),
        Column("source", text(), "Where the entry comes from"),
        Column("state", member(HandlingState), "OPEN, IN_PROGRESS, PASSED_ON or DONE (if not given)"),
        Column("satisfaction", whole(1, 5), "How content the customer was, 1 (bad) to 5 (good)"),
        Column("description", prose, "What was said"),
        Column("resolution", prose, "How it was settled"),
        Column("summary", prose, "The gist of it"),
    )
)


def _build(values: Values, line: int, now: dt.datetime) -> Record:
    past(values, now, "occurred_at")
    refs = refs_of(
        values,
        customer_id=("customer_code", RecordKind.CUSTOMER),
        department_id=("department_number", RecordKind.DEPARTMENT),
        staff_id=("staff_number", RecordKind.STAFF),
        ticket_id=("ticket_number", RecordKind.TICKET),
    )
    at = values["occurred_at"]
    columns = columns_of(InteractionRow, values) | {"created_at": at}
    return Record(RecordKind.INTERACTION, values["reference"], at, line, columns, refs)


parse = parser(FORM, _build)
"""The journal entries of a file."""
