"""How confidential is what a rule set says of facts: an output, or a reason that quotes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from rules.engine.chain import Chain
from rules.engine.expression import Calculation, Expression, Name
from rules.engine.table import DecisionTable, Row, Words
from rules.facts.vocabulary import Level, vocabulary

ORDER: Final = tuple(Level)
"""From what everyone may read to what hardly anyone may."""

HIDDEN: Final = "…"
"""Stands in a reason for a value that not all of its readers may read."""


def level_of(name: str) -> Level:
    """The level of a fact; what is no fact of the vocabulary is public."""
    fact = vocabulary().facts.get(name)
    return Level.PUBLIC if fact is None else fact.level


def highest(levels: Iterable[Level]) -> Level:
    """The highest of these levels; of none it is public."""
    return max(levels, key=ORDER.index, default=Level.PUBLIC)


def level_of_inputs(body: DecisionTable | Chain) -> Level:
    """The level of what may quote any of the facts that rules read."""
    return highest(level_of(column.name) for column in body.inputs)


def levels_of_outputs(table: DecisionTable, row: Row) -> dict[str, Level]:
    """The level of each output of a row: that of the facts from which it is calculated."""
    pairs = zip(table.outputs, row.outputs, strict=True)
    return {column.name: highest(map(level_of, names_in(expression))) for column, expression in pairs}


def level_of_reason(table: DecisionTable, row: Row) -> Level:
    """The level of a row's reason: that of what it quotes."""
    return highest(_quoted(table, row).values())


def told_reason(table: DecisionTable, row: Row, values: Mapping[str, Any], level: Level) -> Words:
    """A row's reason for readers of a level: what it quotes from above that is hidden."""
    above = {name for name, own in _quoted(table, row).items() if ORDER.index(own) > ORDER.index(level)}
    return row.reason.filled({**values, **dict.fromkeys(above, HIDDEN)})


def names_in(expression: Expression) -> Iterator[str]:
    """The names of the facts that an expression reads."""
    if isinstance(expression, Name):
        yield expression.name
    elif isinstance(expression, Calculation):
        yield from names_in(expression.left)
        yield from names_in(expression.right)


def _quoted(table: DecisionTable, row: Row) -> dict[str, Level]:
    """What a row's reason quotes, facts and outputs, each with its level."""
    outputs = levels_of_outputs(table, row)
    return {name: outputs.get(name) or level_of(name) for name in row.reason.names()}
