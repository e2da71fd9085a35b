"""What a simulation found, as it is told to a reader: what quotes facts above the clearance is withheld."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass

from resolvers.decisions.telling import ToldFact


class RuleSimulationCounted(enum.StrEnum):
    """What was looked at."""

    CUSTOMERS = "CUSTOMERS"
    TICKETS = "TICKETS"
    DECISIONS = "DECISIONS"


@dataclass(frozen=True, slots=True)
class ToldLoad:
    """What those with one outcome amount to. What is not known, or withheld, is None; amounts are in cents."""

    count: int
    exposure_minor: int | None
    currency: str
    open_tickets: int | None
    open_complaints: int | None


@dataclass(frozen=True, slots=True)
class ToldMove:
    """How many have one outcome by the version in force and another, or the same, by the candidate."""

    before: str
    after: str
    load: ToldLoad


@dataclass(frozen=True, slots=True)
class ToldOutcome:
    """What those with one outcome amount to, by each side."""

    outcome: str
    before: ToldLoad
    after: ToldLoad


@dataclass(frozen=True, slots=True)
class ToldFactName:
    """A fact, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class ToldQuiet:
    """How many have the same outcome and another value of another output."""

    output: str
    count: int


@dataclass(frozen=True, slots=True)
class ToldWork:
    """What the results with one outcome ask for in all, by each side; None where there is none."""

    name: str
    unit: str
    outcome: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ToldResult:
    """All that a simulation found, but for whom. Of outcomes that are withheld there is none, only the counts."""

    simulation_id: uuid.UUID
    counted: RuleSimulationCounted
    looked_at_zh: str
    looked_at_en: str
    output: str
    count: int
    changed: int
    quiet: int
    quiet_outputs: tuple[ToldQuiet, ...]
    moves: tuple[ToldMove, ...]
    outcomes: tuple[ToldOutcome, ...]
    work: tuple[ToldWork, ...]
    without_history: tuple[ToldFactName, ...]
    withheld: str | None
    """The name of the clearance that the reader would need to know outcomes; None where they are told."""
    exposure_withheld: str | None


@dataclass(frozen=True, slots=True)
class ToldWords:
    """A reason in both languages; None where there is none, or where it is withheld."""

    zh: str | None
    en: str | None


@dataclass(frozen=True, slots=True)
class ToldMover:
    """One who would get another outcome, with a few facts and the reasons of both sides."""

    customer_id: uuid.UUID | None
    ticket_id: uuid.UUID | None
    before: str | None
    after: str | None
    withheld: str | None
    facts: tuple[ToldFact, ...]
    why_before: ToldWords
    why_after: ToldWords
    reasons_withheld: str | None


@dataclass(frozen=True, slots=True)
class ToldCount:
    """How many have one outcome in a month, by each side."""

    outcome: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class ToldMonth:
    """One month of a history."""

    at: dt.datetime
    outcomes: tuple[ToldCount, ...]
    before_changed: int
    after_changed: int


@dataclass(frozen=True, slots=True)
class ToldHistory:
    """Both sides month by month."""

    months: tuple[ToldMonth, ...]
    before_to_and_fro: int
    after_to_and_fro: int
    without_history: tuple[ToldFactName, ...]
