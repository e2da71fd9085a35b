"""Our form of tickets: one row a ticket, with the turns of its life that the row dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from resolvers.importing.cells import boolean, code, instant, member, prose, text, whole
from resolvers.importing.form import Column, Form, Values
from resolvers.importing.own_form import RowError, columns_of, in_order, parser, past, refs_of
from resolvers.importing.record import Record, RecordKind, Ref
from store.interaction import Channel
from store.ticket import PAUSED, Severity, TicketEventKind, TicketKind, TicketRow, TicketStatus

FORM: Final = Form(
    (
        Column("number", code, "By which people know the ticket; finds it again", required=True),
        Column("customer_code", code, "Code of the customer; a ticket stays with it", required=True),
        Column("kind", member(TicketKind), f"{', '.join(TicketKind)}", required=True),
        Column("channel", member(Channel), f"{', '.join(Channel)}", required=True),
        Column("subject", text(), "What it is about, in one line", required=True),
        Column("opened_at", instant, "When it was opened", required=True),
        Column("status", member(TicketStatus), f"{', '.join(TicketStatus)}; NEW if not given"),
        Column("status_since", instant, "Since when it has its status; needed unless another column says it"),
        Column("severity", member(Severity), "CRITICAL, HIGH, MODERATE (if not given) or LOW"),
        Column("department_number", code, "Number of the department that has it"),
        Column("assignee_number", code, "Number of the person of the staff who has it"),
        Column("first_responder_number", code, "Number of the person who was asked first"),
        Column("description", prose, "What is the matter"),
        Column("product", text(), "Product"),
        Column("model", text(), "Model"),
        Column("serial_number", text(), "Serial number"),
        Column("category", text(), "Category"),
        Column("subcategory", text(), "Subcategory"),
        Column("symptom", text(), "Symptom"),
        Column("outcome", text(), "How it ended"),
        Column("cause", prose, "Why it came to it"),
        Column("prevention", prose, "What is done so that it does not come again"),
        Column("first_reply_due_at", instant, "Until when the first reply was due"),
        Column("first_replied_at", instant, "When the first reply was given"),
        Column("due_at", instant, "Until when it is due"),
        Column("resolved_at", instant, "When it was resolved; needed when it is RESOLVED"),
        Column("closed_at", instant, "When it was closed; needed when it is CLOSED"),
        Column("made_target", boolean, "Whether it was settled within its target"),
        Column("is_disputed", boolean, "Whether the customer disputes how it ended"),
        Column("reopen_count", whole(0, 10_000), "How often it was reopened"),
        Column("transfer_count", whole(0, 10_000), "How often it was transferred"),
    )
)
_DATED: Final = {TicketStatus.NEW: "opened_at", TicketStatus.RESOLVED: "resolved_at", TicketStatus.CLOSED: "closed_at"}
"""The column that says since when a ticket has a status; `status_since` says it for the others."""

_KINDS: Final = {
    TicketStatus.RESOLVED: TicketEventKind.RESOLVED,
    TicketStatus.CLOSED: TicketEventKind.CLOSED,
    TicketStatus.CANCELLED: TicketEventKind.CANCELLED,
    TicketStatus.ACKNOWLEDGED: TicketEventKind.ACKNOWLEDGED,
    TicketStatus.SOLUTION_OFFERED: TicketEventKind.SOLUTION_OFFERED,
}


def _build(values: Values, line: int, now: dt.datetime) -> Record:
    past(values, now, "opened_at", "first_replied_at", "resolved_at", "closed_at", "status_since")
    in_order(values, "opened_at", "resolved_at", "closed_at")
    in_order(values, "opened_at", "first_replied_at")
    in_order(values, "opened_at", "status_since")
    customer = refs_of(values, customer_id=("customer_code", RecordKind.CUSTOMER))
    refs = customer | refs_of(
        values,
        department_id=("department_number", RecordKind.DEPARTMENT),
        assignee_id=("assignee_number", RecordKind.STAFF),
        first_responder_id=("first_responder_number", RecordKind.STAFF),
    )
    turns = _turns(values)
    events = tuple(_events(values, line, turns, customer))
    status = values.get("status") or TicketStatus.NEW
    paused = {"paused_at": turns[status] if status in PAUSED else None}
    times = {"created_at": values["opened_at"], "updated_at": max(turns.values()), **paused}
    columns = columns_of(TicketRow, values) | times
    return Record(RecordKind.TICKET, values["number"], values["opened_at"], line, columns, refs, events)


def _turns(values: Values) -> dict[TicketStatus, dt.datetime]:
    """When the ticket came into each status that the row dates."""
    turns = {status: values[column] for status, column in _DATED.items() if values.get(column) is not None}
    status = values.get("status") or TicketStatus.NEW
    if status not in turns:
        column = "status_since"
        if values.get(column) is None:
            better = _DATED.get(status, column)
            raise RowError(better, None, f"is required for a ticket that is {status}")
        turns[status] = values[column]
    return turns


def _events(
    values: Values, line: int, turns: dict[TicketStatus, dt.datetime], refs: dict[str, Ref | None]
) -> Iterator[Record]:
    for order, (status, at) in enumerate(sorted(turns.items(), key=lambda turn: turn[1])):
        kind = TicketEventKind.REGISTERED if status is TicketStatus.NEW else _KINDS.get(status)
        event = {"at": at, "kind": kind or TicketEventKind.STATE_CHANGED, "status": status}
        yield Record(RecordKind.TICKET_EVENT, f"{values['number']}/{status}", at, line, event, refs, order=order)


parse = parser(FORM, _build)
"""The tickets of a file."""
