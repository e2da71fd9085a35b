"""Words of a table that do nothing: inputs that no row asks for, and values of outputs that no row gives."""

from __future__ import annotations

from collections.abc import Iterator

from rules.engine.analysis.checking_table import Subject
from rules.engine.analysis.findings import Finding, FindingKind, Severity
from rules.engine.analysis.words import listed
from rules.engine.expression import Constant, Expression, Name
from rules.engine.kinds import Column, Kind


def unused_values(subject: Subject) -> Iterator[Finding]:
    """The values of outputs that no row gives."""
    if subject.table.policy.is_total:
        return
    for place, column in enumerate(subject.table.outputs):
        if column.kind is Kind.ENUM:
            yield from _values(subject, place, column)


def unused_inputs(subject: Subject) -> Iterator[Finding]:
    """The inputs that no row asks for."""
    table = subject.table
    shown = {name for row in table.rows for name in row.reason.names()}
    for place, column in enumerate(table.inputs):
        if column.name in subject.reads | shown or any(not row.tests[place].is_any for row in table.rows):
            continue
        sentence = f"no row asks for {column.name}: every cell is -. Take the column out, or use it"
        yield subject.finding(FindingKind.UNUSED_INPUT, Severity.WARNING, sentence)


def _values(subject: Subject, place: int, column: Column) -> Iterator[Finding]:
    table = subject.table
    inputs = {each.name: each for each in table.inputs}
    given: set[str] = set()
    for expression in (*(row.outputs[place] for row in table.rows), *(table.defaults or ())[place : place + 1]):
        given.update(_values_of(expression, inputs))
    missing = [value for value in column.values if value not in given]
    if missing:
        sentence = f"no row gives {listed(missing)} for {column.name}. Add a row, or take the value out"
        yield subject.finding(FindingKind.UNUSED_VALUE, Severity.WARNING, sentence)


def _values_of(expression: Expression, inputs: dict[str, Column]) -> tuple[str, ...]:
    """The values that an output may be; of a copied text, all that may be."""
    if isinstance(expression, Constant):
        return (str(expression.value),)
    assert isinstance(expression, Name)  # noqa: S101 # for the type checkers: nothing calculates an enum
    return inputs[expression.name].values
