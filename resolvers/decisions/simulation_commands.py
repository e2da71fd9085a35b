"""Commands of simulations: somebody asks for one, which waits for its turn, and it is stopped."""

from __future__ import annotations

import asyncio
import datetime as dt
import enum
import unicodedata
import uuid
from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from outbox.event import EventKind
from resolvers.access_rows import access_of_rules
from resolvers.actions import Action
from resolvers.commands import LostRace, Unit, command
from resolvers.decisions.choosing_books import NoBookError, book_of
from resolvers.decisions.explaining import UnknownOutputError
from resolvers.decisions.sides import outcome_column
from resolvers.drafts import RuleSimulationId, RuleVersionId
from resolvers.problems import Code, Refused, refuse
from resolvers.rule_sets.checking import NAMED, refused_for
from resolvers.rule_sets.library import Source
from resolvers.rule_sets.versions import UnknownRuleSetError, in_force
from resolvers.text import Prose
from rules.engine.problem import RuleFileError
from rules.engine.table import RuleSet
from store.base import new_id
from store.rule_simulation import OPEN, RuleSimulationRow, RuleSimulationState
from store.rule_version import RuleVersionRow
from store.session import Database

MOST_WAITING: Final = 20
"""Simulations that may wait at once."""

_EARLIER: Final = "name an earlier day"
_GIVE_SINCE: Final = "give `since`: then it is run over what was decided from that day on"

FIRST_YEAR: Final = 1900
"""Of whose days and instants the product knows anything, see `resolvers.drafts`."""


@dataclass(frozen=True)
class SimulationDraft:
    """A candidate, as a text or as a version; as of an instant, else now; over history from a day on, if any.

    `output` is that by which outcomes are told apart, if not the first.
    """

    text: str | None = None
    version_id: RuleVersionId | None = None
    as_of: dt.datetime | None = None
    since: dt.date | None = None
    output: Prose | None = None


@dataclass(frozen=True)
class SimulationEnd:
    """A simulation is to stop."""

    id: RuleSimulationId


class StartSimulationErrorCode(enum.StrEnum):
    """Why no simulation was asked for."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    TOO_MANY = Code.TOO_MANY
    INVALID_TIME = Code.INVALID_TIME
    BAD_PERIOD = Code.BAD_PERIOD
    BAD_RULES = Code.BAD_RULES
    ALREADY_RUNS = Code.ALREADY_RUNS


class StopSimulationErrorCode(enum.StrEnum):
    """Why no simulation was stopped."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    BAD_MOVE = Code.BAD_MOVE


async def _look_through(database: Database, draft: SimulationDraft) -> None:
    """Refuse a text that will not do before the store is asked for anything."""
    del database
    if (draft.text is None) is (draft.version_id is None):
        raise refuse(Code.REQUIRED, None, "give the text of a rule file, or the id of a version, and not both")
    if draft.text is not None:
        await asyncio.to_thread(_candidate, draft.text)


@command(Action.START_SIMULATION, StartSimulationErrorCode, prepare=_look_through)
async def start_simulation(unit: Unit, draft: SimulationDraft) -> uuid.UUID:
    """Put a simulation on the list of those that wait; a server runs one after the other."""
    text, rule_set = await _wanted(unit, draft)
    as_of = draft.as_of or unit.now
    _check_days(draft.since, as_of)
    await _check_book(unit, draft, rule_set, as_of)
    await _check_room(unit, rule_set.name)
    known = {"text": text, "version_id": draft.version_id, "as_of": as_of, "since": draft.since}
    known["output"] = draft.output
    asked = {"asked_by": unit.subject.name, "asked_at": unit.now, "state": RuleSimulationState.WAITING}
    row = RuleSimulationRow(id=new_id(), rule_set=rule_set.name, **known, **asked)
    unit.session.add(row)
    try:
        await unit.session.flush()
    except IntegrityError as error:  # the same person asked at the same time, which the next attempt sees
        raise LostRace from error
    unit.changed(EventKind.RULES_SIMULATION_STARTED, "RuleSimulation", row.id, ruleSet=row.rule_set)
    return row.id


@command(Action.STOP_SIMULATION, StopSimulationErrorCode)
async def stop_simulation(unit: Unit, draft: SimulationEnd) -> uuid.UUID:
    """Stop a simulation that waits or runs; nothing of what it found is kept."""
    row = await access_of_rules(unit, RuleSimulationRow, draft.id, "id")
    if row.state not in OPEN:
        raise refuse(Code.BAD_MOVE, "id", f"it is {row.state} already, and only what waits or runs can be stopped")
    row.state, row.ended_at, row.ended_by = RuleSimulationState.CANCELLED, unit.now, unit.subject.name
    unit.changed(EventKind.RULES_SIMULATION_STOPPED, "RuleSimulation", row.id, ruleSet=row.rule_set)
    return row.id


async def _wanted(unit: Unit, draft: SimulationDraft) -> tuple[str, RuleSet]:
    """The text of the candidate, and what it says. Raises Refused (BAD_RULES) with every slip, or NOT_FOUND."""
    if draft.version_id is None:
        return await asyncio.to_thread(_candidate, draft.text or "")
    version = await access_of_rules(unit, RuleVersionRow, draft.version_id, "version_id")
    try:
        return await asyncio.to_thread(_candidate, version.text)
    except Refused as refused:
        raise Refused(*(replace(problem, field="version_id") for problem in refused.problems)) from refused


def _candidate(text: str) -> tuple[str, RuleSet]:
    source = Source(NAMED, unicodedata.normalize("NFC", text), "")
    try:
        rule_set = source.rule_set()
    except RuleFileError as error:
        raise refused_for(source, error.problems) from error
    return source.text, rule_set


async def _check_book(unit: Unit, draft: SimulationDraft, rule_set: RuleSet, as_of: dt.datetime) -> None:
    """Raise Refused (BAD_RULES) where there is nothing to run it over, or no output of that name."""
    try:
        outcome_column(rule_set, draft.output)
    except UnknownOutputError as error:
        raise refuse(Code.BAD_RULES, "output", f"{error}; name one of them") from error
    try:
        version = await in_force(unit.session, rule_set.name, as_of)
    except UnknownRuleSetError:
        version = None
    try:
        await book_of(unit.session, rule_set, version, as_of, draft.since)
    except NoBookError as error:
        told = f"{error}; compare it with `diffRules`, or {_EARLIER if draft.since else _GIVE_SINCE}"
        raise refuse(Code.BAD_RULES, "text" if draft.version_id is None else "version_id", told) from error


def _check_days(since: dt.date | None, as_of: dt.datetime) -> None:
    """Raise Refused for a first day that is after the last (BAD_PERIOD), or before all that is known (INVALID_TIME)."""
    if since is None:
        return
    last = as_of.astimezone(dt.UTC).date()
    if since > last:
        raise refuse(Code.BAD_PERIOD, "since", f"{since} is after {last}, the last day; name an earlier one")
    if since.year < FIRST_YEAR:
        raise refuse(Code.INVALID_TIME, "since", f"{since} lies before {FIRST_YEAR}; name a later day")


async def _check_room(unit: Unit, rule_set: str) -> None:
    """Raise Refused where the same person's waits or runs already (ALREADY_RUNS), or too many wait (TOO_MANY)."""
    row = RuleSimulationRow
    own = (row.asked_by == unit.subject.name, row.rule_set == rule_set, row.state.in_(sorted(OPEN)))
    asked_at = await unit.session.scalar(sa.select(row.asked_at).where(*own))
    if asked_at is not None:
        told = f"a simulation of {rule_set} that you asked for at {asked_at:%Y-%m-%d %H:%M} UTC waits or runs"
        raise refuse(Code.ALREADY_RUNS, None, f"{told}: wait for it, or stop it")
    waiting = sa.select(sa.func.count()).select_from(row).where(row.state == RuleSimulationState.WAITING)
    if (await unit.session.scalar(waiting) or 0) >= MOST_WAITING:
        raise refuse(Code.TOO_MANY, None, f"{MOST_WAITING} simulations wait, and no more may; ask again in a while")
