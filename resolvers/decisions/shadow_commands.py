"""Commands of shadows: a candidate is started beside the version in force, and stopped."""

from __future__ import annotations

import asyncio
import enum
import unicodedata
import uuid
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from outbox.event import EventKind
from resolvers.actions import Action
from resolvers.commands import LostRace, Unit, command
from resolvers.decisions.shadowing import ShadowError, ShadowRunsError, start_shadow, stop_shadow
from resolvers.problems import Code, refuse
from resolvers.rule_sets.checking import NAMED, refused_for
from resolvers.rule_sets.library import Source
from resolvers.rule_sets.versions import UnknownRuleSetError
from resolvers.text import Key
from rules.engine.problem import Problem as Slip
from rules.engine.problem import RuleFileError
from rules.engine.testing import problems_in, run_case_text
from store.session import Database


@dataclass(frozen=True)
class ShadowDraft:
    """A candidate with its cases."""

    text: str
    cases: str


@dataclass(frozen=True)
class ShadowEnd:
    """The shadow of a rule set is to stop."""

    rule_set: Key


class StartRuleShadowErrorCode(enum.StrEnum):
    """Why no shadow was started."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    BAD_RULES = Code.BAD_RULES
    ALREADY_RUNS = Code.ALREADY_RUNS


class StopRuleShadowErrorCode(enum.StrEnum):
    """Why no shadow was stopped."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG


async def _look_through(database: Database, draft: ShadowDraft) -> None:
    """Refuse what cannot be read, or fails its cases, before the store is asked for anything."""
    del database
    await asyncio.to_thread(_candidate, draft)


@command(Action.START_RULE_SHADOW, StartRuleShadowErrorCode, prepare=_look_through)
async def start_rule_shadow(unit: Unit, draft: ShadowDraft) -> uuid.UUID:
    """Let a candidate whose cases pass decide beside the version in force, from the next decision on."""
    source = await asyncio.to_thread(_candidate, draft)
    try:
        row = await start_shadow(unit.session, source, by=unit.subject.name, now=unit.now)
    except UnknownRuleSetError as error:
        raise refuse(Code.NOT_FOUND, "text", str(error)) from error
    except ShadowRunsError as error:
        raise refuse(Code.ALREADY_RUNS, None, str(error)) from error
    except ShadowError as error:
        raise refused_for(source, [Slip(source.path, 1, 1, str(error))]) from error
    except IntegrityError as error:  # someone else started one at the same time, which the next attempt sees
        raise LostRace from error
    unit.changed(EventKind.RULES_SHADOW_STARTED, "RuleShadow", row.id, ruleSet=row.rule_set)
    return row.id


@command(Action.STOP_RULE_SHADOW, StopRuleShadowErrorCode)
async def stop_rule_shadow(unit: Unit, draft: ShadowEnd) -> uuid.UUID:
    """Stop the shadow of a rule set; what it found stays."""
    try:
        status = await stop_shadow(unit.session, draft.rule_set, by=unit.subject.name, now=unit.now)
    except ShadowError as error:
        raise refuse(Code.NOT_FOUND, "rule_set", str(error)) from error
    unit.changed(EventKind.RULES_SHADOW_STOPPED, "RuleShadow", status.shadow.id, ruleSet=status.shadow.rule_set)
    return status.shadow.id


def _candidate(draft: ShadowDraft) -> Source:
    """The candidate under its name. Raises Refused (BAD_RULES) with every slip and every case that fails."""
    given = Source(NAMED, *(unicodedata.normalize("NFC", text) for text in (draft.text, draft.cases)))
    try:
        rule_set = given.rule_set()
        run = run_case_text(rule_set, given.cases, given.cases_path)
    except RuleFileError as error:
        raise refused_for(given, error.problems) from error
    failed = [slip for slip in problems_in(run) if slip.path == given.cases_path]
    if failed:
        raise refused_for(given, failed)
    return Source(rule_set.name, given.text, given.cases)
