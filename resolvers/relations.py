"""Relations between customers: begun and ended, and every change is told."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa

from outbox.event import EventKind
from resolvers.commands import Told, Unit
from store.base import new_id
from store.relation import RelationKind, RelationRow


def lasting(since: dt.date) -> sa.ColumnElement[bool]:
    """Relations that hold on a day or begin after it; empty periods hold nothing."""
    row = RelationRow
    return sa.or_(row.until.is_(None), sa.and_(row.until > since, row.until > row.since))


def begin_relation(unit: Unit, kind: RelationKind, from_id: uuid.UUID, to_id: uuid.UUID, since: dt.date) -> RelationRow:
    """Let a customer be something to another one; the caller has seen to it that this may be."""
    row = RelationRow(id=new_id(), from_id=from_id, to_id=to_id, kind=kind, since=since, until=None)
    unit.session.add(row)
    _tell(unit, EventKind.RELATION_STARTED, row)
    return row


def end_relation(unit: Unit, row: RelationRow, until: dt.date) -> None:
    """Let a relation end. Flush before another one takes its place."""
    row.until = until
    _tell(unit, EventKind.RELATION_ENDED, row)


def _tell(unit: Unit, kind: EventKind, row: RelationRow) -> None:
    ends: dict[str, Told] = {"fromId": row.from_id, "toId": row.to_id, "kind": row.kind.value}
    unit.changed(kind, "CustomerRelation", row.id, **ends, since=row.since, until=row.until)
