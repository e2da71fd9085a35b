"""Grading: the rules give customers their grades, which are written with their history (C6)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from outbox.event import EventKind
from outbox.log import Change, append
from resolvers.decisions.locking import locked_customers
from resolvers.decisions.making import Asking, Decided, decide_customers
from resolvers.decisions.reasons import reason_of
from resolvers.rule_sets.versions import Version, in_force
from rules.facts.vocabulary import Level
from store.base import new_id
from store.customer import CustomerRow
from store.decision import DecisionOccasion
from store.grade import Grade, GradePeriodRow
from store.lists import ListOf, member
from store.session import Database
from store.types import Uid

RULE_SET: Final = "grading"
CHUNK: Final = 500
"""Customers that are graded in one transaction."""

CADENCE: Final = dt.timedelta(days=30)
"""After this long a customer is graded again, even if nothing happened."""


@dataclass
class Graded:
    """What came of grading: how many, who got another grade (from, to), and of whom nothing was decided, with why."""

    decided: int = 0
    moves: Counter[tuple[Grade | None, Grade]] = field(default_factory=Counter)
    refused: dict[uuid.UUID, str] = field(default_factory=dict)

    def add(self, other: Graded) -> None:
        """Count another one in."""
        self.decided += other.decided
        self.moves += other.moves
        self.refused |= other.refused


@dataclass(frozen=True)
class Move:
    """That a customer gets another grade, by a decision."""

    decided: Decided
    before: Grade | None
    grade: Grade

    @property
    def told(self) -> dict[str, str | None]:
        """What the event says: nothing confidential."""
        grades = {"grade": self.grade.value, "before": self.before and self.before.value}
        return {**grades, "decisionId": str(self.decided.id)}

    @property
    def event(self) -> Change:
        """What readers of the log are told."""
        return Change(EventKind.CUSTOMER_GRADED.value, "Customer", self.decided.customer_id, self.told)


@dataclass(frozen=True)
class Grading:
    """What was decided in a transaction: the counts, each decision, and who gets another grade."""

    graded: Graded
    decided: Sequence[Decided]
    moves: Sequence[Move]


async def grade_customers(database: Database, asking: Asking, ids: Collection[uuid.UUID]) -> AsyncIterator[Graded]:
    """Grade customers, some hundreds a transaction; tells of each. A customer not on record is left out."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), CHUNK):
        async with database.transaction() as session:
            yield await grade_some(session, asking, ordered[start : start + CHUNK])


async def grade_some(session: AsyncSession, asking: Asking, ids: Collection[uuid.UUID]) -> Graded:
    """Grade customers in this transaction: decisions, grades, their history, and the events last."""
    grading = await decide_grades(session, asking, ids)
    await append(session, [move.event for move in grading.moves], at=asking.now, actor=asking.by)
    return grading.graded


async def decide_grades(session: AsyncSession, asking: Asking, ids: Collection[uuid.UUID]) -> Grading:
    """Grade customers in this transaction, all but the events, which the caller appends.

    The customers are locked first, in the order of their ids, so that two who grade the same ones follow each other.
    Who was graded at a later instant meanwhile is left out: history does not run backwards.
    """
    version = await in_force(session, RULE_SET, asking.now)
    locked = await locked_customers(session, ids)
    rows = {row.id: row for row in locked if row.graded_at is None or row.graded_at <= asking.now}
    decided = await decide_customers(session, version, asking, list(rows))
    graded = Graded(len(decided))
    moves = [move for one in decided if (move := _applied(asking, graded, rows[one.customer_id], one))]
    await session.flush()
    await _write_periods(session, version, asking, moves)
    return Grading(graded, decided, moves)


async def due(
    session: AsyncSession, now: dt.datetime, most: int, on: DecisionOccasion | None = None
) -> Sequence[uuid.UUID]:
    """Whose grade is to be looked at again, those never graded first: something happened since, or that is a month ago.

    `on` narrows it to those for whom something happened, or for whom only the month has passed. Whatever changes a fact
    takes `graded_at` away, whenever it happened (`store.figures`); what was written by other ways is found by the time
    of the last activity, once that has come.
    """
    row = CustomerRow
    chosen = sa.select(row.id).where(_is_due(now, on)).order_by(sa.nulls_first(row.graded_at.asc()), row.id)
    return (await session.scalars(chosen.limit(most))).all()


async def count_due(session: AsyncSession, now: dt.datetime) -> int:
    """How many are due."""
    return await session.scalar(sa.select(sa.func.count()).select_from(CustomerRow).where(_is_due(now))) or 0


def _is_due(now: dt.datetime, on: DecisionOccasion | None = None) -> sa.ColumnElement[bool]:
    row = CustomerRow
    active = sa.and_(row.graded_at < row.last_activity_at, row.last_activity_at <= now)
    has_news, is_old = sa.or_(row.graded_at.is_(None), active), row.graded_at < now - CADENCE
    if on is DecisionOccasion.EVENT:
        return has_news
    return sa.and_(is_old, sa.not_(has_news)) if on is DecisionOccasion.CADENCE else sa.or_(has_news, is_old)


def _applied(asking: Asking, graded: Graded, customer: CustomerRow, one: Decided) -> Move | None:
    """Give a customer the grade that was decided; the move, if it is another one."""
    customer.graded_at = asking.now
    if one.outcome.errors or not one.outcome.results:
        graded.refused[customer.id] = "; ".join(error.message for error in one.outcome.errors) or "no row matches"
        return None
    grade, before = Grade(str(one.outcome.results[0]["grade"])), customer.grade
    if grade is before:
        return None
    graded.moves[before, grade] += 1
    customer.grade = grade
    return Move(one, before, grade)


async def _write_periods(session: AsyncSession, version: Version, asking: Asking, moves: Sequence[Move]) -> None:
    """End the periods that are open, and begin the next."""
    moved = member(GradePeriodRow.customer_id, sa.bindparam("ids", type_=ListOf(Uid())))
    ended = sa.update(GradePeriodRow).where(moved, GradePeriodRow.until.is_(None)).values(until=asking.now)
    ids = [move.decided.customer_id for move in moves]
    await session.execute(ended, {"ids": ids}, execution_options={"synchronize_session": False})
    if moves:
        await session.execute(sa.insert(GradePeriodRow), [_period(version, asking, move) for move in moves])


def _period(version: Version, asking: Asking, move: Move) -> dict[str, Any]:
    return {
        "id": new_id(),
        "customer_id": move.decided.customer_id,
        "grade": move.grade,
        "since": asking.now,
        "reason": reason_of(version, move.decided, Level.INTERNAL),
        "decided_by": f"rules:{RULE_SET}",
    }
