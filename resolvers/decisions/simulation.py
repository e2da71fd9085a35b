"""What a simulation finds: who would get which outcome before and after, and what that does."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from rules.engine.bulk import BulkTable
from rules.engine.kinds import Column
from rules.engine.reference import Outcome
from rules.engine.table import RuleSet, Words

REFUSED: Final = "(refused)"
"""In place of an outcome: nothing was decided, because a fact is not known or rows contradict each other."""

NO_ROW: Final = "(no row)"
"""In place of an outcome: no row matches."""

NOT_IN_FORCE: Final = "(not in force)"
"""In place of the outcome before: no version of the rule set is in force."""

_LAST: Final = (NO_ROW, REFUSED, NOT_IN_FORCE)


@dataclass
class Load:
    """What the customers with one outcome amount to: how many, what they owe (in yuan), and what of theirs is open."""

    customers: int = 0
    exposure: Decimal = Decimal(0)
    open_tickets: int = 0
    open_complaints: int = 0

    def add(self, other: Load) -> None:
        """Count others in."""
        self.customers += other.customers
        self.exposure += other.exposure
        self.open_tickets += other.open_tickets
        self.open_complaints += other.open_complaints


@dataclass(frozen=True)
class Mover:
    """A customer who would get another outcome, with the reasons of both."""

    id: uuid.UUID
    code: str
    name: str
    before: str
    after: str
    value_12m: Decimal | None
    exposure: Decimal | None
    reason_before: Words
    reason_after: Words


@dataclass(frozen=True)
class Step:
    """One instant of a history: how many customers have each outcome, and how many got another one at it."""

    at: dt.datetime
    before: Mapping[str, int]
    after: Mapping[str, int]
    changes_before: int
    changes_after: int


@dataclass(frozen=True)
class History:
    """Both versions month by month. To and fro go customers who come back to an outcome that they had left."""

    steps: tuple[Step, ...]
    to_and_fro_before: int
    to_and_fro_after: int
    without_history: tuple[str, ...] = ()
    """Facts that are known for now only, so that a past month was decided with today's value."""


@dataclass
class Simulation:
    """A candidate beside the version in force, over all customers, as of one instant."""

    rule_set: RuleSet
    """The candidate."""
    against: int | None
    """The number of the version in force; None if there is none."""
    at: dt.datetime
    pairs: dict[tuple[str, str], Load] = field(default_factory=dict)
    """What it amounts to, by the outcome before and the one after."""
    movers: Sequence[Mover] = ()
    """The customers who spend most among those who would get another outcome."""
    history: History | None = None
    facts_seconds: float = 0.0
    rules_seconds: float = 0.0

    @property
    def customers(self) -> int:
        """All customers that were looked at."""
        return sum(load.customers for load in self.pairs.values())

    @property
    def changed(self) -> int:
        """The customers who would get another outcome."""
        return sum(load.customers for (before, after), load in self.pairs.items() if before != after)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes that occur, in the order of the output's values."""
        return in_order(self.rule_set, {outcome for pair in self.pairs for outcome in pair})

    def loads(self) -> dict[str, tuple[Load, Load]]:
        """For each outcome what its customers amount to, before and after."""
        found = {outcome: (Load(), Load()) for outcome in self.outcomes}
        for (before, after), load in self.pairs.items():
            found[before][0].add(load)
            found[after][1].add(load)
        return found


def in_order(rule_set: RuleSet, outcomes: Iterable[str]) -> tuple[str, ...]:
    """Outcomes in the order in which the output names its values; what is no value stands at the end."""
    values = [*outcome_column(rule_set).values, *("true", "false")]
    places = {value: place for place, value in enumerate(values)}
    last = {value: len(values) + 1 + place for place, value in enumerate(_LAST)}
    return tuple(sorted(outcomes, key=lambda one: (last.get(one, places.get(one, len(values))), one)))


def outcome_column(rule_set: RuleSet) -> Column:
    """The output by which outcomes are told apart: the first enum, or else the first of all."""
    outputs = rule_set.table.outputs
    return next((column for column in outputs if column.values), outputs[0])


class Side:
    """One version in a simulation."""

    def __init__(self, rule_set: RuleSet) -> None:
        self.rule_set = rule_set
        self.reads = tuple(column.name for column in rule_set.table.inputs)
        self.bulk = BulkTable(rule_set.table)
        self._output = outcome_column(rule_set).name

    def label(self, outcome: Outcome) -> str:
        """An outcome in a word. Of several results it is that of the first."""
        if outcome.errors:
            return REFUSED
        if not outcome.results:
            return NO_ROW
        value = outcome.results[0][self._output]
        return str(value).lower() if isinstance(value, bool) else "null" if value is None else str(value)

    def labels(
        self, facts: Mapping[str, Sequence[object]], ids: Sequence[uuid.UUID], refused: Mapping[str, set[uuid.UUID]]
    ) -> list[str]:
        """The outcomes of customers, in words. `refused` says by facts of whom each cannot be known."""
        answers = self.bulk.decide(facts, len(ids))
        words = [self.label(outcome) for outcome in answers.outcomes]
        found = [words[place] for place in answers.places.tolist()]
        unknown = set().union(*(refused.get(name, ()) for name in self.reads))
        return [REFUSED if key in unknown else word for key, word in zip(ids, found, strict=True)] if unknown else found


def counted(labels: Iterable[str]) -> Mapping[str, int]:
    """How often each occurs."""
    return Counter(labels)
