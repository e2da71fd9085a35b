"""Rules that chain for many cases at once: each distinct set of facts is answered once, by the reference."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from rules.engine.bulk import Answers, BulkTable, Facts, Found
from rules.engine.chain import Chain
from rules.engine.outcome import Outcome, facts_for
from rules.engine.reference import answer
from rules.engine.table import DecisionTable

MOST_KEPT: Final = 100_000
"""Distinct sets of facts whose answers are remembered; then it begins anew."""


class BulkChain:
    """Rules that chain, ready for columns of facts."""

    def __init__(self, chain: Chain, *, most_kept: int = MOST_KEPT) -> None:
        self.chain = chain
        self._most_kept = most_kept
        self._known: dict[Hashable, Outcome] = {}

    def decide(self, facts: Facts, count: int) -> Answers:
        """What the rules answer in so many cases."""
        found = Found()
        nothing: Sequence[Any] = [None] * count
        names = [column.name for column in self.chain.inputs]
        columns = [facts.get(name, nothing) for name in names]
        places = [found.place(self._answer(names, values)) for values in zip(*columns, strict=True)]
        if not columns:
            places = [found.place(self._answer((), ()))] * count
        return Answers(found.outcomes, np.array(places, np.intp))

    def _answer(self, names: Sequence[str], values: tuple[Any, ...]) -> Outcome:
        key = tuple((type(value), value) for value in values)
        if key not in self._known:
            if len(self._known) >= self._most_kept:
                self._known.clear()
            self._known[key] = self._decided(dict(zip(names, values, strict=True)))
        return self._known[key]

    def _decided(self, given: Mapping[str, Any]) -> Outcome:
        known, errors = facts_for(self.chain.inputs, given)
        outcome = Outcome(errors=errors) if errors else answer(self.chain, known)
        return dataclasses.replace(outcome, reasons=())


def bulk_of(body: DecisionTable | Chain) -> BulkTable | BulkChain:
    """What answers for many cases at once."""
    return BulkChain(body) if isinstance(body, Chain) else BulkTable(body)
