"""Proposing a handover: everything that someone has is listed, for a named successor to accept (A8)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from outbox.event import EventKind
from resolvers.access_rows import access_staff, directory_department, directory_staff
from resolvers.actions import Action
from resolvers.commands import Unit, command
from resolvers.customer_move import CustomerIds
from resolvers.drafts import DepartmentId, StaffId
from resolvers.edits import Unique, born, save
from resolvers.handover.document import check_successor, counts, tell, write_items
from resolvers.handover.executing import check_size
from resolvers.handover.passing import Owned, Passing
from resolvers.handover.registry import Listed, listed, things_in
from resolvers.problems import Code, refuse
from resolvers.record_numbers import record_number
from resolvers.text import Prose
from store.base import new_id
from store.handover import HandoverItemState, HandoverReason, HandoverRow, HandoverStatus

FURTHEST: Final = dt.timedelta(days=366)
"""How far ahead the day of a handover may lie."""


@dataclass(frozen=True)
class HandoverDraft:
    """What `from_id` has is to go to `to_id` on a day: all of it, or what belongs to some customers."""

    from_id: StaffId
    to_id: StaffId
    effective_on: dt.date
    reason: HandoverReason
    note: Prose | None = None
    department_id: DepartmentId | None = None
    customer_ids: CustomerIds | None = None


class ProposeHandoverErrorCode(enum.StrEnum):
    """Why no handover was proposed."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    TOO_MANY = Code.TOO_MANY
    IN_PAST = Code.IN_PAST
    OUT_OF_RANGE = Code.OUT_OF_RANGE
    SAME_PERSON = Code.SAME_PERSON
    STAFF_LEFT = Code.STAFF_LEFT
    STAFF_AWAY = Code.STAFF_AWAY
    NOTHING_OWNED = Code.NOTHING_OWNED


_NUMBER: Final = Unique("uq_handover_number", "handover.number", None)


@command(Action.PROPOSE_HANDOVER, ProposeHandoverErrorCode)
async def propose_handover(unit: Unit, draft: HandoverDraft) -> uuid.UUID:
    """List what someone within reach has, for a successor to accept; nothing changes hands yet."""
    _check_day(unit, draft.effective_on)
    person = await access_staff(unit, draft.from_id, "from_id")
    successor = await directory_staff(unit, draft.to_id, "to_id")
    check_successor(successor, person.id, draft.effective_on, "to_id")
    if draft.department_id is not None:
        await directory_department(unit, draft.department_id, "department_id")
    row = _document(unit, draft)
    found = await listed(unit, _passing(row, draft))
    things = things_in(found)
    _check_things(draft, found, things)
    await save(unit, row, _NUMBER)
    await write_items(unit, row, things, HandoverItemState.LISTED)
    tell(unit, row, EventKind.HANDOVER_PROPOSED, reason=row.reason.value, counts=counts(things))
    return row.id


def _document(unit: Unit, draft: HandoverDraft) -> HandoverRow:
    key = new_id()
    return HandoverRow(
        **born(unit, key),
        number=record_number("H", key, unit.today),
        from_id=draft.from_id,
        to_id=draft.to_id,
        effective_on=draft.effective_on,
        reason=draft.reason,
        status=HandoverStatus.PROPOSED,
        department_id=draft.department_id,
        is_part=draft.customer_ids is not None,
        note=draft.note,
        proposed_by=unit.subject.name,
    )


def _passing(row: HandoverRow, draft: HandoverDraft) -> Passing:
    chosen = None if draft.customer_ids is None else frozenset(draft.customer_ids)
    return Passing(row.number, row.from_id, row.to_id, row.effective_on, row.department_id, chosen)


def _check_day(unit: Unit, day: dt.date) -> None:
    """Raise Refused (IN_PAST, OUT_OF_RANGE) for a day that has gone by, or is more than a year away."""
    if day < unit.today:
        raise refuse(Code.IN_PAST, "effective_on", f"today is {unit.today}: what has been is not changed any more")
    if day > unit.today + FURTHEST:
        raise refuse(Code.OUT_OF_RANGE, "effective_on", "a handover may lie a year ahead at most")


def _check_things(draft: HandoverDraft, found: Listed, things: Sequence[Owned]) -> None:
    """Raise Refused (NOT_FOUND, NOTHING_OWNED, TOO_MANY) for what cannot be handed over."""
    strange = set(draft.customer_ids or ()) - {thing.customer_id for thing in things}
    if strange:
        message = f"the person has nothing of {len(strange)} of these customers, such as Customer:{min(strange)}"
        raise refuse(Code.NOT_FOUND, "customer_ids", message)
    if not things:
        raise refuse(Code.NOTHING_OWNED, "from_id", "nothing of this person is left to hand over from that day on")
    check_size(sum(hook.events * len(mine) for hook, mine in found), "customer_ids")
