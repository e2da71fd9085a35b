"""Our form of contacts: one row a person on a customer's side."""

from __future__ import annotations

import datetime as dt
from typing import Final

from resolvers.importing.cells import boolean, code, instant, prose, text
from resolvers.importing.form import Column, Form, Values
from resolvers.importing.own_form import columns_of, parser, past, refs_of
from resolvers.importing.record import Record, RecordKind
from store.contact import ContactRow

FORM: Final = Form(
    (
        Column("customer_code", code, "Code of the customer", required=True),
        Column("name", text(), "The person's name; with the customer it finds the contact again", required=True),
        Column("title", text(), "Job title"),
        Column("email", text(), "E-mail address"),
        Column("phone", text(), "Telephone"),
        Column("mobile", text(), "Mobile telephone"),
        Column("language", text(), "The language in which the person wants to be spoken to"),
        Column("is_primary", boolean, "true for whom to call first, one of each customer; false if not given"),
        Column("is_active", boolean, "false for who is not there any more; true if not given"),
        Column("note", prose, "Anything else"),
        Column("created_at", instant, "Since when the person is known; the time of the import if not given"),
    )
)


def _build(values: Values, line: int, now: dt.datetime) -> Record:
    refs = refs_of(values, customer_id=("customer_code", RecordKind.CUSTOMER))
    key = f"{values['customer_code']}/{values['name']}"
    past(values, now, "created_at")
    at = values.get("created_at") or now
    only = f"primary contact of {values['customer_code']}" if values.get("is_primary") else None
    return Record(RecordKind.CONTACT, key, at, line, columns_of(ContactRow, values), refs, only=only)


parse = parser(FORM, _build)
"""The contacts of a file."""
