"""The expression of an output cell: a value, the name of a fact, or a calculation with them."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias

from rules.engine.kinds import CONTEXT, Column, Fault, Kind, MisfitError, Value, did_you_mean
from rules.engine.literal import is_null, value_of, written
from rules.engine.problem import CellError
from rules.engine.syntax import Form, Literal, Written, expression_written, moved


@dataclass(frozen=True, slots=True)
class Constant:
    """A value, or null."""

    value: Value | None

    def __str__(self) -> str:
        """The value as a cell has it."""
        return written(self.value)


@dataclass(frozen=True, slots=True)
class Name:
    """The value of the fact of this name."""

    name: str

    def __str__(self) -> str:
        """The name."""
        return self.name


@dataclass(frozen=True, slots=True)
class Calculation:
    """`left + right`, and so for - * /. With null it is null."""

    operator: str
    left: Expression
    right: Expression

    def __str__(self) -> str:
        """The calculation, in brackets where it holds others."""
        sides = (f"({side})" if isinstance(side, Calculation) else str(side) for side in (self.left, self.right))
        return f" {self.operator} ".join(sides)


Expression: TypeAlias = Constant | Name | Calculation

_KINDS: Final = {
    **{(operator, Kind.NUMBER, Kind.NUMBER): Kind.NUMBER for operator in "+-*/"},
    ("*", Kind.DURATION, Kind.NUMBER): Kind.DURATION,
    ("*", Kind.NUMBER, Kind.DURATION): Kind.DURATION,
    **{(operator, Kind.DURATION, Kind.DURATION): Kind.DURATION for operator in "+-"},
    **{(operator, Kind.INSTANT, Kind.DURATION): Kind.INSTANT for operator in "+-"},
    ("-", Kind.INSTANT, Kind.INSTANT): Kind.DURATION,
    ("-", Kind.DATE, Kind.DATE): Kind.DURATION,
}
"""What a calculation of two kinds gives. What is not here has no meaning."""


def read_expression(cell: str, output: Column, facts: Mapping[str, Column]) -> Expression:
    """The expression that an output cell holds.

    Raises:
        CellError: it cannot be understood, names what is no fact, or gives another kind than the output has.
    """
    found, text = expression_written(cell)
    try:
        if is_null(found):
            _check_null(output)
            return Constant(None)
        if isinstance(found, Literal) and not _is_fact(found, output, facts):
            return Constant(value_of(found, output))
        expression, kind = _bound(found, facts)
        _check_kind(found, output, kind)
    except CellError as error:
        raise moved(error, text) from None
    return expression


def _check_null(output: Column) -> None:
    if not output.nullable:
        raise CellError(0, f"{output.name} is never null", cure=f"Write a value, or nullable: true at {output.name}")


def _is_fact(literal: Literal, output: Column, facts: Mapping[str, Column]) -> bool:
    """A word is a value of an enum first, and the name of a fact otherwise."""
    is_value = literal.text in output.values or (output.kind is Kind.BOOLEAN and literal.text in ("true", "false"))
    return literal.form is Form.WORD and not is_value and literal.text in facts


def _check_kind(found: Written, output: Column, kind: Kind) -> None:
    if kind is not output.kind and {kind, output.kind} != {Kind.TEXT, Kind.ENUM}:
        raise CellError(found.at, f"this gives a value of type {kind}, and {output.name} is of type {output.kind}")


def _bound(found: Written, facts: Mapping[str, Column]) -> tuple[Expression, Kind]:
    if isinstance(found, Literal):
        return _bound_literal(found, facts)
    left, kind_left = _bound(found.left, facts)
    right, kind_right = _bound(found.right, facts)
    kind = _KINDS.get((found.operator, kind_left, kind_right))
    if kind is None:
        raise CellError(found.at, f"there is no {kind_left} {found.operator} {kind_right}")
    return Calculation(found.operator, left, right), kind


def _bound_literal(found: Literal, facts: Mapping[str, Column]) -> tuple[Expression, Kind]:
    if found.form is Form.WORD:
        if found.text not in facts:
            raise CellError(found.at, f"{found.text} is not a fact{did_you_mean(found.text, tuple(facts))}")
        return Name(found.text), facts[found.text].kind
    kinds = {Form.NUMBER: (Kind.NUMBER,), Form.QUOTED: (Kind.TEXT,), Form.DAY: (Kind.DATE,)}
    error: CellError | None = None
    for kind in kinds.get(found.form, (Kind.DATE, Kind.TIME, Kind.INSTANT, Kind.DURATION)):
        try:
            return Constant(value_of(found, Column("the value", kind))), kind
        except CellError as refused:
            error = refused
    raise error or CellError(found.at, "this is no value")


def value_in(expression: Expression, facts: Mapping[str, Any]) -> Value | None:
    """What it gives for these facts, which must fit their columns.

    Raises:
        MisfitError: it divides by zero, or becomes too large.
    """
    if isinstance(expression, Constant):
        return expression.value
    if isinstance(expression, Name):
        found: Value | None = facts.get(expression.name)
        return found
    left, right = value_in(expression.left, facts), value_in(expression.right, facts)
    if left is None or right is None:
        return None
    try:
        return _calculated(expression.operator, left, right)
    except decimal.DivisionByZero:
        raise MisfitError(Fault.ARITHMETIC, f"{expression} divides by zero") from None
    except (decimal.DecimalException, OverflowError, ArithmeticError) as error:
        raise MisfitError(Fault.ARITHMETIC, f"{expression} cannot be calculated: {type(error).__name__}") from None


def _calculated(operator: str, left: Any, right: Any) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _number(operator, left, right)
    if operator == "*":
        return _longer(left, right) if isinstance(left, dt.timedelta) else _longer(right, left)
    result: Value = left + right if operator == "+" else left - right
    return result


def _longer(length: dt.timedelta, factor: Decimal) -> dt.timedelta:
    micros = CONTEXT.multiply(Decimal(length // dt.timedelta(microseconds=1)), factor)
    return dt.timedelta(microseconds=int(micros.to_integral_value(decimal.ROUND_HALF_EVEN, CONTEXT)))


def _number(operator: str, left: Decimal, right: Decimal) -> Decimal:
    steps = {"+": CONTEXT.add, "-": CONTEXT.subtract, "*": CONTEXT.multiply, "/": CONTEXT.divide}
    result: Decimal = steps[operator](left, right)
    return result
