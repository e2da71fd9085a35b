"""What is found in a table: a sentence, regions of facts, and a witness that the reference evaluator has answered."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.engine.analysis.boxes import Box, Space
from rules.engine.analysis.words import conditions_in_words, value_in_words
from rules.engine.cell import Test
from rules.engine.reference import Outcome
from rules.engine.table import DecisionTable, RuleSet

Facts = Mapping[str, Any]


class FindingKind(enum.StrEnum):
    """What is wrong."""

    GAP = "gap"
    """Facts that no row takes."""
    OVERLAP = "overlap"
    """Facts that rows take which the hit policy does not allow together."""
    TIE = "tie"
    """Facts where rows of equal priority say different things, and only their order decides."""
    SHADOWED = "shadowed"
    """A row that never decides, because others always do before it."""
    UNREACHABLE = "unreachable"
    """A row with a cell that admits no value."""
    REPEATED = "repeated"
    """A row that says only what others say."""
    UNUSED_INPUT = "unused input"
    UNUSED_VALUE = "unused value"
    """A value of an output that no row gives."""
    FLUTTER = "flutter"
    """A value that would go to and fro on facts that do not change."""
    UNFINISHED = "unfinished"
    """A search that was given up."""


class Severity(enum.StrEnum):
    """How bad it is: an error if facts get no answer or a row none of its own; else a warning."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Region:
    """Facts that belong together: those that all the tests admit. Inputs without a test may have any value."""

    tests: Mapping[str, Test]
    words: str
    """The tests as a row has them."""

    def admits(self, facts: Facts) -> bool:
        """Whether these facts are inside. They must fit their columns."""
        return all(test.admits(facts[name]) for name, test in self.tests.items())


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or looks so."""

    kind: FindingKind
    severity: Severity
    sentence: str
    line: int = 0
    """In the rule file, from 1; 0: the table as a whole."""
    rows: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    is_all: bool = True
    """Whether the regions are all facts that are concerned, or only some."""
    witness: Facts | None = None
    """Facts that show it; None where no facts can."""
    answer: str = ""
    """What the reference evaluator answers for the witness."""


@dataclass(frozen=True)
class Report:
    """All findings of a rule set, errors first."""

    rule_set: RuleSet
    findings: tuple[Finding, ...]
    more: tuple[FindingKind, ...] = ()
    """Kinds of which there are more findings than are listed."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that are errors."""
        return tuple(each for each in self.findings if each.severity is Severity.ERROR)


def regions_of(space: Space, boxes: Sequence[Box]) -> tuple[Region, ...]:
    """Boxes as regions."""
    found = []
    for box in boxes:
        tests = space.tests(box)
        found.append(Region(tests, conditions_in_words(space.inputs, tests)))
    return tuple(found)


def answer_in_words(table: DecisionTable, outcome: Outcome) -> str:
    """What was answered, in one line."""
    if outcome.errors:
        return "; ".join(f"{error.fault}: {error.message}" for error in outcome.errors)
    columns = {column.name: column for column in table.outputs}
    each = (
        ", ".join(f"{name} {value_in_words(columns[name], value)}" for name, value in outputs.items())
        for outputs in outcome.results
    )
    return "; ".join(each) or "nothing"
