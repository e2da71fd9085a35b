"""Cells of inputs: what they admit, what is refused, and in which words."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal

import pytest

from rules.engine.cell import DMN, Dialect, Interval, Test, read_test
from rules.engine.kinds import Column, Kind
from rules.engine.problem import CellError

AMOUNT = Column("amount", Kind.NUMBER, low=Decimal(-100_000), nullable=True, unit="元", units=(("dozen", Decimal(12)),))
WHOLE = Column("days", Kind.NUMBER, places=0)
GRADE = Column("grade", Kind.ENUM, values=("VIP", "KEY", "普通"), nullable=True)
NOTE = Column("note", Kind.TEXT)
OPEN = Column("open", Kind.BOOLEAN)
DAY = Column("day", Kind.DATE)
TIME = Column("time", Kind.TIME)
INSTANT = Column("at", Kind.INSTANT)
WAIT = Column("wait", Kind.DURATION)


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("cell", "column", "admitted", "refused"),
    [
        ("-", AMOUNT, [None, Decimal(-5), Decimal(5)], []),
        ("5", AMOUNT, [Decimal("5.00")], [None, Decimal("5.01")]),
        ("-5", AMOUNT, [Decimal(-5)], [Decimal(5), None]),
        (".5", AMOUNT, [Decimal("0.5")], [Decimal(5)]),
        ("= 5", AMOUNT, [Decimal(5)], [Decimal(4)]),
        (">= 5", AMOUNT, [Decimal(5), Decimal(6)], [Decimal("4.99"), None]),
        ("< 5", AMOUNT, [Decimal("4.99")], [Decimal(5), None]),
        ("[3..10)", AMOUNT, [Decimal(3), Decimal("9.99")], [Decimal("2.99"), Decimal(10)]),
        ("(3..10]", AMOUNT, [Decimal("3.01"), Decimal(10)], [Decimal(3), Decimal("10.01")]),
        ("]3..10[", AMOUNT, [Decimal(4)], [Decimal(3), Decimal(10)]),
        ("< 3, [5..6], null", AMOUNT, [Decimal(2), Decimal(5), None], [Decimal(4)]),
        ("not(3, [5..6])", AMOUNT, [Decimal(4)], [Decimal(3), Decimal(6), None]),
        ("not(3), null", AMOUNT, [Decimal(4), None], [Decimal(3)]),
        ("not(null)", AMOUNT, [Decimal(0)], [None]),
        ("null", AMOUNT, [None], [Decimal(0)]),
        (">= 50万", AMOUNT, [Decimal(500_000)], [Decimal(499_999)]),
        (">= 1.5亿", AMOUNT, [Decimal(150_000_000)], [Decimal(149_999_999)]),
        ("2 dozen", AMOUNT, [Decimal(24)], [Decimal(2)]),
        ("5%", AMOUNT, [Decimal("0.05")], [Decimal(5)]),
        ("5 元", AMOUNT, [Decimal(5)], []),
        ("VIP, KEY", GRADE, ["VIP", "KEY"], ["普通", None]),
        ('"VIP"', GRADE, ["VIP"], ["KEY"]),
        ("普通", GRADE, ["普通"], ["KEY"]),
        ("!= VIP", GRADE, ["KEY"], ["VIP", None]),
        ('"a|b", "say \\"yes\\""', NOTE, ["a|b", 'say "yes"'], ["a"]),
        ("true", OPEN, [True], [False]),
        ("not(true)", OPEN, [False], [True]),
        (">= 2026-01-31", DAY, [dt.date(2026, 1, 31)], [dt.date(2026, 1, 30)]),
        ('[date("2026-01-01")..@"2026-02-01")', DAY, [dt.date(2026, 1, 31)], [dt.date(2026, 2, 1)]),
        ('< time("09:30:00")', TIME, [dt.time(9, 29)], [dt.time(9, 30)]),
        ('>= date and time("2026-01-01T08:00:00+08:00")', INSTANT, [instant("2026-01-01T00:00:00Z")], []),
        ('< @"P1DT2H"', WAIT, [dt.timedelta(hours=25)], [dt.timedelta(hours=26)]),
        ('>= duration("-PT30M")', WAIT, [dt.timedelta(0)], [dt.timedelta(hours=-1)]),
    ],
)
def test_a_cell_admits(cell, column, admitted, refused):
    test = read_test(cell, column)

    assert [value for value in admitted if not test.admits(value)] == []
    assert [value for value in refused if test.admits(value)] == []


@pytest.mark.parametrize(
    ("typed", "meant", "column"),
    [
        ("＞＝５０", ">=50", AMOUNT),
        ("≥ 50万", ">= 50万", AMOUNT),
        ("【３．．１０）", "[3..10)", AMOUNT),
        ("［3…10］", "[3..10]", AMOUNT),
        ("1，2、3；4", "1,2,3,4", AMOUNT),
        ("－5", "-5", AMOUNT),
        ("—", "-", AMOUNT),
        ("5％", "5%", AMOUNT),
        ("“VIP”，“KEY”", '"VIP","KEY"', GRADE),
        ("not（VIP）", "not(VIP)", GRADE),
        ("≠ VIP", "!= VIP", GRADE),
        ("＜　2026－01－31", "< 2026-01-31", DAY),
    ],
)
def test_what_a_chinese_keyboard_types_is_understood(typed, meant, column):
    assert read_test(typed, column) == read_test(meant, column)


def test_text_between_quotes_stays_as_it_is_typed():
    assert read_test('"甲，乙（丙）＞"', NOTE).values == ("甲，乙（丙）＞",)


def test_text_is_compared_in_one_normal_form():
    decomposed = "cafe\u0301"
    assert read_test(f'"{decomposed}"', NOTE).admits("caf\u00e9")


@pytest.mark.parametrize(
    ("cell", "column", "at", "words"),
    [
        ("", AMOUNT, 0, "Write - for: whatever it is"),
        (">= 500,000", AMOUNT, 7, "500000 or 50万"),
        ("1,000", AMOUNT, 2, "without separators"),
        (">= 500, 800", AMOUNT, 8, "adds nothing"),
        ("5, < 10", AMOUNT, 3, "makes an earlier one useless"),
        ("> 3, < 5", AMOUNT, 0, "(3..5)"),
        ("(5..5]", AMOUNT, 0, "no value is between 5 and 5"),
        ("[5..3]", AMOUNT, 0, "the lower end is first"),
        ("(3..4)", WHOLE, 0, "no value is between"),
        ("2.5", WHOLE, 0, "0 decimal places"),
        ("5 kg", AMOUNT, 2, "kg is not a unit of amount"),
        ("-200000", AMOUNT, 0, "outside -100000.."),
        ("=> 5", AMOUNT, 1, "Write >= instead of =>"),
        ("=< 5", AMOUNT, 1, "Write <= instead of =<"),
        ("5 or 6", AMOUNT, 2, "Write , between alternatives"),
        ("> 5 and < 6", AMOUNT, 4, "Write a range such as (3..10]"),
        ("5; 6", AMOUNT, 1, "Write , between alternatives"),
        ("3..5", AMOUNT, 1, "'..5' is not understood here"),
        (">=", AMOUNT, 2, "expected - or a number"),
        ("> null", AMOUNT, 2, "null is not more or less"),
        ("5, not(6)", AMOUNT, 3, "do not go together"),
        ("not(5), 6", AMOUNT, 8, "stands alone"),
        ("not(5, null), null", AMOUNT, 0, "admitted and excluded at once"),
        ("5, != 6", AMOUNT, 3, "!= stands alone"),
        ("VPI", GRADE, 0, "did you mean VIP?"),
        ("＞＝ VPI", GRADE, 0, "have no order"),
        ("VIP, VIP", GRADE, 5, "named twice"),
        ("5", GRADE, 0, "Write one of its values"),
        ("[VIP..KEY]", GRADE, 0, "have no order"),
        ("null", NOTE, 0, "never null"),
        ("hello", NOTE, 0, 'Write "hello"'),
        ('"hello', NOTE, 0, "A quote is not closed"),
        ("yes", OPEN, 0, "Write true or false"),
        ("2026-02-30", DAY, 0, "no date that there is"),
        ("2026/01/31", DAY, 4, "2026-01-31"),
        ('@"2026-01-31T09:00:00"', INSTANT, 0, "+08:00"),
        ('@"P1Y"', WAIT, 0, "a month has no fixed length"),
        ('time("25:00:00")', TIME, 0, "no time that there is"),
        ('time("09:00:00")', DAY, 0, "Write a date such as"),
        ("1" * 40, AMOUNT, 0, "at most 34 digits"),
        ("5" + " " * 2_000, AMOUNT, 1_000, "longer than 1000 characters"),
        ("５　公斤", AMOUNT, 2, "公斤 is not a unit"),
    ],
)
def test_a_slip_is_refused_with_its_place_and_what_to_write(cell, column, at, words):
    with pytest.raises(CellError) as refused:
        read_test(cell, column)

    assert words in refused.value.in_words()
    assert refused.value.at == at


def test_a_lenient_reader_takes_what_adds_nothing():
    assert read_test("5, < 10, 5", AMOUNT, Dialect(strict=False)).admits(Decimal(5))


def test_what_can_be_expected_is_only_what_the_column_can_take():
    with pytest.raises(CellError) as refused:
        read_test('"a",', NOTE)

    assert [one for one in refused.value.expected if "number" in one or "date" in one] == []


@pytest.mark.parametrize("nasty", ["(" * 999, "-" * 999, "not(" * 200, '"' + "\\" * 998, "[" * 999, "1," * 499 + "1"])
def test_a_nasty_cell_is_answered_at_once(nasty):
    begun = time.perf_counter()
    with pytest.raises(CellError):
        read_test(nasty, AMOUNT)

    assert time.perf_counter() - begun < 2


def test_a_test_is_written_as_it_is_read():
    test = Test(intervals=(Interval(None, Decimal(3), has_high=False), Interval(Decimal(5), Decimal(6))), null=True)

    assert str(test) == "< 3, [5..6], null"
    assert read_test(str(test), AMOUNT) == test


@pytest.mark.parametrize(
    ("cell", "ours", "dmn"),
    [
        ("not(VIP)", False, True),
        ("!= VIP", False, True),
        ("not(VIP, null)", False, False),
        ("not(null)", False, False),
        ("VIP", False, False),
    ],
)
def test_null_is_another_value_to_dmn_only(cell, ours, dmn):
    assert (read_test(cell, GRADE).admits(None), read_test(cell, GRADE, DMN).admits(None)) == (ours, dmn)
