"""What the checks of one table share: its space, its rows as boxes, and how a finding is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from rules.engine.analysis.boxes import Box, Budget, Space, outside
from rules.engine.analysis.findings import Facts, Finding, FindingKind, Severity, answer_in_words, regions_of
from rules.engine.analysis.outputs import copied_by_outputs, read_by_outputs
from rules.engine.reference import Outcome, decide
from rules.engine.table import DecisionTable, Row

STEPS: Final = 50_000
"""How far one question about boxes is followed before it is given up."""


@dataclass(frozen=True)
class Subject:
    """A table that is being checked."""

    table: DecisionTable
    steps: int = STEPS
    apart: frozenset[str] = frozenset()
    """Inputs of which each value is looked at apart, beside those that outputs copy."""

    @cached_property
    def space(self) -> Space:
        """Its facts, cut into slices."""
        return Space(self.table, apart=self.apart | copied_by_outputs(self.table))

    @cached_property
    def boxes(self) -> list[Box]:
        """Its rows as boxes, in their order."""
        return self.space.rows(self.table)

    @cached_property
    def reads(self) -> frozenset[str]:
        """The inputs that its outputs read."""
        return read_by_outputs(self.table)

    def outside(self, box: Box, rows: Sequence[Box]) -> Box | None:
        """A part of a box that no row meets; None proves that there is none.

        Raises:
            TooMuchWorkError: it took too long to find out.
        """
        return outside(box, rows, Budget(self.steps))

    def answer(self, facts: Facts) -> Outcome:
        """What the table answers."""
        return decide(self.table, facts)

    def finding(
        self,
        kind: FindingKind,
        severity: Severity,
        sentence: str,
        rows: Sequence[Row] = (),
        boxes: Sequence[Box] = (),
        **more: Any,
    ) -> Finding:
        """A finding about rows, at the line of the first of them; its witness, if there is one, is answered."""
        witness: Facts | None = more.get("witness")
        return Finding(
            kind,
            severity,
            sentence,
            line=rows[0].line if rows else 0,
            rows=tuple(row.id for row in rows),
            regions=regions_of(self.space, boxes),
            answer="" if witness is None else answer_in_words(self.table, self.answer(witness)),
            **more,
        )

    def unfinished(self, what: str, rows: Sequence[Row] = ()) -> Finding:
        """A question that was given up."""
        sentence = f"{what} was not found out: it would take too long. Fewer or simpler rows make it easier"
        return self.finding(FindingKind.UNFINISHED, Severity.WARNING, sentence, rows, is_all=False)
