"""What a simulation finds: who would get which outcome before and after, and what that does."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from resolvers.decisions.books import Counted
from resolvers.decisions.sides import in_order, outcome_column
from rules.engine.table import RuleSet, Words
from rules.engine.words import NO_WORDS
from rules.facts.vocabulary import Subject


class Owing(NamedTuple):
    """What a customer owes (in yuan), and what of its is open."""

    exposure: Decimal = Decimal(0)
    open_tickets: int = 0
    open_complaints: int = 0


@dataclass
class Load:
    """What the subjects with one outcome amount to: how many, what they owe (in yuan), and what of theirs is open.

    Of tickets and decisions it is their customers who owe, each counted once.
    """

    customers: int = 0
    exposure: Decimal = Decimal(0)
    open_tickets: int = 0
    open_complaints: int = 0
    subjects: int = 0
    """How many tickets or decisions; 0 where it is customers themselves who are looked at."""
    met: dict[uuid.UUID, Owing] = field(default_factory=dict, compare=False, repr=False)
    """Whose they are."""

    @property
    def count(self) -> int:
        """How many subjects."""
        return self.subjects or self.customers

    def add_customer(self, owing: Owing) -> None:
        """Count a customer in."""
        self.customers += 1
        self.exposure += owing.exposure
        self.open_tickets += owing.open_tickets
        self.open_complaints += owing.open_complaints

    def add_subject(self, customer: uuid.UUID | None, owing: Owing) -> None:
        """Count a ticket or a decision in, and whose it is if that is new."""
        self.subjects += 1
        if customer is not None:
            self._meet(customer, owing)

    def add(self, other: Load) -> None:
        """Count others in."""
        self.subjects += other.subjects
        for customer, owing in other.met.items():
            self._meet(customer, owing)
        if not other.subjects:
            self.customers += other.customers
            self.exposure += other.exposure
            self.open_tickets += other.open_tickets
            self.open_complaints += other.open_complaints

    def _meet(self, customer: uuid.UUID, owing: Owing) -> None:
        if customer not in self.met:
            self.met[customer] = owing
            self.add_customer(owing)


@dataclass(frozen=True)
class Mover:
    """A subject that would get another outcome, with the reasons of both."""

    id: uuid.UUID
    """Of the customer, the ticket or the decision."""
    customer_id: uuid.UUID | None
    """Of the customer whom it is about; None where a decision is about none."""
    code: str | None
    """The customer's; None where a decision is about none."""
    name: str | None
    """The customer's."""
    before: str
    after: str
    value_12m: Decimal | None
    exposure: Decimal | None
    reason_before: Words
    reason_after: Words
    ticket_id: uuid.UUID | None = None
    number: str | None = None
    """Of the ticket, where it is about one."""
    title: str | None = None
    """What the ticket is about."""


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


@dataclass(frozen=True)
class Work:
    """What results ask for by one measure: a number with its unit, added up; or how many are true, or there are."""

    name: str
    """The output, or `RESULTS`."""
    unit: str
    """Of the sum; empty where results are counted."""
    before: Mapping[str, Decimal]
    """By outcome; of several results of a subject each by its own."""
    after: Mapping[str, Decimal]


@dataclass
class Simulation:
    """A candidate beside the version in force, over all subjects that were looked at, as of one instant."""

    rule_set: RuleSet
    """The candidate."""
    against: int | None
    """The number of the version in force; None if there is none."""
    at: dt.datetime
    counted: Counted = Counted.CUSTOMERS
    """What the subjects are."""
    output: str = ""
    """The output by which outcomes are told apart."""
    looked_at: Words = NO_WORDS
    """Which subjects were looked at."""
    pairs: dict[tuple[str, str], Load] = field(default_factory=dict)
    """What it amounts to, by the outcome before and the one after."""
    movers: Sequence[Mover] = ()
    """Of those who would get another outcome, who spend most."""
    quiet: int = 0
    """How many would keep their outcome and get another value of another output."""
    quiet_outputs: Counter[str] = field(default_factory=Counter)
    """How many of them by output; one may be counted at several."""
    work: Sequence[Work] = ()
    """What all results ask for."""
    history: History | None = None
    without_history: tuple[str, ...] = ()
    """Facts that are known for now only, where others are as of an instant before."""
    facts_seconds: float = 0.0
    rules_seconds: float = 0.0

    @property
    def about(self) -> str:
        """What the rules decide about; where they have inputs of their own, it is customers for whom these stand."""
        return self.rule_set.about or Subject.CUSTOMER.value

    @property
    def count(self) -> int:
        """All subjects that were looked at."""
        return sum(load.count for load in self.pairs.values())

    @property
    def customers(self) -> int:
        """All customers that were looked at, or whose tickets or decisions were."""
        if self.counted is Counted.CUSTOMERS:
            return self.count
        return len(set[uuid.UUID]().union(*(load.met for load in self.pairs.values())))

    @property
    def changed(self) -> int:
        """The subjects that would get another outcome."""
        return sum(load.count for (before, after), load in self.pairs.items() if before != after)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes that occur, in the order of the output's values."""
        return self.in_order({outcome for pair in self.pairs for outcome in pair})

    def in_order(self, outcomes: Iterable[str]) -> tuple[str, ...]:
        """Outcomes in the order of the output's values."""
        return in_order(outcome_column(self.rule_set, self.output or None), outcomes)

    def loads(self) -> dict[str, tuple[Load, Load]]:
        """For each outcome what its subjects amount to, before and after."""
        found = {outcome: (Load(), Load()) for outcome in self.outcomes}
        for (before, after), load in self.pairs.items():
            found[before][0].add(load)
            found[after][1].add(load)
        return found
