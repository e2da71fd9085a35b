"""Trying rules on facts that a person gives: read as cells are, answered as the rules mean, slips told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine.kinds import Fault, Kind
from rules.engine.literal import written
from rules.engine.rule_file import read_rule_set
from rules.engine.trying import GivenFactsError, facts_given, tried
from tests.rules.chain_writing import care
from tests.rules.worlds import OF_KIND, World, worlds
from tests.rules.writing import rule_set

KINDS = """\
rule_set: kinds
title: {zh: 类型, en: Kinds}
owner: nobody
inputs:
  number: {type: number, nullable: true}
  enum: {type: enum, values: [VIP, KEY, 普通], nullable: true}
  text: {type: text, nullable: true}
  boolean: {type: boolean, nullable: true}
  date: {type: date, nullable: true}
  time: {type: time, nullable: true}
  instant: {type: instant, nullable: true}
  duration: {type: duration, nullable: true}
outputs:
  out: {type: number}
hit_policy: FIRST
table: |
  | row | number | enum | text | boolean | date | time | instant | duration | => out |
  | r1  | -      | -    | -    | -       | -    | -    | -       | -        | 1      |
"""


def in_text(value: Any) -> str:
    """A value as people write it on a command line."""
    return value if isinstance(value, str) else written(value).removeprefix('@"').removesuffix('"')


def slips(*texts: tuple[str, str | None]) -> list[tuple[int, str]]:
    with pytest.raises(GivenFactsError) as refused:
        facts_given(rule_set(), texts)
    return [(problem.place, problem.message) for problem in refused.value.problems]


@pytest.mark.parametrize("kind", Kind)
@given(data=st.data())
def test_a_value_of_each_kind_is_read_as_it_is_written(kind, data):
    value = data.draw(OF_KIND[kind])

    found = facts_given(read_rule_set(KINDS, "kinds.yaml"), [(kind, in_text(value))])

    assert found == {kind: value}


def test_values_may_be_written_as_in_cells():
    rules = read_rule_set(KINDS, "kinds.yaml")

    found = facts_given(
        rules, [("number", " 1.5万 "), ("date", "2026-01-31"), ("boolean", "true"), ("time", "09:30:00")]
    )

    assert found == {"number": Decimal(15_000), "date": dt.date(2026, 1, 31), "boolean": True, "time": dt.time(9, 30)}


def test_null_and_nothing_are_not_known_but_a_text_may_say_null():
    rules = read_rule_set(KINDS, "kinds.yaml")

    found = facts_given(rules, [("number", "null"), ("date", None), ("text", "null")])

    assert found == {"number": None, "date": None, "text": "null"}


@given(worlds())
def test_rules_say_of_texts_what_they_mean_and_what_stands_in_the_way(world: World):
    rules = read_rule_set(world.text(), "levels.yaml")
    given_texts = [(name, None if value is None else in_text(value)) for name, value in world.facts.items()]

    trial = tried(rules, facts_given(rules, given_texts))

    expected = world.answer()
    found = "VIOLATED" if trial.outcome.errors else [result["out"] for result in trial.outcome.results]
    assert found == expected
    cells = {f"r{number}": row for number, (row, _) in enumerate(world.rows)}
    for one in trial.passed_over:
        failed = {check.column.name for check in one.failed}
        assert failed == {name for name, cell in cells[one.row.id].items() if not cell.admits(world.facts[name])}
        assert failed


def test_each_slip_is_told_with_its_place_and_what_to_write_instead():
    assert slips(("amunt", "5"), ("grade", "VIPP"), ("amount", "-1")) == [
        (1, "amunt is no fact that fees reads (did you mean amount?)"),
        (2, "VIPP is not a value of grade (did you mean VIP?)"),
        (3, "amount: -1 is outside 0.. of amount"),
    ]
    assert slips(("grade", "VIP"), ("grade", "KEY")) == [(2, "grade is given twice")]
    [(_, told)] = slips(("amount", "many"))
    assert told.endswith("Write a number such as 1000.50")


@pytest.mark.parametrize("texts", [[], [("grade", None)], [("grade", "null")]])
def test_what_is_left_out_is_not_known(texts):
    trial = tried(rule_set(), facts_given(rule_set(), texts))

    assert [error.fault for error in trial.outcome.errors] == [Fault.MISSING_FACT]
    assert trial.passed_over == ()


def test_rules_that_chain_can_be_tried_too():
    facts = facts_given(care(), [("grade", "KEY"), ("overdue_days", "9 weeks"), ("complaints", "1")])

    trial = tried(care(), facts)

    assert trial.outcome.rows == ("to_manager", "late", "serious")
    assert trial.outcome.results == ({"late_payer": True, "serious": True, "points": Decimal(5), "level": "manager"},)
    assert trial.passed_over == ()
