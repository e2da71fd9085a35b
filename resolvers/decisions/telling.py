"""Decisions told to a reader: facts, results and reasons, each withheld from whoever may not read what it tells."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from resolvers.decisions.records import Record
from resolvers.rule_sets.versions import Version
from rules.engine.kinds import Column
from rules.engine.recording import facts_of, unknown_of, value_text
from rules.engine.table import Row, Words
from rules.facts.levels import level_of, level_of_inputs, level_of_reason, levels_of_outputs
from rules.facts.vocabulary import Level, vocabulary
from store.clearance import Clearance


@dataclass(frozen=True, slots=True)
class ToldFact:
    """A fact on which a decision was made. A fact that is not known has no value, and is not withheld."""

    name: str
    meaning_zh: str
    meaning_en: str
    value: str | None
    unit: str
    withheld: str | None
    """The name of the clearance that the reader would need; None where the value is told."""


@dataclass(frozen=True, slots=True)
class ToldResult:
    """One output of a decision."""

    name: str
    value: str | None
    withheld: str | None


@dataclass(frozen=True, slots=True)
class ToldReason:
    """Why one row decided as it did, as its author said it."""

    row: str
    zh: str | None
    en: str | None
    withheld: str | None


@dataclass(frozen=True, slots=True)
class Content:
    """What a decision was made of, and what it gave."""

    facts: tuple[ToldFact, ...]
    results: tuple[ToldResult, ...]
    reasons: tuple[ToldReason, ...]
    fault: str | None
    """Why nothing was decided, a line each. It may quote any of the facts."""
    fault_withheld: str | None


class Telling:
    """One decision as a reader of a clearance may know it."""

    def __init__(self, record: Record, version: Version, clearance: Clearance) -> None:
        self.record, self.version, self.clearance = record, version, clearance
        self.table = version.rule_set.table

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """The facts as they were recorded: not for the reader's eyes."""
        return facts_of(self.table.inputs, self.record.facts)

    @cached_property
    def rows(self) -> Sequence[str]:
        """The rows that decided."""
        found: list[str] = json.loads(self.record.rows)
        return found

    def facts(self) -> list[ToldFact]:
        """All facts that the rule set reads, in its order."""
        return [self.fact(column) for column in self.table.inputs]

    def fact(self, column: Column) -> ToldFact:
        """One of them."""
        withheld, meaning = self.withheld(level_of(column.name)), meaning_of(column.name)
        value = None if withheld else value_text(self.values[column.name])
        return ToldFact(column.name, meaning.zh, meaning.en, value, column.unit, withheld)

    def results(self) -> list[ToldResult]:
        """The outputs of each result, one after the other; those of totals quote all rows that they are made of."""
        told = []
        for place, result in enumerate(json.loads(self.record.results)):
            levels = self._levels_of_result(place)
            for name, value in result.items():
                withheld = self.withheld(levels.get(name, Level.PUBLIC))
                told.append(ToldResult(name, None if withheld else _plain(value), withheld))
        return told

    def reasons(self) -> list[ToldReason]:
        """The reasons of the rows that decided."""
        pairs = zip(self._rows(), json.loads(self.record.reasons), strict=True)
        return [self._reason(row, words) for row, words in pairs]

    def content(self) -> Content:
        """All of it."""
        fault = self.record.fault
        withheld = None if fault is None else self.withheld(level_of_inputs(self.table))
        shown = None if withheld else fault
        return Content(tuple(self.facts()), tuple(self.results()), tuple(self.reasons()), shown, withheld)

    def withheld(self, level: Level) -> str | None:
        """The name of the clearance that the reader lacks for something of a level; None where it is enough."""
        needed = Clearance[level.name]
        return needed.name if needed > self.clearance else None

    @property
    def unknown(self) -> str | None:
        """Why the facts could not be known."""
        return unknown_of(self.record.facts)

    def _rows(self) -> Iterator[Row]:
        by_id = {row.id: row for row in self.table.rows}
        return (by_id[key] for key in self.rows)

    def _levels_of_result(self, place: int) -> Mapping[str, Level]:
        rows = list(self._rows())
        if self.table.policy.is_total:
            return dict.fromkeys((column.name for column in self.table.outputs), level_of_inputs(self.table))
        return levels_of_outputs(self.table, rows[place]) if place < len(rows) else {}

    def _reason(self, row: Row, words: Mapping[str, str]) -> ToldReason:
        withheld = self.withheld(level_of_reason(self.table, row))
        zh, en = (None, None) if withheld else (words["zh"], words["en"])
        return ToldReason(row.id, zh, en, withheld)


def meaning_of(name: str) -> Words:
    """What a fact means, as the vocabulary says; nothing of what it does not know."""
    fact = vocabulary().facts.get(name)
    return Words() if fact is None else fact.meaning


def _plain(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
