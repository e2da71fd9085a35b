"""What the rule sets about duties say: which duty is owed, how, on which occasion, and by which day."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from resolvers.decisions.making import Decided
from rules.engine.reference import Outcome
from rules.facts.calendar import WorkingCalendar, working_calendar
from rules.facts.vocabulary import Subject
from store.duty import DutyKind

Values = Mapping[str, Any]

DAY: Final = dt.timedelta(days=1)


class Slot(NamedTuple):
    """What there is one open duty of at most: a kind and an occasion of one subject."""

    subject_id: uuid.UUID
    kind: DutyKind
    occasion: str


@dataclass(frozen=True)
class DutyRules:
    """One rule set about duties, and what its outputs mean.

    `due_on` takes the facts, the result and the day. With `once` a duty that was ever there is not opened again.
    """

    rule_set: str
    kind: DutyKind
    about: Subject
    is_owed: Callable[[Values], bool]
    due_on: Callable[[Values, Values, dt.date], dt.date]
    manner: str | None = None
    occasion: str | None = None
    once: bool = False

    def slots(self, key: uuid.UUID, outcome: Outcome) -> dict[Slot, int]:
        """What a subject is owed, and by which of the results."""
        owed: dict[Slot, int] = {}
        for place, result in enumerate(outcome.results):
            if self.is_owed(result):
                owed.setdefault(Slot(key, self.kind, self._text(result, self.occasion) or ""), place)
        return owed

    def values(self, one: Decided, place: int, day: dt.date) -> dict[str, Any]:
        """Manner and day of what is owed by one of a decision's results."""
        result = one.outcome.results[place]
        return {"manner": self._text(result, self.manner), "due_on": self.due_on(one.facts, result, day)}

    @staticmethod
    def _text(result: Values, name: str | None) -> str | None:
        value = None if name is None else result.get(name)
        return None if value is None else str(value)


def worked_day(calendar: WorkingCalendar, day: dt.date, steps: int) -> dt.date:
    """The day that is so many working days after a day, or before it; 0 is the last working day up to it."""
    while not calendar.is_worked(day):
        day -= DAY
    for _ in range(abs(steps)):
        day += DAY if steps > 0 else -DAY
        while not calendar.is_worked(day):
            day += DAY if steps > 0 else -DAY
    return day


def _today(facts: Values, result: Values, day: dt.date) -> dt.date:
    del facts, result
    return day


def _callback_day(facts: Values, result: Values, day: dt.date) -> dt.date:
    """The first working day after the resolution, of which so many have begun."""
    del result
    return worked_day(working_calendar(), day, 1 - int(facts.get("working_days_since_resolved") or 0))


def _visit_day(facts: Values, result: Values, day: dt.date) -> dt.date:
    """The last visit's day, and the cadence; today where there was no visit."""
    passed, cadence = facts.get("days_since_visit"), result.get("every_days")
    return day if passed is None or cadence is None else day - DAY * max(0, int(passed - cadence))


def _is_one_of(name: str, *values: str) -> Callable[[Values], bool]:
    return lambda result: result.get(name) in values


def _is_true(name: str) -> Callable[[Values], bool]:
    return lambda result: result.get(name) is True


DUTY_RULES: Final = (
    DutyRules(
        "callback",
        DutyKind.CALLBACK,
        Subject.TICKET,
        _is_one_of("state", "waiting", "due", "overdue"),
        _callback_day,
    ),
    DutyRules(
        "sampling", DutyKind.SAMPLING, Subject.TICKET, _is_true("is_sampled"), _today, manner="checker", once=True
    ),
    DutyRules(
        "return_visit",
        DutyKind.RETURN_VISIT,
        Subject.CUSTOMER,
        _is_one_of("state", "due", "overdue"),
        _visit_day,
        manner="method",
    ),
    DutyRules("care", DutyKind.CARE, Subject.CUSTOMER, bool, _today, manner="manner", occasion="occasion"),
    DutyRules("archive_check", DutyKind.ARCHIVE_CHECK, Subject.CUSTOMER, _is_true("is_due"), _today),
    DutyRules("credit_review", DutyKind.CREDIT_REVIEW, Subject.CUSTOMER, _is_one_of("state", "due", "at_once"), _today),
)
"""All of them. Other kinds of duties are opened by commands, and end by commands only."""

RULES_OF: Final = MappingProxyType({rules.kind: rules for rules in DUTY_RULES})


def rules_about(subject: Subject) -> Iterator[DutyRules]:
    """Those about customers, or about tickets."""
    return (rules for rules in DUTY_RULES if rules.about is subject)
