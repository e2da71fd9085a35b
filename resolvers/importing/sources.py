"""The sources that can be imported: four published sets, and our own forms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from resolvers.importing import (
    cdnow,
    cfpb,
    contacts,
    customers,
    departments,
    interactions,
    ledger,
    online_retail,
    servicenow,
    staff,
    tickets,
)
from resolvers.importing.errors import UnknownSourceError
from resolvers.importing.form import Form
from resolvers.importing.record import Parsed, RecordKind
from resolvers.importing.textfile import Line

Parser = Callable[[Iterator[Line], str, dt.datetime], Iterator[Parsed]]
"""Makes records of the lines of a file, by the ending of its name; the time is that of the import."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where records come from: what its files are, how they are read, and what each of their rows is."""

    title: str
    form: Form
    parse: Parser
    row: RecordKind


SOURCES: Final[Mapping[str, Source]] = {
    "servicenow": Source(
        "incident event log of a service desk (UCI)", servicenow.FORM, servicenow.parse, RecordKind.TICKET_EVENT
    ),
    "cfpb": Source("consumer complaints (US CFPB)", cfpb.FORM, cfpb.parse, RecordKind.TICKET),
    "online-retail": Source(
        "invoices of a wholesaler (UCI)", online_retail.FORM, online_retail.parse, RecordKind.LEDGER_ENTRY
    ),
    "cdnow": Source("purchases of a music shop (CDNOW)", cdnow.FORM, cdnow.parse, RecordKind.LEDGER_ENTRY),
    "departments": Source("our form of departments", departments.FORM, departments.parse, RecordKind.DEPARTMENT),
    "staff": Source("our form of staff", staff.FORM, staff.parse, RecordKind.STAFF),
    "customers": Source("our form of customers", customers.FORM, customers.parse, RecordKind.CUSTOMER),
    "contacts": Source("our form of contacts", contacts.FORM, contacts.parse, RecordKind.CONTACT),
    "tickets": Source("our form of tickets", tickets.FORM, tickets.parse, RecordKind.TICKET),
    "interactions": Source(
        "our form of the customer journal", interactions.FORM, interactions.parse, RecordKind.INTERACTION
    ),
    "ledger": Source("our form of ledger entries", ledger.FORM, ledger.parse, RecordKind.NUMBERED_ENTRY),
}
"""Every source by its name, ours in the order in which a new installation imports them."""


def source_named(name: str) -> Source:
    """The source of this name. Raises UnknownSourceError."""
    if name not in SOURCES:
        raise UnknownSourceError(f"there is no source {name!r}", f"The sources are: {', '.join(SOURCES)}")
    return SOURCES[name]
