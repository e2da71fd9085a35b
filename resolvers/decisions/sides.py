"""One version in a simulation: what it says of many subjects, in a word each, and what that asks for."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from resolvers.decisions.explaining import UnknownOutputError
from rules.engine.bulk_chain import bulk_of
from rules.engine.chain import Chain
from rules.engine.kinds import Column, Kind, Value
from rules.engine.reference import Outcome
from rules.engine.table import HitPolicy, RuleSet

REFUSED: Final = "(refused)"
"""In place of an outcome: nothing was decided, because a fact is not known or rows contradict each other."""

NO_ROW: Final = "(no row)"
"""In place of an outcome: no row matches."""

NOT_IN_FORCE: Final = "(not in force)"
"""In place of the outcome before: no version of the rule set is in force."""

NO_OUTPUT: Final = "(no such output)"
"""In place of an outcome: the version has no output of the name by which outcomes are told apart."""

RESULTS: Final = "(results)"
"""In place of an output's name: results are counted."""

_LAST: Final = (NO_ROW, REFUSED, NOT_IN_FORCE, NO_OUTPUT)
_SEVERAL: Final = (HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT)


def outcome_column(rule_set: RuleSet, output: str | None = None) -> Column:
    """The output by which outcomes are told apart: the one that is named; or the first enum, or else the first of all.

    Raises:
        UnknownOutputError: there is none of this name.
    """
    outputs = rule_set.body.outputs
    if output is None:
        return next((column for column in outputs if column.values), outputs[0])
    for column in outputs:
        if column.name == output:
            return column
    known = ", ".join(column.name for column in outputs)
    raise UnknownOutputError(f"{rule_set.name} gives {known}, and no {output}")


def in_order(column: Column, outcomes: Iterable[str]) -> tuple[str, ...]:
    """Outcomes in the order in which the output names its values; what is no value stands at the end."""
    values = [*column.values, *("true", "false")]
    places = {value: place for place, value in enumerate(values)}
    last = {value: len(values) + 1 + place for place, value in enumerate(_LAST)}
    return tuple(sorted(outcomes, key=lambda one: (last.get(one, places.get(one, len(values))), one)))


@dataclass(frozen=True)
class Answered:
    """What a version says of some subjects."""

    labels: Sequence[str]
    """The outcome of each, in a word."""
    outcomes: Sequence[Outcome]
    """The distinct ones."""
    places: Sequence[int]
    """For each subject, which of them it is; -1 where its facts cannot be known."""


class Side:
    """One version in a simulation. `output` is that by which outcomes are told apart."""

    def __init__(self, rule_set: RuleSet, output: str | None = None) -> None:
        self.rule_set = rule_set
        self.reads = tuple(column.name for column in rule_set.body.inputs)
        self.work: Counter[tuple[str, str]] = Counter()
        """What all results ask for, by outcome and measure."""
        self._bulk = bulk_of(rule_set.body)
        self._output = output or outcome_column(rule_set).name
        self._has_output = any(column.name == self._output for column in rule_set.body.outputs)

    def label(self, outcome: Outcome) -> str:
        """An outcome in a word. Of several results it is that of the first."""
        if outcome.errors:
            return REFUSED
        return self._word(outcome.results[0]) if outcome.results else NO_ROW

    def labels(
        self, facts: Mapping[str, Sequence[object]], ids: Sequence[uuid.UUID], refused: Mapping[str, set[uuid.UUID]]
    ) -> Sequence[str]:
        """The outcomes of subjects, in words. `refused` says by facts of whom each cannot be known."""
        return self.answer(facts, ids, refused).labels

    def answer(
        self, facts: Mapping[str, Sequence[object]], ids: Sequence[uuid.UUID], refused: Mapping[str, set[uuid.UUID]]
    ) -> Answered:
        """The same, with what was answered."""
        answers = self._bulk.decide(facts, len(ids))
        words = [self.label(outcome) for outcome in answers.outcomes]
        unknown = set[uuid.UUID]().union(*(refused.get(name, ()) for name in self.reads))
        places = answers.places.tolist()
        if unknown:
            places = [-1 if key in unknown else place for key, place in zip(ids, places, strict=True)]
        return Answered([REFUSED if place < 0 else words[place] for place in places], answers.outcomes, places)

    def tally(self, answered: Answered) -> None:
        """Count in what the answers ask for."""
        counts = np.bincount([place for place in answered.places if place >= 0], minlength=len(answered.outcomes))
        for outcome, count in zip(answered.outcomes, counts.tolist(), strict=True):
            for result in outcome.results if count else ():
                word = self._word(result)
                for name, amount in self._amounts(result):
                    self.work[word, name] += amount * count

    def _amounts(self, result: Mapping[str, Value | None]) -> Iterator[tuple[str, int | Decimal]]:
        for name in measures(self.rule_set):
            value = 1 if name == RESULTS else result[name]
            if isinstance(value, bool | int | Decimal):
                yield name, value if isinstance(value, Decimal) else int(value)

    def _word(self, result: Mapping[str, Value | None]) -> str:
        if not self._has_output:
            return NO_OUTPUT
        value = result[self._output]
        return str(value).lower() if isinstance(value, bool) else "null" if value is None else str(value)


def measures(rule_set: RuleSet) -> tuple[str, ...]:
    """What results are added up by: their number where there are several, sums with a unit, and what is true.

    Percentages and numbers without a unit are not added up: their sums mean nothing.
    """
    body = rule_set.body
    several = [RESULTS] if not isinstance(body, Chain) and body.policy in _SEVERAL else []
    return (*several, *(column.name for column in body.outputs if _adds_up(column)))


def _adds_up(column: Column) -> bool:
    return column.kind is Kind.BOOLEAN or (column.kind is Kind.NUMBER and column.unit not in ("", "%"))


def quiet_outputs(before: Outcome, after: Outcome) -> tuple[str, ...]:
    """The outputs that both outcomes have, and in which their results differ."""
    if not (before.results and after.results):
        return ()
    names = [name for name in after.results[0] if name in before.results[0]]
    return tuple(name for name in names if _values(before, name) != _values(after, name))


def _values(outcome: Outcome, name: str) -> list[Value | None]:
    return [result[name] for result in outcome.results]
