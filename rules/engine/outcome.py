"""What comes of deciding: results, rows and reasons, or why there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from rules.engine.expression import Expression, value_in
from rules.engine.kinds import Column, Fault, MisfitError, Value, fitting
from rules.engine.words import Words

Outputs: TypeAlias = Mapping[str, Value | None]


@dataclass(frozen=True)
class EvaluationError:
    """Why facts gave no decision: what kind of fault, in words, and about which fact or rows."""

    fault: Fault
    message: str
    fact: str = ""
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a rule set answers for facts. With errors there are no results. Rows are also rules that chain."""

    results: tuple[Outputs, ...] = ()
    """One for a policy that chooses or adds up, one a row for one that lists; none where nothing matched.
    Of rules that chain one, with all conclusions."""
    rows: tuple[str, ...] = ()
    """The rows from which the results are, in the order of the results; of ANY and totals all that matched."""
    matched: tuple[str, ...] = ()
    """All rows that matched, in the order of the table. Those after the first that FIRST takes are not looked at."""
    reasons: tuple[Words, ...] = ()
    """The reason of each of `rows`, filled in."""
    errors: tuple[EvaluationError, ...] = ()


class RowError(Exception):
    """A row matched, and its output could not be made."""

    def __init__(self, fault: Fault, message: str, rows: tuple[str, ...]) -> None:
        super().__init__(message)
        self.fault = fault
        self.message = message
        self.rows = rows

    def told(self) -> EvaluationError:
        """As it stands in an outcome."""
        return EvaluationError(self.fault, self.message, rows=self.rows)


def facts_for(
    columns: Sequence[Column], facts: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[EvaluationError, ...]]:
    """The facts as the columns keep them, and what is wrong with them."""
    known: dict[str, Any] = {}
    errors = []
    for column in columns:
        try:
            known[column.name] = fitting(column, facts.get(column.name))
        except MisfitError as error:
            errors.append(EvaluationError(error.fault, str(error), fact=column.name))
    return known, tuple(errors)


def output_of(
    column: Column, expression: Expression, facts: Mapping[str, Any], row: str, *, called: str = "row"
) -> Value | None:
    """What an output of a row is, as its column keeps it. What rows are `called` is for messages.

    Raises:
        RowError: it cannot be calculated, or does not fit the column.
    """
    try:
        return fitting(column, value_in(expression, facts))
    except MisfitError as error:
        fault = Fault.ARITHMETIC if error.fault is Fault.MISSING_FACT else error.fault
        raise RowError(fault, f"{called} {row}: {error}", (row,)) from None
