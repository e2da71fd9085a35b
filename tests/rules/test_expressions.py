"""Cells of outputs: values, names of facts, and calculations with them."""

from __future__ import annotations

import datetime as dt
import decimal
from decimal import Decimal

import pytest

from rules.engine.expression import read_expression, value_in
from rules.engine.kinds import Column, Fault, Kind, MisfitError
from rules.engine.problem import CellError

FACTS = {
    "amount": Column("amount", Kind.NUMBER, nullable=True),
    "count": Column("count", Kind.NUMBER),
    "grade": Column("grade", Kind.ENUM, values=("VIP", "KEY")),
    "opened": Column("opened", Kind.INSTANT),
    "wait": Column("wait", Kind.DURATION),
}
GIVEN = {
    "amount": Decimal("0.10"),
    "count": Decimal(3),
    "grade": "KEY",
    "opened": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    "wait": dt.timedelta(hours=2),
}
NUMBER = Column("fee", Kind.NUMBER, nullable=True)
ENUM = Column("level", Kind.ENUM, values=("VIP", "KEY"))
INSTANT = Column("due", Kind.INSTANT)
WAIT = Column("length", Kind.DURATION)
NOTE = Column("note", Kind.TEXT)


@pytest.mark.parametrize(
    ("cell", "output", "value"),
    [
        ("5", NUMBER, Decimal(5)),
        ("50万", NUMBER, Decimal(500_000)),
        ("null", NUMBER, None),
        ("amount", NUMBER, Decimal("0.10")),
        ("amount + 0.2", NUMBER, Decimal("0.30")),
        ("1 + 2 * 3 - 4 / 2", NUMBER, Decimal(5)),
        ("（1 ＋ 2）× 3", NUMBER, Decimal(9)),
        ("8 - 3 - 2", NUMBER, Decimal(3)),
        ("-amount", NUMBER, Decimal("-0.10")),
        ("-(count - 5)", NUMBER, Decimal(2)),
        ("1 / count", NUMBER, Decimal("0.3333333333333333333333333333333333")),
        ("KEY", ENUM, "KEY"),
        ('"VIP"', ENUM, "VIP"),
        ("grade", ENUM, "KEY"),
        ("opened + wait", INSTANT, dt.datetime(2026, 1, 1, 2, tzinfo=dt.UTC)),
        ('opened - @"P1D"', INSTANT, dt.datetime(2025, 12, 31, tzinfo=dt.UTC)),
        ("wait * 1.5", WAIT, dt.timedelta(hours=3)),
        ("2 * wait + wait", WAIT, dt.timedelta(hours=6)),
        ('opened - @"2025-12-31T00:00:00Z"', WAIT, dt.timedelta(days=1)),
        ('"a \\"b\\""', NOTE, 'a "b"'),
    ],
)
def test_an_expression_gives(cell, output, value):
    assert value_in(read_expression(cell, output, FACTS), GIVEN) == value


def test_with_null_a_calculation_is_null():
    assert value_in(read_expression("amount + 1", NUMBER, FACTS), {**GIVEN, "amount": None}) is None


def test_the_threads_own_decimal_context_changes_nothing():
    with decimal.localcontext(prec=3, rounding=decimal.ROUND_UP):
        answer = value_in(read_expression("1 / 3", NUMBER, FACTS), {})

    assert answer == Decimal("0.3333333333333333333333333333333333")


@pytest.mark.parametrize(
    ("cell", "facts"),
    [("1 / (count - 3)", GIVEN), ("count * count", {"count": Decimal("1e6000")}), ("0 / 0", {})],
)
def test_what_cannot_be_calculated_is_told(cell, facts):
    with pytest.raises(MisfitError) as refused:
        value_in(read_expression(cell, NUMBER, FACTS), facts)

    assert refused.value.fault is Fault.ARITHMETIC


@pytest.mark.parametrize(
    ("cell", "output", "at", "words"),
    [
        ("", NUMBER, 0, "Write a value, or null"),
        ("amout", NUMBER, 0, "is of type number, not amout"),
        ("amout + 1", NUMBER, 0, "did you mean amount?"),
        ("grade + 1", NUMBER, 0, "there is no enum + number"),
        ("wait", NUMBER, 0, "gives a value of type duration"),
        ("opened + opened", INSTANT, 0, "there is no instant + instant"),
        ("1 +", NUMBER, 3, "the cell ends too early"),
        ("1 + > 2", NUMBER, 4, "is not understood here"),
        ("VPI", ENUM, 0, "did you mean VIP?"),
        ("null", ENUM, 0, "nullable: true"),
        ("1" + " + 1" * 60, NUMBER, 0, "more than 50 calculations"),
        ("-" * 200 + "amount", NUMBER, 149, "more than 50 calculations"),
    ],
)
def test_a_slip_is_refused_with_its_place(cell, output, at, words):
    with pytest.raises(CellError) as refused:
        read_expression(cell, output, FACTS)

    assert words in refused.value.in_words()
    assert refused.value.at == at
