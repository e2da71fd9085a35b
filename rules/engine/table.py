"""Decision tables and rule sets: what a file says, once it has been read. Nothing here knows how it was written."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rules.engine.cell import Test
from rules.engine.chain import Chain
from rules.engine.expression import Expression
from rules.engine.kinds import Column, Kind
from rules.engine.words import LOCALES, NO_WORDS, Words

__all__ = ("LOCALES", "DecisionTable", "HitPolicy", "Row", "RuleSet", "TableError", "Words", "check_table")


class HitPolicy(enum.StrEnum):
    """What a table answers when rows match, as files name it."""

    UNIQUE = "UNIQUE"
    ANY = "ANY"
    PRIORITY = "PRIORITY"
    FIRST = "FIRST"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"
    COLLECT = "COLLECT"
    SUM = "COLLECT SUM"
    MIN = "COLLECT MIN"
    MAX = "COLLECT MAX"
    COUNT = "COLLECT COUNT"

    @property
    def is_total(self) -> bool:
        """Whether one number is made of all matching rows."""
        return self in (HitPolicy.SUM, HitPolicy.MIN, HitPolicy.MAX, HitPolicy.COUNT)

    @property
    def ranks(self) -> bool:
        """Whether the order of an output's values decides."""
        return self in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER)


@dataclass(frozen=True)
class Row:
    """One row: a test for each input, an expression for each output, and why."""

    id: str
    tests: tuple[Test, ...]
    outputs: tuple[Expression, ...]
    reason: Words = NO_WORDS
    line: int = field(default=0, compare=False)

    @cached_property
    def looks_at(self) -> tuple[tuple[int, Test], ...]:
        """The inputs that matter to it, by their places, with their tests."""
        return tuple((place, test) for place, test in enumerate(self.tests) if not test.is_any)


@dataclass(frozen=True)
class DecisionTable:
    """Rows over typed inputs, and the policy that says what several matching rows mean."""

    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    policy: HitPolicy
    rows: tuple[Row, ...]
    defaults: tuple[Expression, ...] | None = None
    """What it answers when no row matches: a constant for each output."""

    def rank(self, outputs: Mapping[str, Any]) -> tuple[int, ...]:
        """The place of outputs by the order of their values; less is more important."""
        ranked = [column for column in self.outputs if column.values]
        return tuple(
            column.values.index(value) if (value := outputs[column.name]) in column.values else len(column.values)
            for column in ranked
        )


class TableError(ValueError):
    """A table cannot mean anything, whatever its cells say."""


def check_table(table: DecisionTable) -> None:
    """See that the hit policy suits the outputs.

    Raises:
        TableError: it does not.
    """
    if table.policy.ranks and not any(column.values for column in table.outputs):
        raise TableError(f"{table.policy} needs an output of type enum, whose values are in order of priority")
    if not table.policy.is_total:
        return
    if len(table.outputs) != 1:
        raise TableError(f"{table.policy} makes one number, so the table has one output")
    if table.policy is not HitPolicy.COUNT and table.outputs[0].kind is not Kind.NUMBER:
        raise TableError(f"{table.policy} needs an output of type number")


@dataclass(frozen=True)
class State:
    """An output whose last value is a fact of the next decision, as a customer's grade is. All three are names."""

    of: str
    """The output."""
    fact: str
    """The input that holds its last value."""
    since: str | None = None
    """The input that counts the days since it had this value."""


@dataclass(frozen=True)
class RuleSet:
    """A decision table, or rules that chain, with who answers for it, and when it holds."""

    name: str
    title: Words
    owner: str
    body: DecisionTable | Chain
    effective_from: dt.date | None = None
    effective_until: dt.date | None = None
    """The first day on which it no longer holds."""
    about: str = ""
    """What it decides about, when its inputs are facts of the vocabulary."""
    state: State | None = None
    path: str = field(default="", compare=False)

    def holds_on(self, day: dt.date) -> bool:
        """Whether it is in effect on this day."""
        begun = self.effective_from is None or self.effective_from <= day
        return begun and (self.effective_until is None or day < self.effective_until)

    @property
    def table(self) -> DecisionTable:
        """Its decision table.

        Raises:
            TableError: it has rules that chain instead.
        """
        if isinstance(self.body, Chain):
            raise TableError(f"{self.name} has rules that chain, and no decision table")
        return self.body

    @property
    def rows(self) -> tuple[str, ...]:
        """The names of its rows, or of its rules."""
        each = self.body.rules if isinstance(self.body, Chain) else self.body.rows
        return tuple(row.id for row in each)

    @property
    def lines(self) -> dict[str, int]:
        """The line of each of them in the file."""
        each = self.body.rules if isinstance(self.body, Chain) else self.body.rows
        return {row.id: row.line for row in each}

    @property
    def of_rows(self) -> str:
        """What its rows are called in words and in files of cases: `row`, or `rule` where rules chain."""
        return "rule" if isinstance(self.body, Chain) else "row"
