"""Answering a proposed handover, taking it back, and executing it when its day has come (A8)."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass

from outbox.event import EventKind
from resolvers.access_rows import access_handover_from, access_handover_to, directory_staff
from resolvers.actions import ALLOWED, Action
from resolvers.commands import Unit, command
from resolvers.drafts import HandoverId
from resolvers.edits import check_version
from resolvers.handover.document import check_move, check_successor, move
from resolvers.handover.executing import execute
from resolvers.problems import Code, refuse
from resolvers.text import Prose
from store.handover import HandoverRow, HandoverStatus


@dataclass(frozen=True)
class HandoverAcceptance:
    """A handover is accepted; whoever accepts it for the successor says in `note` why."""

    id: HandoverId
    version: int | None = None
    note: Prose | None = None


@dataclass(frozen=True)
class HandoverRefusal:
    """A handover is declined; `note` says why."""

    id: HandoverId
    note: Prose


@dataclass(frozen=True)
class HandoverCancellation:
    """A handover that is not done yet is taken back."""

    id: HandoverId
    note: Prose | None = None


@dataclass(frozen=True)
class HandoverExecution:
    """An accepted handover whose day has come is to be executed now."""

    id: HandoverId
    version: int | None = None


class AcceptHandoverErrorCode(enum.StrEnum):
    """Why a handover was not accepted."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    TOO_MANY = Code.TOO_MANY
    STALE_VERSION = Code.STALE_VERSION
    BAD_MOVE = Code.BAD_MOVE
    STAFF_LEFT = Code.STAFF_LEFT
    STAFF_AWAY = Code.STAFF_AWAY
    ORPHANED = Code.ORPHANED


class DeclineHandoverErrorCode(enum.StrEnum):
    """Why a handover was not declined."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    BAD_MOVE = Code.BAD_MOVE


class CancelHandoverErrorCode(enum.StrEnum):
    """Why a handover was not taken back."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    BAD_MOVE = Code.BAD_MOVE


class ExecuteHandoverErrorCode(enum.StrEnum):
    """Why a handover was not executed."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    TOO_MANY = Code.TOO_MANY
    STALE_VERSION = Code.STALE_VERSION
    BAD_MOVE = Code.BAD_MOVE
    IN_FUTURE = Code.IN_FUTURE
    STAFF_LEFT = Code.STAFF_LEFT
    STAFF_AWAY = Code.STAFF_AWAY
    ORPHANED = Code.ORPHANED


@command(Action.ACCEPT_HANDOVER, AcceptHandoverErrorCode)
async def accept_handover(unit: Unit, draft: HandoverAcceptance) -> uuid.UUID:
    """Accept a handover, as its successor or with a note for them; it is executed at once when its day has come."""
    row = await access_handover_to(unit, draft.id, "id")
    check_version(row, draft.version)
    _answer(unit, row, draft.note)
    move(unit, row, HandoverStatus.ACCEPTED, EventKind.HANDOVER_ACCEPTED, onBehalf=row.on_behalf)
    successor = await directory_staff(unit, row.to_id, "id")
    check_successor(successor, row.from_id, max(row.effective_on, unit.today), "id")
    if row.effective_on <= unit.today:
        await execute(unit, row)
    return row.id


@command(Action.DECLINE_HANDOVER, DeclineHandoverErrorCode)
async def decline_handover(unit: Unit, draft: HandoverRefusal) -> uuid.UUID:
    """Decline a handover, as its successor or for them, and say why."""
    row = await access_handover_to(unit, draft.id, "id")
    _answer(unit, row, draft.note)
    move(unit, row, HandoverStatus.DECLINED, EventKind.HANDOVER_DECLINED, onBehalf=row.on_behalf)
    return row.id


@command(Action.CANCEL_HANDOVER, CancelHandoverErrorCode)
async def cancel_handover(unit: Unit, draft: HandoverCancellation) -> uuid.UUID:
    """Take a handover back that is not done yet, from someone within reach."""
    row = await access_handover_from(unit, draft.id, "id")
    move(unit, row, HandoverStatus.CANCELLED, EventKind.HANDOVER_CANCELLED)
    row.cancelled_at, row.cancelled_by, row.cancel_note = unit.now, unit.subject.name, draft.note
    return row.id


@command(Action.EXECUTE_HANDOVER, ExecuteHandoverErrorCode)
async def execute_handover(unit: Unit, draft: HandoverExecution) -> uuid.UUID:
    """Execute an accepted handover, from someone within reach, whose day has come."""
    row = await access_handover_from(unit, draft.id, "id")
    check_version(row, draft.version)
    check_move(row, HandoverStatus.DONE)
    if row.effective_on > unit.today:
        raise refuse(Code.IN_FUTURE, "id", f"its day is {row.effective_on}")
    await execute(unit, row)
    return row.id


def _answer(unit: Unit, row: HandoverRow, note: str | None) -> None:
    """Note who answers. For someone else only those answer who may propose, and say why. Raises Refused."""
    row.on_behalf = unit.subject.staff_id != row.to_id
    if row.on_behalf and Action.PROPOSE_HANDOVER not in ALLOWED[unit.subject.role]:
        raise refuse(Code.FORBIDDEN, "id", "only the successor answers, or whoever leads them")
    if row.on_behalf and note is None:
        raise refuse(Code.REQUIRED, "note", "you answer for the successor: say why, it is kept on record")
    row.answered_at, row.answered_by, row.answer_note = unit.now, unit.subject.name, note
