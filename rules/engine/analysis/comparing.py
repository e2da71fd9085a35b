"""Two versions of a table as they are compared: which rows still matter on each side, as the facts become known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias

from rules.engine.analysis.boxes import Box, Space
from rules.engine.analysis.outputs import DECIDED_BY_ONE, deciding_order, is_constant
from rules.engine.expression import Constant, Expression, Name
from rules.engine.kinds import CONTEXT, DIGITS, Fault, MisfitError, fitting
from rules.engine.table import DecisionTable, HitPolicy

Item: TypeAlias = tuple[int, int]
"""What a row still asks (the number of its suffix), and what it answers (the number of its outputs)."""
Items: TypeAlias = tuple[Item, ...]
REFUSED: Final[Items] = ((-1, -1),)
"""Rows that the policy does not allow together already match, whatever else the facts are."""

_LISTS: Final = (HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT)


class Suffixes:
    """What rows ask of the columns from one place on; equal questions have one number, in both tables."""

    def __init__(self, space: Space, order: Sequence[int]) -> None:
        self._order = order
        self._numbers: list[dict[Box, int]] = [{} for _ in range(len(order) + 1)]
        self.onwards: list[list[tuple[int, int]]] = [[] for _ in range(len(order) + 1)]
        """At each place, for each number: the slices that are admitted, and the number from the next place on."""
        self.free = [self._number(at, tuple(space.full[place] for place in order[at:])) for at in range(len(order) + 1)]
        """The number of asking nothing more."""

    def of(self, box: Box) -> int:
        """The number of a whole row."""
        return self._number(0, tuple(box[place] for place in self._order))

    def _number(self, at: int, masks: Box) -> int:
        known = self._numbers[at]
        if masks not in known:
            onwards = (masks[0], self._number(at + 1, masks[1:])) if masks else (0, 0)
            known[masks] = len(known)
            self.onwards[at].append(onwards)
        return known[masks]


class Side:
    """One of the two tables."""

    def __init__(self, table: DecisionTable, shared: Sequence[str]) -> None:
        """`shared` are the outputs that both tables have: by them answers are compared."""
        self.table = table
        self.is_plain = all(map(is_constant, table.rows))
        names = [column.name for column in table.outputs]
        self._places = [names.index(name) for name in shared]

    def start(self, space: Space, suffixes: Suffixes, numbers: dict[tuple[Expression, ...], int]) -> Items:
        """All rows, in the order in which they decide."""
        boxes = space.rows(self.table)
        items = [
            (suffixes.of(box), numbers.setdefault(row.outputs, len(numbers)))
            for box, row in zip(boxes, self.table.rows, strict=True)
        ]
        order = deciding_order(self.table) if self.is_plain else range(len(items))
        return tuple(items[number] for number in order if all(boxes[number]))

    def reduced(self, items: Items, free: int) -> Items:
        """Without rows that cannot matter any more. `free` is the number of asking nothing more."""
        policy = self.table.policy
        if policy is HitPolicy.FIRST or (self.is_plain and policy in DECIDED_BY_ONE):
            return _deciding(items, free)
        if not self.is_plain:
            return items
        certain = [answer for asked, answer in items if asked == free]
        if policy is HitPolicy.UNIQUE and len(certain) > 1:
            return REFUSED
        if policy is HitPolicy.ANY:
            return REFUSED if len(set(certain)) > 1 else tuple(dict.fromkeys(items))
        return items

    def answer(self, answers: Sequence[tuple[Expression, ...]], facts: Mapping[str, Any]) -> tuple[Any, bool]:
        """What the table says where rows with these outputs match; and whether that is certain.

        It is not certain if there are calculations in it: then it is what the rows say, as it is written.
        """
        resolved = [tuple(_resolved(each, facts) for each in outputs) for outputs in answers]
        if any(isinstance(each, Uncertain) for outputs in self._relevant(resolved) for each in outputs):
            return tuple(resolved), False
        fault = None if self.is_plain else self._fault(self._relevant(resolved))
        return fault or self._certain(resolved), True

    def _fault(self, rows: Sequence[tuple[Any, ...]]) -> Fault | None:
        """Why an output that copies a fact cannot have its value; None if all can."""
        for row in rows:
            for column, value in zip(self.table.outputs, row, strict=True):
                try:
                    fitting(column, value)
                except MisfitError as error:
                    return Fault.ARITHMETIC if error.fault is Fault.MISSING_FACT else error.fault
        return None

    def _relevant(self, resolved: Sequence[tuple[Any, ...]]) -> Sequence[tuple[Any, ...]]:
        return resolved[:1] if self.table.policy is HitPolicy.FIRST else resolved

    def _certain(self, rows: list[tuple[Any, ...]]) -> Any:
        table, policy = self.table, self.table.policy
        if not rows:
            return self._without_hit()
        if policy is HitPolicy.UNIQUE and len(rows) > 1:
            return Fault.HIT_POLICY
        if policy is HitPolicy.ANY and any(row != rows[0] for row in rows):
            return Fault.HIT_POLICY
        if policy.is_total:
            return ((self._total([row[0] for row in rows]),),)
        if policy.ranks:
            names = [column.name for column in table.outputs]
            rows.sort(key=lambda row: table.rank(dict(zip(names, row, strict=True))))
        return tuple(self._shared(row) for row in (rows if policy in _LISTS else rows[:1]))

    def _shared(self, row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(row[place] for place in self._places)

    def _without_hit(self) -> Any:
        if self.table.defaults is not None:
            return (self._shared([each.value for each in self.table.defaults if isinstance(each, Constant)]),)
        if self.table.policy.is_total:
            return ((Decimal(0) if self.table.policy is HitPolicy.COUNT else None,),)
        return ()

    def _total(self, values: Sequence[Any]) -> Any:
        if self.table.policy is HitPolicy.COUNT:
            return Decimal(len(values))
        if None in values:
            return None
        if self.table.policy is HitPolicy.SUM:
            total = Decimal(0)
            for value in values:
                total = CONTEXT.add(total, value)
            return total
        return min(values) if self.table.policy is HitPolicy.MIN else max(values)


class Uncertain:
    """A calculation: what it gives depends on facts that are not known here. Equal if it is written the same."""

    def __init__(self, expression: Expression) -> None:
        self._expression = expression

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Uncertain) and self._expression == other._expression

    def __hash__(self) -> int:
        return hash(self._expression)


def _resolved(expression: Expression, facts: Mapping[str, Any]) -> Any:
    if isinstance(expression, Constant):
        return expression.value
    if isinstance(expression, Name) and expression.name in facts:
        return facts[expression.name]
    return Uncertain(expression)


def _deciding(items: Items, free: int) -> Items:
    """Of rows that ask the same the first; nothing after one that asks nothing more."""
    seen: dict[int, Item] = {}
    for item in items:
        seen.setdefault(item[0], item)
        if item[0] == free:
            break
    return tuple(seen.values())


def without_common_ends(one: Items, other: Items) -> tuple[Items, Items]:
    """Two lists without what both begin with, and without what both end with: it cannot make them differ."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    end = 0
    while end < min(len(one), len(other)) and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[: len(one) - end], other[: len(other) - end]


def without_common(one: Items, other: Items) -> tuple[Items, Items]:
    """Two totals without what both add."""
    mine, its = Counter(one), Counter(other)
    return tuple(sorted((mine - its).elements())), tuple(sorted((its - mine).elements()))


def can_cancel(*sides: Side) -> bool:
    """Whether what both tables add can be left out of both totals.

    Only if no sum is rounded, none is null, and none is that of no row at all: so all numbers have one sign.
    """
    tables = [side.table for side in sides]
    if any(not side.is_plain or side.table.defaults is not None for side in sides):
        return False
    if all(table.policy is HitPolicy.COUNT for table in tables):
        return True
    if any(table.policy is not HitPolicy.SUM for table in tables):
        return False
    values = [
        output.value for table in tables for row in table.rows for output in row.outputs if isinstance(output, Constant)
    ]
    numbers = [value for value in values if isinstance(value, Decimal)]
    has_one_sign = all(number > 0 for number in numbers) or all(number < 0 for number in numbers)
    return len(numbers) == len(values) and has_one_sign and _is_exact(numbers)


def _is_exact(numbers: Sequence[Decimal]) -> bool:
    """Whether every sum of some of them has few enough digits to be exact."""
    highest = max((number.adjusted() for number in numbers), default=0) + len(str(len(numbers)))
    lowest = min((int(number.as_tuple().exponent) for number in numbers), default=0)
    return highest - lowest + 1 < DIGITS
