"""Why a table decided so, and why not otherwise: the tests of rows, and how far facts are from passing them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given

from rules.engine.cell import read_test
from rules.engine.explaining import Check, considered, passed_over, why_not
from rules.engine.kinds import Column, Kind
from rules.engine.reference import decide
from rules.engine.rule_file import load_rule_set, read_rule_set
from rules.engine.table import HitPolicy
from server.commands.rule_files import LIBRARY
from tests.rules.worlds import worlds

GRADING = load_rule_set(LIBRARY / "grading" / "grading.yaml").table
FACTS = {
    "current_grade": "NORMAL",
    "days_in_grade": 200,
    "value_12m": Decimal("123000.50"),
    "potential": "mid",
    "tenure_years": 3,
}


def test_the_rows_before_the_one_that_decided_each_fail_somewhere():
    rows = considered(GRADING, FACTS)
    before = passed_over(GRADING, rows, decide(GRADING, FACTS).rows)

    assert [one.row.id for one in before] == ["vip_up", "vip_keep", "vip_stay"]
    assert [[check.column.name for check in one.failed] for one in before] == [
        ["value_12m"],
        ["current_grade", "value_12m"],
        ["current_grade", "days_in_grade"],
    ]


def test_it_is_said_by_how_much_and_the_nearest_row_comes_first():
    rows = why_not(GRADING, FACTS, "grade", "VIP")

    assert [one.row.id for one in rows] == ["vip_up", "vip_keep", "vip_stay"]
    gap = rows[0].failed[0].gap
    assert gap is not None
    assert (gap.edge, gap.distance) == (500_000, Decimal("376999.50"))


def test_a_row_that_matches_and_came_too_late_is_the_nearest():
    rows = why_not(GRADING, {**FACTS, "value_12m": 600_000}, "grade", "NORMAL")

    assert [(one.row.id, one.holds) for one in rows] == [("normal", True)]


def test_facts_that_are_not_known_have_no_rows():
    assert considered(GRADING, {**FACTS, "tenure_years": None}) == ()


NUMBER = Column("n", Kind.NUMBER, nullable=True)
DATE = Column("d", Kind.DATE)
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("column", "cell", "value", "distance"),
    [
        (NUMBER, ">= 5", 3, 2),
        (NUMBER, "[5..9], [20..30]", 17, 3),
        (NUMBER, "< 5", 5, 0),
        (NUMBER, "not(5)", 5, None),
        (NUMBER, "null", 5, None),
        (NUMBER, ">= 5", None, None),
        (NUMBER, ">= 5", 5, None),
        (DATE, "> 2026-01-31", dt.date(2026, 1, 1), 30 * DAY),
        (Column("b", Kind.BOOLEAN), "true", False, None),
    ],
)
def test_the_gap_is_the_way_to_the_nearest_end(column, cell, value, distance):
    kept = Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
    gap = Check(column, read_test(cell, column), kept).gap

    assert (None if gap is None else gap.distance) == distance


@given(worlds())
def test_the_rows_that_hold_are_those_that_match(world):
    table = read_rule_set(world.text(), "levels.yaml").table
    rows = considered(table, world.facts)
    outcome = decide(table, world.facts)

    held = [one.row.id for one in rows if one.holds]
    assert held[: len(outcome.matched)] == list(outcome.matched)
    assert table.policy is HitPolicy.FIRST or len(held) == len(outcome.matched)
    assert not any(one.holds for one in passed_over(table, rows, outcome.rows))
    assert all(one.holds == all(check.holds for check in one.checks) for one in rows)


@given(worlds())
def test_the_rows_that_would_give_a_value_are_all_of_them_the_nearest_first(world):
    table = read_rule_set(world.text(), "levels.yaml").table
    wanted = world.rows[0][1]
    rows = why_not(table, world.facts, "out", wanted)

    assert {one.row.id for one in rows} == {f"r{n}" for n, (_, out) in enumerate(world.rows) if out == wanted}
    assert [len(one.failed) for one in rows] == sorted(len(one.failed) for one in rows)
