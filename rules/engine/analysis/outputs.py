"""What rows answer: constants, ranks, and where a calculation must be looked at fact by fact."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from rules.engine.analysis.boxes import Box, Space
from rules.engine.analysis.slices import bits
from rules.engine.expression import Calculation, Constant, Expression, Name
from rules.engine.kinds import Kind
from rules.engine.table import DecisionTable, HitPolicy, Row

MOST_POINTS: Final = 200
"""At how many facts of a box calculated outputs are compared."""


def names_in(expression: Expression) -> Iterator[str]:
    """The facts that an expression reads."""
    if isinstance(expression, Name):
        yield expression.name
    elif isinstance(expression, Calculation):
        yield from names_in(expression.left)
        yield from names_in(expression.right)


def read_by_outputs(*tables: DecisionTable) -> frozenset[str]:
    """The facts that the outputs of some tables read."""
    return frozenset(
        name for table in tables for row in table.rows for output in row.outputs for name in names_in(output)
    )


def copied_by_outputs(*tables: DecisionTable) -> frozenset[str]:
    """The enums and booleans among them: each of their values is looked at apart."""
    kinds = {column.name: column.kind for table in tables for column in table.inputs}
    return frozenset(name for name in read_by_outputs(*tables) if kinds[name] in (Kind.ENUM, Kind.BOOLEAN))


def is_constant(row: Row) -> bool:
    """Whether it answers the same for all facts."""
    return all(isinstance(output, Constant) for output in row.outputs)


def constants(row: Row) -> tuple[Any, ...]:
    """What a row with constants answers."""
    return tuple(output.value for output in row.outputs if isinstance(output, Constant))


Rank = tuple[int, ...]


def ranks(table: DecisionTable, row: Row) -> tuple[Rank, Rank]:
    """The best and the worst rank that a row's outputs can have; the same if they are constants."""
    ranked = [(column, output) for column, output in zip(table.outputs, row.outputs, strict=True) if column.values]
    known = table.rank(
        {
            column.name: output.value if isinstance(output, Constant) else None
            for column, output in zip(table.outputs, row.outputs, strict=True)
        }
    )
    best = tuple(place if isinstance(output, Constant) else 0 for place, (_, output) in zip(known, ranked, strict=True))
    return best, known


DECIDED_BY_ONE: Final = (HitPolicy.FIRST, HitPolicy.PRIORITY, HitPolicy.MIN, HitPolicy.MAX)
"""Policies under which, if all rows are constants, the first row that matches in some order makes the answer."""


def deciding_order(table: DecisionTable) -> list[int]:
    """That order of the rows. Of a table whose policy is none of these, the order in which they are written."""
    order = list(range(len(table.rows)))
    if table.policy.ranks:
        order.sort(key=lambda number: ranks(table, table.rows[number]))
    elif table.policy in (HitPolicy.MIN, HitPolicy.MAX):
        order.sort(key=lambda number: _weight(table.policy, table.rows[number]))
    return order


def _weight(policy: HitPolicy, row: Row) -> tuple[int, Decimal]:
    """Null decides before every number; then the least or the greatest."""
    [value] = constants(row)
    if not isinstance(value, Decimal):
        return 0, Decimal(0)
    return 1, value if policy is HitPolicy.MIN else value.copy_negate()


def points(space: Space, box: Box, reads: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Facts of a box: a sample of the inputs that outputs do not read, with several values of those that they do."""
    base = space.point(box)
    varied = [
        (each.column.name, [value for number in bits(mask) for value in each.samples(number)])
        for each, mask in zip(space.columns, box, strict=True)
        if each.column.name in reads
    ]
    for values in itertools.islice(itertools.product(*(values for _, values in varied)), MOST_POINTS):
        yield {**base, **dict(zip((name for name, _ in varied), values, strict=True))}
