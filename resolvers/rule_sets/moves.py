"""What the commands of rule versions share: their states, whether they are still sound, and the events about them."""

from __future__ import annotations

import unicodedata
import uuid
from dataclasses import replace
from typing import Protocol

import sqlalchemy as sa

from outbox.event import EventKind
from resolvers.commands import Told, Unit
from resolvers.problems import Code, Refused, refuse
from resolvers.rule_sets.checking import NAMED, looked_through, sound
from resolvers.rule_sets.library import Source
from rules.engine.table import RuleSet
from store.rule_version import RULE_VERSION_MOVES, RuleVersionRow, RuleVersionStatus
from store.session import Database


def move(unit: Unit, row: RuleVersionRow, status: RuleVersionStatus, kind: EventKind) -> None:
    """Take a version to its next state, and tell of it. Raises Refused (BAD_MOVE) where it cannot go there."""
    check_move(row, status)
    row.status = status
    tell(unit, row, kind)


def check_move(row: RuleVersionRow, status: RuleVersionStatus) -> None:
    """Raise Refused (BAD_MOVE) when a version cannot go from its state to this one."""
    if status not in RULE_VERSION_MOVES[row.status]:
        onwards = ", ".join(sorted(RULE_VERSION_MOVES[row.status])) or "nothing else"
        raise refuse(
            Code.BAD_MOVE, "id", f"version {row.number} of {row.rule_set} is {row.status}, and can become {onwards}"
        )


def tell(unit: Unit, row: RuleVersionRow, kind: EventKind, **data: Told) -> None:
    """Note an event about a version. Its text is not told."""
    unit.changed(kind, "RuleVersion", row.id, ruleSet=row.rule_set, number=row.number, **data)


def is_author(unit: Unit, row: RuleVersionRow) -> bool:
    """Whether the subject submitted a version. A name in other letters is the same name."""
    return _plain(row.submitted_by) == _plain(unit.subject.name)


class Chosen(Protocol):
    """A draft that names a version."""

    @property
    def id(self) -> uuid.UUID:
        """The version's id."""
        ...


async def look_through(database: Database, draft: Chosen) -> None:
    """Check the version that a draft names before its transaction begins; `still_sound` knows the outcome then."""
    texts = sa.select(RuleVersionRow.text, RuleVersionRow.cases).where(RuleVersionRow.id == draft.id)
    async with database.snapshot() as connection:
        found = (await connection.execute(texts)).one_or_none()
    if found is not None:
        await looked_through(Source(NAMED, *found))


async def still_sound(row: RuleVersionRow) -> RuleSet:
    """What a version says, looked through again: a newer program may not know its facts any more.

    Raises:
        Refused: something is wrong with it (BAD_RULES).
    """
    try:
        return await sound(Source(NAMED, row.text, row.cases))
    except Refused as refused:
        raise Refused(*(replace(problem, field="id") for problem in refused.problems)) from refused


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()
