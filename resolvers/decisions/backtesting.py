"""Two versions over history: each grades all customers month by month, and goes on from its own grades."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from graph.port import Graph
from resolvers.decisions.sides import NO_ROW, NOT_IN_FORCE, REFUSED, Side
from resolvers.decisions.simulation import History, Step
from resolvers.facts.gathering import gather_all
from resolvers.facts.instants import DAY, Moment, months_before
from resolvers.facts.records import Gathered
from rules.engine.table import RuleSet
from rules.facts.vocabulary import vocabulary
from store.customer import CustomerRow

GRADE: Final = "current_grade"
DAYS: Final = "days_in_grade"
MOST_MONTHS: Final = 120
_UNGRADED: Final = -1
_NEVER: Final = np.iinfo(np.int64).min


async def graded_month_by_month(
    connection: AsyncConnection,
    sides: tuple[Side | None, Side],
    since: dt.date,
    until: dt.datetime,
    *,
    graph: Graph | None = None,
    report: Callable[[str, int, int], None] = lambda *_: None,
) -> History:
    """Both versions from a day on, each month, until an instant; the first is None where none is in force.

    The connection reads one snapshot, so that the customers come in the same order each month. All who are on record
    now are graded each month, also before their first purchase. Raises what `gather_all` does.
    """
    total = await connection.scalar(sa.select(sa.func.count()).select_from(CustomerRow)) or 0
    lives = [None if side is None else _Life(side, total) for side in sides]
    instants = list(_instants(since, until))
    names = tuple(dict.fromkeys([GRADE, DAYS, *(name for side in sides if side for name in side.reads)]))
    steps = []
    for number, at in enumerate(instants):
        place = 0
        async for part in gather_all(connection, names, Moment(at), graph=graph):
            for life in filter(None, lives):
                life.grade(part, at, place)
            place += len(part.ids)
            report("months", number * total + place, len(instants) * total)
        steps.append(_step(at, lives, total))
    ended = [0 if life is None else int(life.to_and_fro.sum()) for life in lives]
    return History(tuple(steps), ended[0], ended[1], without_history(sides))


def without_history(sides: Sequence[Side | None]) -> tuple[str, ...]:
    """The facts that the versions read and that are known for now only."""
    known = vocabulary().facts
    names = dict.fromkeys(name for side in sides if side for name in side.reads)
    return tuple(name for name in names if name in known and not known[name].has_history)


def _instants(since: dt.date, until: dt.datetime) -> Iterator[dt.datetime]:
    """The same day of each month, at midnight UTC; the last day of a month that is too short."""
    begun = dt.datetime.combine(since, dt.time(), dt.UTC)
    for months in range(MOST_MONTHS):
        at = months_before(begun, -months)
        if at > until:
            return
        yield at


def _step(at: dt.datetime, lives: Sequence[_Life | None], total: int) -> Step:
    counts = [{NOT_IN_FORCE: total} if life is None else life.counts() for life in lives]
    changes = [0 if life is None else life.changes() for life in lives]
    return Step(at, counts[0], counts[1], changes[0], changes[1])


class _Life:
    """One version through the months: the outcome of each customer, since when, and the one before it.

    A version that answers a grade reads its own grades as current_grade and days_in_grade; who is refused keeps theirs,
    as customers do who are graded. Others read what is on record, and only count.
    """

    def __init__(self, side: Side, total: int) -> None:
        self._side = side
        self._follows = follows_grades(side.rule_set)
        self._words: list[str] = []
        self._codes: dict[str, int] = {}
        self._now = np.full(total, _UNGRADED, np.int16)
        self._left = np.full(total, _UNGRADED, np.int16)
        self._since = np.full(total, _NEVER, np.int64)
        self._is_begun = np.zeros(total, np.bool_)
        self._changes = 0
        self.to_and_fro = np.zeros(total, np.bool_)

    def grade(self, part: Gathered, at: dt.datetime, place: int) -> None:
        """Grade some customers, whose first is at a place of the order."""
        mine = slice(place, place + len(part.ids))
        day = _micros(at)
        if self._follows and not self._is_begun[mine].any():
            self._begin(part, mine, day)
        facts = self._with_own_grades(part, mine, day) if self._follows else part.columns
        labels = self._side.labels(facts, part.ids, part.unknown)
        self._move(np.array([self._code(label) for label in labels], np.int16), mine, day)
        self._is_begun[mine] = True

    def counts(self) -> dict[str, int]:
        """How many customers have each outcome now."""
        found = np.bincount(self._now[self._now >= 0], minlength=len(self._words)).tolist()
        counts = {word: count for word, count in zip(self._words, found, strict=True) if count}
        ungraded = int((self._now < 0).sum())
        return counts | ({NO_ROW: ungraded} if ungraded else {})

    def changes(self) -> int:
        """How many customers changed since this was last asked."""
        found, self._changes = self._changes, 0
        return found

    def _begin(self, part: Gathered, mine: slice, day: int) -> None:
        """Start from the grades on record."""
        grades, days = part.columns[GRADE], part.columns[DAYS]
        self._now[mine] = [_UNGRADED if grade is None else self._code(grade) for grade in grades]
        self._since[mine] = [_NEVER if each is None else day - int(each) * _DAY for each in days]

    def _with_own_grades(self, part: Gathered, mine: slice, day: int) -> dict[str, list[Any]]:
        since = self._since[mine]
        days = np.where(since == _NEVER, 0, (day - np.where(since == _NEVER, day, since)) // _DAY).tolist()
        known = (since != _NEVER).tolist()
        words = [*self._words, None]  # -1 is the last one
        return {
            **part.columns,
            GRADE: [words[code] for code in self._now[mine].tolist()],
            DAYS: [Decimal(each) if is_known else None for each, is_known in zip(days, known, strict=True)],
        }

    def _move(self, found: npt.NDArray[np.int16], mine: slice, day: int) -> None:
        now, left = self._now[mine], self._left[mine]
        if self._follows:
            stay = [self._codes[word] for word in (REFUSED, NO_ROW) if word in self._codes]
            found = np.where(np.isin(found, stay), now, found)
        is_begun = self._is_begun[mine]
        moved = (found != now) & (is_begun | self._follows)
        self.to_and_fro[mine] |= moved & (found == left)
        self._left[mine] = np.where(moved & is_begun, now, left)  # a grade on record was not given by this version
        self._since[mine] = np.where(moved, day, self._since[mine])
        self._now[mine] = found
        self._changes += int(moved.sum())

    def _code(self, word: str) -> int:
        if word not in self._codes:
            self._codes[word] = len(self._words)
            self._words.append(word)
        return self._codes[word]


_MICROSECOND: Final = dt.timedelta(microseconds=1)
_DAY: Final = DAY // _MICROSECOND
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _micros(at: dt.datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def follows_grades(rule_set: RuleSet) -> bool:
    """Whether a rule set gives the grades that it reads."""
    outputs = {column.name: column for column in rule_set.body.outputs}
    return "grade" in outputs and any(column.name == GRADE for column in rule_set.body.inputs)
