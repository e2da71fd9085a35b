"""Who of the staff owns a customer: the periods of owners never overlap, and a new owner ends the one before."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from outbox.event import EventKind
from outbox.log import Change
from resolvers.importing.form import shown
from resolvers.importing.identity import record_id
from resolvers.importing.record import RecordKind, Rejection
from resolvers.importing.target import Entry
from resolvers.importing.upsert import insert_rows
from store.assignment import AssignmentRole, AssignmentRow
from store.staff import StaffRow, StaffStatus


class Period(NamedTuple):
    """A time in which someone owns a customer; `until` is the first day after it, None while it is open."""

    id: uuid.UUID
    customer_id: uuid.UUID
    staff_id: uuid.UUID
    since: dt.date
    until: dt.date | None


async def early_owners(connection: AsyncConnection, entries: Sequence[Entry]) -> list[Rejection]:
    """The rows that name an owner for a time in which the customer has another, or one who left."""
    periods = await _periods(connection, entries)
    gone = await _gone(connection, entries)
    rejections: list[Rejection] = []
    for entry in entries:
        for part in _owner_parts(entry):
            since, staff_id = part.values["since"], part.values["staff_id"]
            others = [each for each in periods.get(entry.id, []) if not _holds(each, staff_id)]
            if any(each.since > since or _lasts_beyond(each, since) for each in others):
                reason = "somebody else owns the customer then; name a later day"
                rejections.append(Rejection(part.record.line, "owner_since", since.isoformat(), reason))
            elif staff_id in gone:
                reason = "does not work here any more; name somebody who does"
                rejections.append(Rejection(part.record.line, "owner_number", shown(gone[staff_id]), reason))
    return rejections


async def write_owners(
    connection: AsyncConnection, entries: Sequence[Entry], source: str, now: dt.datetime
) -> list[Change]:
    """End the owners before and enter the new ones; returns the events of both."""
    periods = await _periods(connection, entries)
    ended: list[dict[str, Any]] = []
    begun: list[dict[str, Any]] = []
    for entry in entries:
        for part in _owner_parts(entry):
            current = next((each for each in periods.get(entry.id, []) if each.until is None), None)
            if current is None or current.staff_id != part.values["staff_id"]:
                ended += [] if current is None else [current._asdict() | {"until": part.values["since"]}]
                begun.append(_assignment(entry, part, source, now))
    if ended:
        closing = sa.update(AssignmentRow).where(AssignmentRow.__table__.c.id == sa.bindparam("row_key"))
        rows = [{"row_key": each["id"], "last": each["until"]} for each in ended]
        await connection.execute(closing.values(until=sa.bindparam("last")), rows)
    await insert_rows(connection, AssignmentRow, begun)
    return [
        *(_event(EventKind.ASSIGNMENT_ENDED, row) for row in ended),
        *(_event(EventKind.ASSIGNMENT_STARTED, row) for row in begun),
    ]


def _owner_parts(entry: Entry) -> list[Entry]:
    return [part for part in entry.parts if part.record.kind is RecordKind.OWNER]


def _event(kind: EventKind, row: Mapping[str, Any]) -> Change:
    told = {
        "customerId": str(row["customer_id"]),
        "staffId": str(row["staff_id"]),
        "role": AssignmentRole.OWNER.value,
        "since": row["since"].isoformat(),
        "until": None if row["until"] is None else row["until"].isoformat(),
    }
    return Change(kind.value, "Assignment", row["id"], told)


def _lasts_beyond(period: Period, day: dt.date) -> bool:
    """Whether a period that has ended held on that day or after it; an empty one never held."""
    return period.until is not None and period.until > max(day, period.since)


def _holds(period: Period, staff_id: uuid.UUID) -> bool:
    """Whether the person owns the customer already, so that nothing changes."""
    return period.until is None and period.staff_id == staff_id


def _assignment(entry: Entry, part: Entry, source: str, now: dt.datetime) -> dict[str, Any]:
    record = part.record
    return {
        "id": record_id(source, f"{record.kind}/{record.key}", record.at),
        "customer_id": entry.id,
        "staff_id": part.values["staff_id"],
        "role": AssignmentRole.OWNER,
        "since": part.values["since"],
        "until": None,
        "recorded_at": now,
    }


async def _gone(connection: AsyncConnection, entries: Sequence[Entry]) -> dict[uuid.UUID, str]:
    """The numbers of those who are named as owners and have left."""
    named = {part.values["staff_id"] for entry in entries for part in _owner_parts(entry)}
    statement = sa.select(StaffRow.id, StaffRow.number).where(
        StaffRow.id.in_(named), StaffRow.status == StaffStatus.LEFT
    )
    return {row[0]: row[1] for row in await connection.execute(statement)} if named else {}


async def _periods(connection: AsyncConnection, entries: Sequence[Entry]) -> dict[uuid.UUID | None, list[Period]]:
    """All times of owners of the customers that have a row about their owner."""
    customers = {entry.id for entry in entries if _owner_parts(entry)}
    if not customers:
        return {}
    columns = (AssignmentRow.id, AssignmentRow.customer_id, AssignmentRow.staff_id, AssignmentRow.since)
    statement = sa.select(*columns, AssignmentRow.until).where(
        AssignmentRow.customer_id.in_(customers), AssignmentRow.role == AssignmentRole.OWNER
    )
    found: dict[uuid.UUID | None, list[Period]] = {}
    for row in await connection.execute(statement):
        found.setdefault(row.customer_id, []).append(Period(*row))
    return found
