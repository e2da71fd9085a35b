"""Bringing an approved version into force, and going back to an earlier one. Both hold from the commit on."""

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
from resolvers.rule_sets.moves import check_move, look_through, still_sound, tell
from resolvers.rule_sets.submitting import check_current
from resolvers.rule_sets.versions import hold_versions, last_published, put_in_force
from resolvers.text import Prose
from rules.engine.table import RuleSet
from store.rule_version import PublicationKind, RuleVersionRow, RuleVersionStatus


@dataclass(frozen=True)
class RuleVersionPublication:
    """An approved version comes into force. `regardless`: also if another one did since its author began."""

    id: RuleVersionId
    note: Prose | None = None
    regardless: bool = False


@dataclass(frozen=True)
class RuleSetRollback:
    """A version that was published before comes into force again; `note` says why."""

    id: RuleVersionId
    note: Prose


class PublishRuleVersionErrorCode(enum.StrEnum):
    """Why a version was not published."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    IN_FUTURE = Code.IN_FUTURE
    IN_PAST = Code.IN_PAST
    STALE_VERSION = Code.STALE_VERSION
    BAD_MOVE = Code.BAD_MOVE
    BAD_RULES = Code.BAD_RULES


class RollBackRuleSetErrorCode(enum.StrEnum):
    """Why a rule set was not rolled back."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    IN_FUTURE = Code.IN_FUTURE
    IN_PAST = Code.IN_PAST
    BAD_MOVE = Code.BAD_MOVE
    BAD_RULES = Code.BAD_RULES


@command(Action.PUBLISH_RULE_VERSION, PublishRuleVersionErrorCode, prepare=look_through)
async def publish_rule_version(unit: Unit, draft: RuleVersionPublication) -> uuid.UUID:
    """Bring an approved version into force, from the next decision on."""
    row = await access_of_rules(unit, RuleVersionRow, draft.id, "id")
    check_move(row, RuleVersionStatus.PUBLISHED)
    _check_days(unit, await still_sound(row))
    await hold_versions(unit.session)
    if not draft.regardless:
        await check_current(unit, row, "id")
    await _bring(unit, row, PublicationKind.PUBLISHED, EventKind.RULES_PUBLISHED, draft.note)
    return row.id


@command(Action.ROLL_BACK_RULE_SET, RollBackRuleSetErrorCode, prepare=look_through)
async def roll_back_rule_set(unit: Unit, draft: RuleSetRollback) -> uuid.UUID:
    """Let an earlier version be in force again, which four eyes have seen before."""
    row = await access_of_rules(unit, RuleVersionRow, draft.id, "id")
    if row.status is not RuleVersionStatus.PUBLISHED:
        message = f"version {row.number} of {row.rule_set} is {row.status}: it was never in force"
        raise refuse(Code.BAD_MOVE, "id", message)
    _check_days(unit, await still_sound(row))
    await hold_versions(unit.session)
    last = await last_published(unit.session, row.rule_set, unit.now)
    if last is not None and last[1].id == row.id:
        raise refuse(Code.BAD_MOVE, "id", f"version {row.number} of {row.rule_set} is in force already")
    await _bring(unit, row, PublicationKind.ROLLED_BACK, EventKind.RULES_ROLLED_BACK, draft.note)
    return row.id


async def _bring(unit: Unit, row: RuleVersionRow, kind: PublicationKind, event: EventKind, note: str | None) -> None:
    publication = await put_in_force(unit.session, row, kind, by=unit.subject.name, now=unit.now, note=note)
    tell(unit, row, event, publication=publication.number)


def _check_days(unit: Unit, rule_set: RuleSet) -> None:
    """Raise Refused for a rule set that is not to hold yet (IN_FUTURE) or any more (IN_PAST)."""
    begins, ends = rule_set.effective_from, rule_set.effective_until
    if begins is not None and begins > unit.today:
        message = f"it is in effect from {begins} on, and today is {unit.today} (UTC): publish it on that day"
        raise refuse(Code.IN_FUTURE, "id", message)
    if ends is not None and ends <= unit.today:
        raise refuse(Code.IN_PAST, "id", f"it was in effect until {ends}, and today is {unit.today} (UTC)")
