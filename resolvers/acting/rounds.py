"""Rounds: open tickets are looked at again and again, and everybody once a day; only what is new is decided."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from graph.port import Graph
from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.acting.credit_proposals import CREDIT_RULES, propose, to_propose
from resolvers.acting.duties import Opened, settle, to_change
from resolvers.acting.escalating import ESCALATION_RULES, escalate, open_tickets, to_escalate
from resolvers.acting.looking import Look, facts_of
from resolvers.acting.owing import RULES_OF, DutyRules, rules_about
from resolvers.commands import Unit, in_unit
from resolvers.facts.gathering import gather_all, gather_tickets
from resolvers.facts.instants import Moment
from resolvers.facts.records import Gathered
from resolvers.rule_sets.versions import in_force
from rules.facts.vocabulary import Subject as About
from store.duty import DutyRow, DutyStatus
from store.rule_look import RuleLookRow
from store.session import Database
from store.ticket import TicketRow

T = TypeVar("T")

RULES: Final = Subject("rules", Role.MANAGER, Clearance.SECRET, Scope.ALL)
"""In whose name all this is done."""

CHUNK: Final = 200
"""Subjects that are decided about in one transaction."""

TOGETHER: Final = 500
"""Subjects that are looked at together: some tens of milliseconds, for which nobody else in the process is served."""

CALLED_BACK_WITHIN: Final = dt.timedelta(days=100)
"""For so long after its resolution a ticket is looked at: as long as a quarter, of which some are checked."""

Report = Callable[[str, int], None]
"""Is told what was looked at, and how many more of it."""

log = structlog.stdlib.get_logger("acting")


@dataclass
class Acted:
    """What came of a round, counted by what it is called."""

    escalated: int = 0
    proposed: int = 0
    opened: Counter[str] = field(default_factory=Counter)
    settled: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    """Subjects about whom something went wrong: the log says what. The next round tries again."""

    def add(self, some: Opened) -> None:
        """Count duties in."""
        self.opened[some.kind.value] += some.opened
        self.settled[some.kind.value] += some.settled

    def counts(self) -> dict[str, int]:
        """All of them, for logs and metrics."""
        duties = {"opened": self.opened.total(), "settled": self.settled.total()}
        return {"escalated": self.escalated, "proposed": self.proposed, **duties, "failed": self.failed}


@dataclass(frozen=True)
class Round:
    """One round at an instant. `graph` must be the record itself: whom to tell may not depend on a copy.

    With `rests`, half of the time is left to others in the process.
    """

    database: Database
    graph: Graph
    now: dt.datetime
    report: Report = lambda *_: None
    acted: Acted = field(default_factory=Acted)
    rests: bool = False

    async def tickets(self) -> None:
        """Escalate the open tickets for which it is time."""
        async with self._looks(ESCALATION_RULES) as (session, looks):
            ids = (await session.scalars(open_tickets())).all()
            began = time.monotonic()
            for some in _parts(ids, TOGETHER):
                found = await self._of_tickets(session, looks, some)
                for look in looks:
                    await self._escalate(look, await to_escalate(session, look, found))
                self.report("tickets", len(some))
                began = await self._rested(began)

    async def book(self) -> None:
        """Look at all customers and at the tickets that ended lately for what is owed, and for credit to be changed."""
        await self._customers()
        await self._ended_tickets()

    async def _customers(self) -> None:
        rules = list(rules_about(About.CUSTOMER))
        async with self._looks([*(one.rule_set for one in rules), CREDIT_RULES]) as (session, looks):
            names = facts_of(look.version for look in looks)
            began = time.monotonic()
            async for found in gather_all(await session.connection(), names, Moment(self.now), chunk=TOGETHER):
                async with self._beside() as beside:
                    for one, look in zip(rules, looks, strict=False):
                        await self._settle(one, await to_change(beside, one, look, found))
                    await self._propose(await to_propose(beside, looks[-1], found, self.now))
                self.report("customers", len(found.ids))
                began = await self._rested(began)

    async def _ended_tickets(self) -> None:
        rules = list(rules_about(About.TICKET))
        async with self._looks([one.rule_set for one in rules]) as (session, looks):
            ids = (await session.scalars(ended_tickets(self.now))).all()
            began = time.monotonic()
            for some in _parts(ids, TOGETHER):
                found = await self._of_tickets(session, looks, some)
                for one, look in zip(rules, looks, strict=True):
                    await self._settle(one, await to_change(session, one, look, found))
                self.report("tickets", len(some))
                began = await self._rested(began)

    @asynccontextmanager
    async def _looks(self, names: Sequence[str]) -> AsyncIterator[tuple[AsyncSession, list[Look]]]:
        """The record as it is now, to read, and the versions in force."""
        async with self.database.transaction() as session:
            versions = [await in_force(session, name, self.now) for name in names]
        async with self._beside() as session:
            yield session, [Look(version) for version in versions]

    @asynccontextmanager
    async def _beside(self) -> AsyncIterator[AsyncSession]:
        async with (
            self.database.snapshot(idle_ms=0) as connection,
            AsyncSession(bind=connection, expire_on_commit=False, autoflush=False) as session,
        ):
            yield session

    async def _of_tickets(self, session: AsyncSession, looks: Iterable[Look], ids: Sequence[uuid.UUID]) -> Gathered:
        names = facts_of(look.version for look in looks)
        return await gather_tickets(await session.connection(), names, Moment(self.now), ids)

    async def _rested(self, began: float) -> float:
        """Leave others as much time as has passed since; gives when the next piece of work begins."""
        if self.rests:
            await asyncio.sleep(time.monotonic() - began)
        return time.monotonic()

    async def _escalate(self, look: Look, ids: Sequence[uuid.UUID]) -> None:
        rule_set = look.version.rule_set.name
        for some in _parts(ids, CHUNK):
            told = await self._done(rule_set, some, partial(escalate, rule_set=rule_set, ids=some, graph=self.graph))
            self.acted.escalated += told or 0

    async def _settle(self, rules: DutyRules, pairs: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> None:
        for some in _parts(pairs, CHUNK):
            done = await self._done(rules.rule_set, some, partial(settle, rules=rules, pairs=some))
            if done is not None:
                self.acted.add(done)

    async def _propose(self, ids: Sequence[uuid.UUID]) -> None:
        for some in _parts(ids, CHUNK):
            self.acted.proposed += await self._done(CREDIT_RULES, some, partial(propose, ids=some)) or 0

    async def _done(self, rule_set: str, some: Sequence[object], work: Callable[[Unit], Awaitable[T]]) -> T | None:
        """Do it in a transaction; what fails is logged, and does not keep the rest back."""
        try:
            return await in_unit(self.database, RULES, self.now, work)
        except Exception:
            log.exception("rules could not act", rule_set=rule_set, subjects=len(some), first=str(some[0]))
            self.acted.failed += len(some)
            return None


async def is_looked_at(database: Database, day: dt.date) -> bool:
    """Whether the whole book was looked at on a day."""
    async with database.sessions() as session:
        return await session.get(RuleLookRow, day) is not None


async def note_look(database: Database, now: dt.datetime) -> None:
    """Note that it was, today."""
    day = now.astimezone(dt.UTC).date()
    async with database.transaction() as session:
        await session.merge(RuleLookRow(day=day, finished_at=now))


def ended_tickets(now: dt.datetime) -> sa.Select[uuid.UUID]:
    """Tickets that were resolved lately, and those for which a duty of the rules is open."""
    row, duty = TicketRow, DutyRow
    owed = sa.exists().where(duty.ticket_id == row.id, duty.status == DutyStatus.OPEN, duty.kind.in_(sorted(RULES_OF)))
    lately = sa.and_(row.resolved_at <= now, row.resolved_at > now - CALLED_BACK_WITHIN)
    return sa.select(row.id).where(sa.or_(lately, owed)).order_by(row.id)


def _parts(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
