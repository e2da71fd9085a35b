"""Submitting a version of a rule set, and taking it back."""

from __future__ import annotations

import enum
import unicodedata
import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from outbox.event import EventKind
from resolvers.access import Role
from resolvers.access_rows import access_of_rules
from resolvers.actions import Action
from resolvers.commands import Unit, command
from resolvers.drafts import RuleVersionId
from resolvers.problems import Code, refuse
from resolvers.rule_sets.checking import NAMED, refused_for, sound
from resolvers.rule_sets.library import Source, shipped
from resolvers.rule_sets.moves import is_author, move, tell
from resolvers.rule_sets.versions import add_version, hold_versions, last_published
from resolvers.text import Prose
from rules.engine.kinds import did_you_mean
from rules.engine.problem import Problem as Slip
from store.rule_version import RuleVersionRow, RuleVersionStatus
from store.session import Database


@dataclass(frozen=True)
class RuleVersionDraft:
    """A rule file with its cases. `base_id` is the version that its author started from; `is_new`: there is none."""

    text: str
    cases: str
    note: Prose | None = None
    base_id: RuleVersionId | None = None
    is_new: bool = False


@dataclass(frozen=True)
class RuleVersionWithdrawal:
    """A version that is not published yet is taken back."""

    id: RuleVersionId
    note: Prose | None = None


class SubmitRuleVersionErrorCode(enum.StrEnum):
    """Why no version was submitted."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    STALE_VERSION = Code.STALE_VERSION
    DUPLICATE_CODE = Code.DUPLICATE_CODE
    BAD_RULES = Code.BAD_RULES


class WithdrawRuleVersionErrorCode(enum.StrEnum):
    """Why no version was taken back."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    BAD_MOVE = Code.BAD_MOVE


async def _look_through(database: Database, draft: RuleVersionDraft) -> None:
    """Refuse what is not sound before the store is asked for anything."""
    del database
    await sound(_source(draft))


@command(Action.SUBMIT_RULE_VERSION, SubmitRuleVersionErrorCode, prepare=_look_through)
async def submit_rule_version(unit: Unit, draft: RuleVersionDraft) -> uuid.UUID:
    """Put a version on record whose cases all pass, for someone else to approve."""
    source = _source(draft)
    rule_set = await sound(source)
    await _check_base(unit, draft, source, rule_set.name)
    await hold_versions(unit.session)
    await last_published(unit.session, rule_set.name, unit.now)  # what ships comes first
    await _check_name(unit, draft, rule_set.name)
    row = await add_version(
        unit.session,
        source,
        rule_set,
        status=RuleVersionStatus.SUBMITTED,
        by=unit.subject.name,
        now=unit.now,
        note=draft.note,
        base_id=draft.base_id,
    )
    await check_current(unit, row, "base_id")
    tell(unit, row, EventKind.RULES_SUBMITTED)
    return row.id


@command(Action.WITHDRAW_RULE_VERSION, WithdrawRuleVersionErrorCode)
async def withdraw_rule_version(unit: Unit, draft: RuleVersionWithdrawal) -> uuid.UUID:
    """Take a version back that is not published: its author does, or a manager or supervisor."""
    row = await access_of_rules(unit, RuleVersionRow, draft.id, "id")
    if unit.subject.role is Role.ANALYST and not is_author(unit, row):
        raise refuse(Code.FORBIDDEN, "id", f"{row.submitted_by} submitted it; analysts take back their own only")
    move(unit, row, RuleVersionStatus.WITHDRAWN, EventKind.RULES_WITHDRAWN)
    row.withdrawn_by, row.withdrawn_at, row.withdraw_note = unit.subject.name, unit.now, draft.note
    return row.id


async def check_current(unit: Unit, row: RuleVersionRow, field: str) -> None:
    """Raise Refused (STALE_VERSION) when another version came into force than the one that this started from."""
    last = None if row.base_id is None else await last_published(unit.session, row.rule_set, unit.now)
    if last is not None and last[1].id != row.base_id:
        base = await unit.session.get_one(RuleVersionRow, row.base_id)
        publication, version = last
        message = f"version {version.number} of {publication.published_by} is in force now, not version {base.number}"
        raise refuse(Code.STALE_VERSION, field, f"{message} that this one started from; look at what it changed")


async def _check_base(unit: Unit, draft: RuleVersionDraft, source: Source, name: str) -> None:
    """Raise Refused for a base that is not there (NOT_FOUND), or of another name (BAD_RULES)."""
    if draft.base_id is None:
        return
    base = await access_of_rules(unit, RuleVersionRow, draft.base_id, "base_id")
    if base.rule_set != name:
        message = f"this started from version {base.number} of {base.rule_set}; a rule set keeps its name"
        raise refused_for(source, [_at_name(source, f"{message}. Write rule_set: {base.rule_set}")])


async def _check_name(unit: Unit, draft: RuleVersionDraft, name: str) -> None:
    """Raise Refused for a name that is not known (NOT_FOUND), unless it is new; then it may not be (DUPLICATE_CODE)."""
    known = {*shipped(), *await unit.session.scalars(sa.select(RuleVersionRow.rule_set).distinct())}
    if draft.is_new and name in known:
        raise refuse(Code.DUPLICATE_CODE, "is_new", f"there is a rule set {name} already; give yours another name")
    if not draft.is_new and name not in known:
        hint = did_you_mean(name, tuple(sorted(known)))
        message = f"there is no rule set {name}{hint}. If it is a new one, say so: isNew, or --new"
        raise refuse(Code.NOT_FOUND, "text", message)


def _source(draft: RuleVersionDraft) -> Source:
    """The texts as they are kept: the store has all texts in NFC."""
    return Source(NAMED, *(unicodedata.normalize("NFC", text) for text in (draft.text, draft.cases)))


def _at_name(source: Source, message: str) -> Slip:
    lines = source.text.splitlines()
    number = next((at for at, line in enumerate(lines, start=1) if line.startswith("rule_set:")), 1)
    return Slip(source.path, number, 1, message, source=lines[number - 1])
