"""Service levels of open tickets that have none, because they came from elsewhere or the rules did not know (E1)."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.commands import Unit
from resolvers.decisions.locking import locked_open_tickets
from resolvers.decisions.making import Asking, Decided, decide_gathered, facts_read
from resolvers.decisions.reasons import reason_of
from resolvers.decisions.service_level import RULE_SET, set_level
from resolvers.facts.opening import gather_openings
from resolvers.rule_sets.versions import Version, in_force
from resolvers.ticket_clock import Turn, await_reply
from resolvers.ticket_work import note_change
from rules.facts.vocabulary import Level
from store.lists import ListOf, member
from store.ticket import ENDED, TicketEventKind, TicketEventRow, TicketRow
from store.types import Uid

CHUNK: Final = 200
"""Tickets that get their level in one transaction."""

_HAVE_NONE: Final = sa.and_(TicketRow.service_level.is_(None), TicketRow.status.not_in(ENDED))


@dataclass
class Levelled:
    """How many tickets got which level, and which of them got none, with why."""

    levels: Counter[str] = field(default_factory=Counter)
    refused: dict[uuid.UUID, str] = field(default_factory=dict)

    def add(self, other: Levelled) -> None:
        """Count another one in."""
        self.levels += other.levels
        self.refused |= other.refused


async def without_level(session: AsyncSession, after: uuid.UUID, most: int) -> Sequence[uuid.UUID]:
    """Open tickets that have no level, in the order of their ids, after one of them."""
    row = TicketRow
    chosen = sa.select(row.id).where(_HAVE_NONE, row.id > after).order_by(row.id).limit(most)
    return (await session.scalars(chosen)).all()


async def count_without_level(session: AsyncSession) -> int:
    """How many there are."""
    return await session.scalar(sa.select(sa.func.count()).select_from(TicketRow).where(_HAVE_NONE)) or 0


async def level_tickets(unit: Unit, ids: Collection[uuid.UUID]) -> Levelled:
    """Give those of these tickets their level that are open and have none, on what was known when they were opened.

    Targets are counted from that time on, without the pauses since; those that a ticket has already, it keeps.
    """
    rows = {key: row for key, row in (await locked_open_tickets(unit.session, ids)).items() if not row.service_level}
    version = await in_force(unit.session, RULE_SET, unit.now)
    found = await gather_openings(await unit.session.connection(), facts_read(version), list(rows))
    turns = await _turns(unit.session, rows)
    levelled = Levelled()
    for one in await decide_gathered(unit.session, version, Asking(unit.subject.name, unit.now), found):
        _apply(unit, version, one, rows[one.subject_id], turns.get(one.subject_id, []), levelled)
    return levelled


def _apply(
    unit: Unit, version: Version, one: Decided, row: TicketRow, turns: Sequence[Turn], levelled: Levelled
) -> None:
    """Set what was decided, and note it in the ticket's history."""
    if not one.outcome.results:
        levelled.refused[row.id] = "; ".join(error.message for error in one.outcome.errors) or "no row matches"
        return
    set_level(row, one.outcome.results[0], turns)
    if row.first_replied_at is not None:
        await_reply(row, unit.now)
    levelled.levels[row.service_level or "none"] += 1
    note_change(unit, row, TicketEventKind.UPDATED, reason_of(version, one, Level.INTERNAL))


async def _turns(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Turn]]:
    """The states that each ticket had, and since when."""
    event = TicketEventRow
    these = member(event.ticket_id, sa.bindparam("ids", type_=ListOf(Uid())))
    chosen = sa.select(event.ticket_id, event.at, event.status).where(these).order_by(event.at, event.id)
    found: dict[uuid.UUID, list[Turn]] = {}
    for key, at, status in await session.execute(chosen, {"ids": sorted(ids)}):
        found.setdefault(key, []).append((at, status))
    return found
