"""Looking at a submitted version with a second pair of eyes: approved, or rejected with a reason."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass

from outbox.event import EventKind
from resolvers.access_rows import access_of_rules
from resolvers.actions import Action
from resolvers.commands import Unit, command
from resolvers.drafts import RuleVersionId
from resolvers.problems import Code, refuse
from resolvers.rule_sets.moves import check_move, is_author, look_through, move, still_sound
from resolvers.text import Prose
from store.rule_version import RuleVersionRow, RuleVersionStatus


@dataclass(frozen=True)
class RuleVersionApproval:
    """A version is approved."""

    id: RuleVersionId
    note: Prose | None = None


@dataclass(frozen=True)
class RuleVersionRejection:
    """A version is rejected; `note` says why."""

    id: RuleVersionId
    note: Prose


class ApproveRuleVersionErrorCode(enum.StrEnum):
    """Why a version was not approved."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    BAD_MOVE = Code.BAD_MOVE
    BAD_RULES = Code.BAD_RULES
    OWN_VERSION = Code.OWN_VERSION


class RejectRuleVersionErrorCode(enum.StrEnum):
    """Why a version was not rejected."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    BAD_MOVE = Code.BAD_MOVE


@command(Action.APPROVE_RULE_VERSION, ApproveRuleVersionErrorCode, prepare=look_through)
async def approve_rule_version(unit: Unit, draft: RuleVersionApproval) -> uuid.UUID:
    """Approve a version that someone else submitted, if it is still sound; it may be published then."""
    row = await access_of_rules(unit, RuleVersionRow, draft.id, "id")
    check_move(row, RuleVersionStatus.APPROVED)
    if is_author(unit, row):
        raise refuse(Code.OWN_VERSION, "id", "you submitted it; somebody else looks at it and approves")
    await still_sound(row)
    move(unit, row, RuleVersionStatus.APPROVED, EventKind.RULES_APPROVED)
    _review(unit, row, draft.note)
    return row.id


@command(Action.REJECT_RULE_VERSION, RejectRuleVersionErrorCode)
async def reject_rule_version(unit: Unit, draft: RuleVersionRejection) -> uuid.UUID:
    """Reject a version, and say why."""
    row = await access_of_rules(unit, RuleVersionRow, draft.id, "id")
    move(unit, row, RuleVersionStatus.REJECTED, EventKind.RULES_REJECTED)
    _review(unit, row, draft.note)
    return row.id


def _review(unit: Unit, row: RuleVersionRow, note: str | None) -> None:
    row.reviewed_by, row.reviewed_at, row.review_note = unit.subject.name, unit.now, note
