"""Where records go: for each kind its table, how a row of it is found again, and which event tells of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa

from outbox.event import EventKind
from resolvers.importing.record import Record, RecordKind
from store.base import Base
from store.contact import ContactRow
from store.credit import CreditAccountRow
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.interaction import InteractionRow
from store.ledger import LedgerEntryRow
from store.staff import MembershipRole, MembershipRow, StaffRow
from store.ticket import TicketEventRow, TicketRow

_WRITTEN_ONCE: Final = frozenset({"id", "created_at", "updated_at", "last_activity_at", "recorded_at"})


def _never(values: Mapping[str, Any]) -> bool:
    del values
    return False


def is_head(values: Mapping[str, Any]) -> bool:
    """Whether a membership makes someone the head of a department now."""
    return values.get("role") is MembershipRole.HEAD and values.get("until") is None


@dataclass(frozen=True, slots=True)
class Target:
    """Where the records of a kind go.

    `match` are the columns that find a row again, `label` the human code by which others refer to it, `owner` the
    column of a part that holds its record's id, `fixed` the columns that no later file may change, `once` those that
    only the first file fills. `told` are the events of a new and of a changed row, `tells` the columns in them; a part
    without events is told by that of its record, as a field named `as_field`. `is_late` says of a row's values that
    they take a place which another row may have to leave first.
    """

    row: type[Base]
    match: tuple[str, ...]
    aggregate: str = ""
    label: str | None = None
    tells: tuple[str, ...] = ()
    owner: str | None = None
    fixed: tuple[str, ...] = ()
    once: frozenset[str] = _WRITTEN_ONCE
    told: tuple[EventKind, EventKind] | None = None
    as_field: str = ""
    is_late: Callable[[Mapping[str, Any]], bool] = _never

    @property
    def table(self) -> sa.Table:
        """The table."""
        return Base.metadata.tables[self.row.__tablename__]

    @property
    def key(self) -> str:
        """The column of the table that others refer to."""
        return "id" if "id" in self.table.c else "customer_id"


@dataclass(slots=True)
class Entry:
    """A record on its way: its columns with what they refer to, and the id of its row once that is known."""

    record: Record
    values: dict[str, Any]
    parts: list[Entry] = field(default_factory=list)
    id: uuid.UUID | None = None
    found: Mapping[str, Any] | None = None
    changed: list[str] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether the store had no such row before."""
        return self.found is None


_LEDGER_TELLS = ("customer_id", "kind", "number")
_LEDGER_EVENTS = (EventKind.LEDGER_ENTERED, EventKind.LEDGER_ENTERED)

TARGETS: Final[Mapping[RecordKind, Target]] = {
    RecordKind.DEPARTMENT: Target(
        DepartmentRow,
        ("number",),
        "Department",
        "number",
        tells=("number", "parent_id"),
        told=(EventKind.DEPARTMENT_CREATED, EventKind.DEPARTMENT_UPDATED),
    ),
    RecordKind.STAFF: Target(
        StaffRow,
        ("number",),
        "Staff",
        "number",
        tells=("number",),
        told=(EventKind.STAFF_CREATED, EventKind.STAFF_UPDATED),
    ),
    RecordKind.MEMBERSHIP: Target(
        MembershipRow, ("staff_id", "department_id"), owner="staff_id", as_field="memberships", is_late=is_head
    ),
    RecordKind.CUSTOMER: Target(
        CustomerRow,
        ("code",),
        "Customer",
        "code",
        tells=("code", "department_id"),
        once=_WRITTEN_ONCE | {"source"},
        told=(EventKind.CUSTOMER_CREATED, EventKind.CUSTOMER_UPDATED),
    ),
    RecordKind.CREDIT: Target(CreditAccountRow, ("customer_id",), owner="customer_id", as_field="credit"),
    RecordKind.CONTACT: Target(
        ContactRow,
        ("customer_id", "name"),
        "Contact",
        tells=("customer_id",),
        told=(EventKind.CONTACT_CREATED, EventKind.CONTACT_UPDATED),
    ),
    RecordKind.TICKET: Target(
        TicketRow,
        ("number",),
        "Ticket",
        "number",
        tells=("number", "customer_id", "department_id", "kind", "severity"),
        fixed=("customer_id",),
        told=(EventKind.TICKET_OPENED, EventKind.TICKET_CHANGED),
    ),
    RecordKind.TICKET_EVENT: Target(TicketEventRow, ("id",), owner="ticket_id", as_field="events"),
    RecordKind.INTERACTION: Target(
        InteractionRow,
        ("id",),
        "Interaction",
        owner="ticket_id",
        tells=("customer_id", "kind", "channel", "staff_id"),
        fixed=("customer_id",),
        told=(EventKind.INTERACTION_RECORDED, EventKind.INTERACTION_RECORDED),
    ),
    RecordKind.LEDGER_ENTRY: Target(
        LedgerEntryRow,
        ("id",),
        "LedgerEntry",
        tells=_LEDGER_TELLS,
        fixed=("customer_id",),
        told=_LEDGER_EVENTS,
    ),
    RecordKind.NUMBERED_ENTRY: Target(
        LedgerEntryRow, ("customer_id", "kind", "number"), "LedgerEntry", tells=_LEDGER_TELLS, told=_LEDGER_EVENTS
    ),
}
"""Every kind that is one row of one table; owners and tags have functions of their own."""

ORDER: Final = (
    RecordKind.DEPARTMENT,
    RecordKind.STAFF,
    RecordKind.CUSTOMER,
    RecordKind.CONTACT,
    RecordKind.TICKET,
    RecordKind.INTERACTION,
    RecordKind.LEDGER_ENTRY,
    RecordKind.NUMBERED_ENTRY,
)
"""The order in which kinds are written: each after what it refers to. Parts go with their records."""


def new_row(target: Target, entry: Entry, now: dt.datetime) -> dict[str, Any]:
    """The columns of a new row: what the file says, and the times that it leaves open."""
    columns = target.table.c
    row = {name: value for name, value in entry.values.items() if value is not None}
    row |= {"id": entry.id} if "id" in columns else {}
    for name in ("created_at", "updated_at", "recorded_at"):
        row |= {name: row.get(name, now)} if name in columns else {}
    return row | ({"last_activity_at": row["created_at"]} if "last_activity_at" in columns else {})
