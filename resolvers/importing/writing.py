"""What all steps of one run's writing share, and how they report: refusals, counts, events, touched customers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from outbox.event import EventKind
from outbox.log import JSON, Change
from resolvers.importing.record import RecordKind, Rejection
from resolvers.importing.report import Report
from resolvers.importing.spool import Spool
from resolvers.importing.target import TARGETS, Entry, Target
from store.department import DepartmentRow

_FIGURED = frozenset({RecordKind.CREDIT, RecordKind.TICKET, RecordKind.TICKET_EVENT, RecordKind.INTERACTION})
"""Kinds from which figures of their customers follow, besides customers and ledger entries."""


@dataclass(frozen=True, slots=True)
class Writing:
    """One run on its way into the store, within one transaction."""

    connection: AsyncConnection
    spool: Spool
    report: Report
    now: dt.datetime

    @property
    def source(self) -> str:
        """The name of the source."""
        return self.report.source

    def refuse(self, kind: RecordKind, rejections: Collection[Rejection]) -> None:
        """Keep refusals of records of a kind, for the reject file and the report."""
        for rejection in rejections:
            self.spool.reject(rejection)
        self.report.of(kind).rejected += len({rejection.line for rejection in rejections})

    def count(self, kind: RecordKind, *, created: int = 0, updated: int = 0, unchanged: int = 0) -> None:
        """Count what became of records of a kind."""
        counts = self.report.of(kind)
        counts.created += created
        counts.updated += updated
        counts.unchanged += unchanged

    def tell(self, kind: RecordKind, entries: Sequence[Entry], also: Mapping[uuid.UUID | None, list[str]]) -> None:
        """Count written records, keep their events, and note the customers whose figures they change.

        `also` names, by record, fields that live in other tables.
        """
        target = TARGETS[kind]
        new = [entry for entry in entries if entry.is_new]
        changed = [entry for entry in entries if not entry.is_new and (entry.changed or also.get(entry.id))]
        self.count(kind, created=len(new), updated=len(changed), unchanged=len(entries) - len(new) - len(changed))
        for entry in (*new, *changed):
            for change in _events(target, entry, also.get(entry.id, [])):
                self.spool.change(change)
        self.spool.touch(customer for entry in (*new, *changed) if (customer := _customer(kind, entry)) is not None)


def _customer(kind: RecordKind, entry: Entry) -> uuid.UUID | None:
    """The customer whose figures follow from a row."""
    if kind is RecordKind.CUSTOMER:
        return entry.id
    figured = kind in _FIGURED or kind in {RecordKind.LEDGER_ENTRY, RecordKind.NUMBERED_ENTRY}
    found: uuid.UUID | None = entry.values["customer_id"] if figured else None
    return found


def _events(target: Target, entry: Entry, also: Sequence[str]) -> Iterator[Change]:
    """The events of a record: codes, ids and kinds, and the names of the fields that changed, never what they hold."""
    if target.told is None or entry.id is None:
        return
    told = {_camel(name): _plain(entry.values[name]) for name in target.tells if entry.values.get(name) is not None}
    if entry.found is None:
        yield Change(target.told[0].value, target.aggregate, entry.id, told)
        return
    told |= {"version": entry.found["version"] + 1} if "version" in entry.found else {}
    fields = [*entry.changed, *also]
    if target.row is DepartmentRow and "parent_id" in fields:
        fields.remove("parent_id")
        told.pop("parentId", None)
        ways: dict[str, JSON] = {"from": _plain(entry.found["parent_id"]), "to": _plain(entry.values["parent_id"])}
        yield Change(EventKind.DEPARTMENT_MOVED.value, target.aggregate, entry.id, told | ways)
    if fields:
        yield Change(target.told[1].value, target.aggregate, entry.id, told | {"fields": fields})


def _camel(column: str) -> str:
    first, *rest = column.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _plain(value: object) -> str | None:
    return None if value is None else str(value)
