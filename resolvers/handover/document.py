"""The document of a handover: what it lists, what it covers, and the events about it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Sequence

import sqlalchemy as sa

from outbox.event import EventKind
from resolvers.commands import Told, Unit
from resolvers.edits import insert_all, touch
from resolvers.handover.passing import Owned, Passing, one_of
from resolvers.problems import Code, refuse
from store.base import new_id
from store.handover import MOVES, HandoverItemRow, HandoverItemState, HandoverRow, HandoverStatus
from store.staff import StaffRow, StaffStatus


async def passing_of(unit: Unit, row: HandoverRow) -> Passing:
    """What a document is about, from the day on when it is executed: never a day that has gone by."""
    chosen = None
    if row.is_part:
        item = HandoverItemRow
        named = sa.select(item.customer_id).where(item.handover_id == row.id, item.customer_id.is_not(None))
        chosen = frozenset(key for key in await unit.session.scalars(named.distinct()) if key is not None)
    day = max(row.effective_on, unit.today)
    return Passing(row.number, row.from_id, row.to_id, day, row.department_id, chosen)


async def write_items(unit: Unit, row: HandoverRow, things: Sequence[Owned], state: HandoverItemState) -> None:
    """List these things in a document."""
    done_at = None if state is HandoverItemState.LISTED else unit.now
    same = {"handover_id": row.id, "state": state, "listed_at": unit.now, "done_at": done_at}
    await insert_all(unit, HandoverItemRow, [{"id": new_id(), **same, **_columns(thing)} for thing in things])


async def settle_items(unit: Unit, row: HandoverRow, things: Collection[Owned]) -> None:
    """Record what became of everything: handed over, also if it came only since the proposal, or gone."""
    item = HandoverItemRow
    found = await unit.session.execute(
        sa.select(item.id, item.kind, item.subject_id, item.role).where(item.handover_id == row.id)
    )
    known = {(kind, subject_id, role): key for key, kind, subject_id, role in found}
    handed = frozenset(known[thing.key] for thing in things if thing.key in known)
    done = sa.update(item).where(item.handover_id == row.id)
    gone = done.values(state=HandoverItemState.GONE, done_at=unit.now)
    await unit.session.execute(gone)
    await unit.session.execute(done.where(one_of(item.id, handed)).values(state=HandoverItemState.HANDED_OVER))
    fresh = [thing for thing in things if thing.key not in known]
    await write_items(unit, row, fresh, HandoverItemState.HANDED_OVER)


def move(unit: Unit, row: HandoverRow, status: HandoverStatus, kind: EventKind, **data: Told) -> None:
    """Take a document to its next state, and tell of it. Raises Refused (BAD_MOVE) where it cannot go there."""
    check_move(row, status)
    row.status = status
    touch(unit, row)
    tell(unit, row, kind, **data)


def check_move(row: HandoverRow, status: HandoverStatus) -> None:
    """Raise Refused (BAD_MOVE) when a document cannot go from its state to this one."""
    if status not in MOVES[row.status]:
        onwards = ", ".join(sorted(MOVES[row.status])) or "nothing: it is over"
        raise refuse(Code.BAD_MOVE, "id", f"the handover is {row.status}, and can become {onwards}")


def tell(unit: Unit, row: HandoverRow, kind: EventKind, **data: Told) -> None:
    """Note an event about a document."""
    who: dict[str, Told] = {"number": row.number, "fromId": row.from_id, "toId": row.to_id}
    unit.changed(kind, "Handover", row.id, **who, effectiveOn=row.effective_on, **data)


def counts(things: Sequence[Owned]) -> dict[str, int]:
    """How many things there are of each kind, as events tell it."""
    return dict(sorted(Counter(thing.kind.value for thing in things).items()))


def check_successor(staff: StaffRow, from_id: uuid.UUID, day: dt.date, field: str) -> None:
    """Raise Refused (SAME_PERSON, STAFF_LEFT, STAFF_AWAY) for someone who cannot take over on that day."""
    if staff.id == from_id:
        raise refuse(Code.SAME_PERSON, field)
    if staff.status is StaffStatus.LEFT or (staff.left_on is not None and staff.left_on <= day):
        raise refuse(Code.STAFF_LEFT, field, f"{staff.number} does not work here any more on {day}")
    if staff.status is not StaffStatus.ACTIVE:
        raise refuse(Code.STAFF_AWAY, field, f"{staff.number} is on leave; name someone who is at work")


def _columns(thing: Owned) -> dict[str, object]:
    keys = {"customer_id": thing.customer_id, "ticket_id": thing.ticket_id, "contact_id": thing.contact_id}
    return {"kind": thing.kind, "role": thing.role, "subject_id": thing.subject_id, "label": thing.label, **keys}
