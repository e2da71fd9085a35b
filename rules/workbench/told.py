"""What the analyst's questions are answered with: plain objects of texts and numbers, for whoever shows them.

The values of these enums are names: those of the engine's own enums, which are words.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

MOST_FINDINGS: Final = 50
"""Findings that are told; the check counts them all."""
MOST_LISTED: Final = 500
"""Cases, uncovered rows and changes that are told; they are counted too."""
MOST_REGIONS: Final = 10
"""Regions of a finding that are told."""
MOST_NAMES: Final = 100
MOST_DIFFERING: Final = 20
"""Regions of a comparison: it finds no more."""
MOST_CELLS: Final = 60
"""Cells of a region, and facts of a witness: a table has no more inputs."""


class RuleText(enum.StrEnum):
    """Which of the texts that were given."""

    TEXT = "TEXT"
    CASES = "CASES"
    BEFORE = "BEFORE"
    FACTS = "FACTS"


class RuleFindingKind(enum.StrEnum):
    """What is wrong in a table."""

    GAP = "GAP"
    OVERLAP = "OVERLAP"
    TIE = "TIE"
    SHADOWED = "SHADOWED"
    UNREACHABLE = "UNREACHABLE"
    REPEATED = "REPEATED"
    UNUSED_INPUT = "UNUSED_INPUT"
    UNUSED_VALUE = "UNUSED_VALUE"
    FLUTTER = "FLUTTER"
    UNFINISHED = "UNFINISHED"


class RuleFindingSeverity(enum.StrEnum):
    """How bad a finding is."""

    ERROR = "ERROR"
    WARNING = "WARNING"


class RuleChangeKind(enum.StrEnum):
    """What was done to a row, a column or a key."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"
    MOVED = "MOVED"
    RENAMED = "RENAMED"


class RuleVerdict(enum.StrEnum):
    """What is known of the answers of two texts."""

    EQUAL = "EQUAL"
    DIFFERENT = "DIFFERENT"
    UNDECIDED = "UNDECIDED"


@dataclass(frozen=True, slots=True)
class ToldProblem:
    """Something that is wrong in a text. `line` and `column` count from 1."""

    text: RuleText
    line: int
    column: int
    cell: str
    message: str
    source: str


@dataclass(frozen=True, slots=True)
class ToldName:
    """The name of a row."""

    name: str


@dataclass(frozen=True, slots=True)
class ToldCell:
    """A test of an input, as a cell has it."""

    input: str
    test: str


@dataclass(frozen=True, slots=True)
class ToldValue:
    """A fact of a witness; its value as text, None where it is not known."""

    name: str
    value: str | None
    unit: str


@dataclass(frozen=True, slots=True)
class ToldRegion:
    """Facts that belong together."""

    words: str
    cells: tuple[ToldCell, ...]


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """One thing that is wrong, or looks so. Without a place where it is about the table as a whole."""

    kind: RuleFindingKind
    severity: RuleFindingSeverity
    sentence: str
    line: int | None
    column: int | None
    rows: tuple[ToldName, ...]
    regions: tuple[ToldRegion, ...]
    is_all: bool
    witness: tuple[ToldValue, ...]
    answer: str | None


@dataclass(frozen=True, slots=True)
class ToldKind:
    """A kind of which there are more findings than the check lists."""

    kind: RuleFindingKind


@dataclass(frozen=True, slots=True)
class ToldCheck:
    """Everything that can be proved wrong in a text; or why it cannot be read."""

    rule_set: str | None
    errors: int
    count: int
    findings: tuple[ToldFinding, ...]
    more: tuple[ToldKind, ...]
    problems: tuple[ToldProblem, ...]


@dataclass(frozen=True, slots=True)
class ToldDifference:
    """In what a case came out otherwise than it expects."""

    sentence: str


@dataclass(frozen=True, slots=True)
class ToldCase:
    """How a case ended."""

    name: str
    line: int
    passed: bool
    differences: tuple[ToldDifference, ...]


@dataclass(frozen=True, slots=True)
class ToldTest:
    """How the cases ended, and which rows no case needs; or why the texts cannot be read."""

    rule_set: str | None
    case_count: int
    passed_count: int
    row_count: int
    covered_count: int
    cases: tuple[ToldCase, ...]
    uncovered: tuple[ToldName, ...]
    problems: tuple[ToldProblem, ...]


@dataclass(frozen=True, slots=True)
class ToldText:
    """A text with its table lined up; None where it cannot be read."""

    text: str | None
    is_changed: bool
    problems: tuple[ToldProblem, ...]


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One change: of which row, column or key."""

    kind: RuleChangeKind
    of: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ToldDiffering:
    """Facts on which answers differ, with an example."""

    words: str
    cells: tuple[ToldCell, ...]
    is_certain: bool
    witness: tuple[ToldValue, ...]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ToldComparison:
    """What was changed, and where the answers differ; or why the texts cannot be read."""

    rule_set: str | None
    verdict: RuleVerdict | None
    sentence: str | None
    change_count: int
    changes: tuple[ToldChange, ...]
    regions: tuple[ToldDiffering, ...]
    is_all: bool
    problems: tuple[ToldProblem, ...]


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A row that decided, and why, in both languages."""

    name: str
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class ToldResult:
    """One result: its outputs."""

    outputs: tuple[ToldValue, ...]


@dataclass(frozen=True, slots=True)
class ToldFailedTest:
    """A test of a fact, and the value that does not pass; None where it is not known."""

    fact: str
    test: str
    value: str | None
    unit: str


@dataclass(frozen=True, slots=True)
class ToldPassedOver:
    """A row that does not match, with the tests that the facts do not pass."""

    name: str
    failed: tuple[ToldFailedTest, ...]


@dataclass(frozen=True, slots=True)
class ToldTrial:
    """What rules say of facts that were given; or why they could not be asked."""

    rule_set: str | None
    results: tuple[ToldResult, ...]
    rows: tuple[ToldRow, ...]
    fault: str | None
    passed_over: tuple[ToldPassedOver, ...]
    problems: tuple[ToldProblem, ...]
