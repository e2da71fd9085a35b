"""A decision table for many cases at once: compiled to columns, and equal to the reference evaluator case for case.

Each distinct test is asked once of a whole column, and the rows are made of the answers. Which rows match says what a
table with constant outputs answers, so each distinct set of them is answered once, by the reference itself.
Cases whose facts do not fit, and rows with calculations, are left to the reference one by one; so is a table that
tests a number without declared places.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rules.engine.cell import Interval, Test
from rules.engine.coding import Codes, Coding, Flags, NotCodedError, exact
from rules.engine.expression import Constant
from rules.engine.kinds import Column, Kind
from rules.engine.reference import Outcome, decide, resolved
from rules.engine.table import DecisionTable, HitPolicy, Row

Facts = Mapping[str, Sequence[Any]]
"""Values by the names of the inputs, a place a case. A fact that is not given is null."""


@dataclass(frozen=True)
class Answers:
    """What a table answers in many cases."""

    outcomes: Sequence[Outcome]
    """The distinct ones, without reasons."""
    places: npt.NDArray[np.intp]
    """For each case, which of them it is."""

    def each(self) -> Iterator[Outcome]:
        """The outcome of each case."""
        return (self.outcomes[place] for place in self.places.tolist())


class BulkTable:
    """A decision table, ready for columns of facts. `is_compiled` is False where every case goes to the reference."""

    def __init__(self, table: DecisionTable) -> None:
        self.table = table
        self._codings = [Coding(column, _named(table, place)) for place, column in enumerate(table.inputs)]
        self._known: dict[bytes, Outcome | None] = {}
        try:
            self._atoms = {key: _Atom(*key, table.inputs[key[0]], self._codings[key[0]]) for key in _tests(table)}
            self.is_compiled = True
        except NotCodedError:
            self.is_compiled = False

    def decide(self, facts: Facts, count: int) -> Answers:
        """What the table answers in so many cases."""
        found = Found()
        places = np.full(count, -1, np.intp)
        if self.is_compiled and count:
            self._decide_at_once(facts, count, found, places)
        for case in np.flatnonzero(places < 0).tolist():
            given = {column.name: values[case] for column in self.table.inputs if (values := facts.get(column.name))}
            places[case] = found.place(_bare(decide(self.table, given)))
        return Answers(found.outcomes, places)

    def _decide_at_once(self, facts: Facts, count: int, found: Found, places: npt.NDArray[np.intp]) -> None:
        nothing = [None] * count
        columns = [coding.codes(facts.get(coding.column.name, nothing)) for coding in self._codings]
        fits = np.ones(count, np.bool_)
        for codes in columns:
            fits &= codes.fits
        passed = {key: atom.holds(columns[key[0]]) for key, atom in self._atoms.items()}
        distinct, of_case = _signatures(self._matching(passed, count))
        of_signature = [self._place(found, signature) for signature in distinct]
        places[:] = np.where(fits, np.array(of_signature, np.intp)[of_case], -1)

    def _matching(self, passed: Mapping[tuple[int, Test], Flags], count: int) -> npt.NDArray[np.bool_]:
        """For each row of the table, which cases match it; with FIRST only the first match of each case."""
        matching = np.zeros((len(self.table.rows), count), np.bool_)
        is_open = np.ones(count, np.bool_)
        for place, row in enumerate(self.table.rows):
            matching[place] = is_open
            for key in row.looks_at:
                matching[place] &= passed[key]
            if self.table.policy is HitPolicy.FIRST:
                is_open &= ~matching[place]
        return matching

    def _place(self, found: Found, signature: bytes) -> int:
        """The place of the outcome of a set of matching rows; -1 if it depends on the facts."""
        if signature not in self._known:
            self._known[signature] = self._answer(signature)
        outcome = self._known[signature]
        return -1 if outcome is None else found.place(outcome)

    def _answer(self, signature: bytes) -> Outcome | None:
        bits = np.unpackbits(np.frombuffer(signature, np.uint8), count=len(self.table.rows))
        hits = [row for row, hit in zip(self.table.rows, bits, strict=True) if hit]
        return _bare(resolved(self.table, hits, {})) if all(map(_is_constant, hits)) else None


class Found:
    """The distinct outcomes so far, in the order in which they came."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self._places: dict[Any, int] = {}

    def place(self, outcome: Outcome) -> int:
        """The place of an outcome, which is new or not."""
        results = tuple(tuple(result.items()) for result in outcome.results)
        key = (results, outcome.rows, outcome.matched, outcome.errors)
        if key not in self._places:
            self._places[key] = len(self.outcomes)
            self.outcomes.append(outcome)
        return self._places[key]


class _Atom:
    """A test of a column in terms of its codes."""

    def __init__(self, place: int, test: Test, column: Column, coding: Coding) -> None:
        del place
        self._test = test
        self._values = _codes_named(test, column, coding)
        self._intervals = [_whole(interval, column) for interval in test.intervals]

    def holds(self, codes: Codes) -> Flags:
        """In which cases the test admits the value."""
        inside = np.isin(codes.numbers, self._values) if self._values else np.zeros(len(codes.numbers), np.bool_)
        for low, high in self._intervals:
            within = np.ones(len(codes.numbers), np.bool_)
            if low is not None:
                within &= codes.numbers >= low
            if high is not None:
                within &= codes.numbers <= high
            inside |= within
        admitted = ~inside if self._test.negated else inside
        return np.where(codes.known, admitted, self._test.null)


def _tests(table: DecisionTable) -> dict[tuple[int, Test], None]:
    """Each distinct test, with the place of its column."""
    return dict.fromkeys(key for row in table.rows for key in row.looks_at)


def _named(table: DecisionTable, place: int) -> tuple[str, ...]:
    if table.inputs[place].kind is not Kind.TEXT:
        return ()
    return tuple(value for row in table.rows for value in row.tests[place].values)


def _codes_named(test: Test, column: Column, coding: Coding) -> list[int]:
    if column.kind is Kind.BOOLEAN:
        return [int(value) for value in test.values]
    if column.kind in (Kind.TEXT, Kind.ENUM):
        return [coding.texts[value] for value in test.values if value in coding.texts]
    places = [exact(column, value) for value in test.values]
    return [int(each) for each in places if each.denominator == 1]


def _whole(interval: Interval, column: Column) -> tuple[int | None, int | None]:
    """The first and the last code in an interval."""
    low = high = None
    if interval.low is not None:
        at = exact(column, interval.low)
        low = math.ceil(at) if interval.has_low else math.floor(at) + 1
    if interval.high is not None:
        at = exact(column, interval.high)
        high = math.floor(at) if interval.has_high else math.ceil(at) - 1
    return low, high


def _signatures(matching: npt.NDArray[np.bool_]) -> tuple[list[bytes], npt.NDArray[np.intp]]:
    """The distinct sets of matching rows, and for each case which of them is its own."""
    packed = np.ascontiguousarray(np.packbits(matching, axis=0).T)
    if not packed.shape[1]:
        return [b""], np.zeros(matching.shape[1], np.intp)
    whole = packed.view(np.dtype((np.void, packed.shape[1]))).reshape(-1)
    distinct, of_case = np.unique(whole, return_inverse=True)
    return [each.tobytes() for each in distinct], of_case


def _is_constant(row: Row) -> bool:
    return all(isinstance(expression, Constant) for expression in row.outputs)


def _bare(outcome: Outcome) -> Outcome:
    return dataclasses.replace(outcome, reasons=())
