"""The reference evaluator: what each hit policy answers, and what it says of facts that it cannot use."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from rules.engine.kinds import Fault
from rules.engine.problem import RuleFileError
from rules.engine.reference import evaluate
from rules.engine.table import Words
from tests.rules.writing import HEAD, rule_set

OVERLAPPING = """\
| row | amount | grade | => fee |
| a   | >= 1   | -     | 20     |
| b   | >= 2   | -     | 10     |
| c   | >= 3   | -     | 20     |
"""
LEVELS = HEAD.replace("fee: {type: number, nullable: true}", "fee: {type: enum, values: [high, mid, low]}")
RANKED = """\
| row | amount | grade | => fee |
| a   | >= 1   | -     | low    |
| b   | >= 2   | -     | high   |
| c   | >= 3   | -     | mid    |
"""


def facts(amount, grade="KEY"):
    return {"amount": None if amount is None else Decimal(amount), "grade": grade}


def fees(outcome):
    return [each["fee"] for each in outcome.results]


@pytest.mark.parametrize(
    ("policy", "amount", "expected", "rows"),
    [
        ("FIRST", 3, [20], ("a",)),
        ("FIRST", 0, [], ()),
        ("UNIQUE", 1, [20], ("a",)),
        ("ANY", 1, [20], ("a",)),
        ("RULE ORDER", 3, [20, 10, 20], ("a", "b", "c")),
        ("COLLECT", 2, [20, 10], ("a", "b")),
        ("COLLECT", 0, [], ()),
        ("COLLECT SUM", 3, [50], ("a", "b", "c")),
        ("COLLECT SUM", 0, [None], ()),
        ("COLLECT MIN", 3, [10], ("a", "b", "c")),
        ("COLLECT MAX", 2, [20], ("a", "b")),
        ("COLLECT COUNT", 3, [3], ("a", "b", "c")),
        ("COLLECT COUNT", 0, [0], ()),
        ("collect  count", 1, [1], ("a",)),
    ],
)
def test_a_policy_answers(policy, amount, expected, rows):
    outcome = evaluate(rule_set(OVERLAPPING, policy=policy), facts(amount))

    assert outcome.errors == ()
    assert (fees(outcome), outcome.rows) == (expected, rows)


@pytest.mark.parametrize(
    ("policy", "amount", "expected", "rows"),
    [
        ("PRIORITY", 3, ["high"], ("b",)),
        ("PRIORITY", 1, ["low"], ("a",)),
        ("OUTPUT ORDER", 3, ["high", "mid", "low"], ("b", "c", "a")),
    ],
)
def test_a_policy_by_rank_answers(policy, amount, expected, rows):
    outcome = evaluate(rule_set(RANKED, head=LEVELS, policy=policy), facts(amount))

    assert (fees(outcome), outcome.rows) == (expected, rows)


def test_any_takes_rows_that_agree():
    outcome = evaluate(rule_set(OVERLAPPING.replace("10", "20"), policy="ANY"), facts(3))

    assert (fees(outcome), outcome.rows) == ([20], ("a", "b", "c"))


@pytest.mark.parametrize(("policy", "words"), [("UNIQUE", "one row to match"), ("ANY", "these differ")])
def test_a_violated_policy_is_an_error_and_no_answer(policy, words):
    outcome = evaluate(rule_set(OVERLAPPING, policy=policy), facts(2))

    [error] = outcome.errors
    assert (error.fault, error.rows, outcome.results) == (Fault.HIT_POLICY, ("a", "b"), ())
    assert words in error.message


def test_reasons_are_filled_in_from_facts_and_outputs():
    outcome = evaluate(rule_set(), facts("1234.50"))

    assert outcome.reasons == (Words("1,234.50 元的 1%", "1 % of 1,234.50"),)
    assert outcome.results[0]["fee"] == Decimal("12.345")


def test_a_null_in_a_reason_is_a_dash():
    table = "| row | amount | grade | => fee | reason.en |\n| a | - | - | 1 | spent {amount} |\n"
    assert evaluate(rule_set(table), facts(None)).reasons[0].en == "spent –"


def test_defaults_answer_where_no_row_matches():
    head = HEAD.replace("fee: {type: number,", "fee: {type: number, default: 7,")
    outcome = evaluate(rule_set(OVERLAPPING, head=head), facts(0))

    assert (fees(outcome), outcome.rows) == ([7], ())


@pytest.mark.parametrize(
    ("given", "fault", "fact"),
    [
        ({"amount": 5}, Fault.MISSING_FACT, "grade"),
        ({"amount": 5, "grade": None}, Fault.MISSING_FACT, "grade"),
        ({"amount": 5.0, "grade": "KEY"}, Fault.WRONG_TYPE, "amount"),
        ({"amount": True, "grade": "KEY"}, Fault.WRONG_TYPE, "amount"),
        ({"amount": "5", "grade": "KEY"}, Fault.WRONG_TYPE, "amount"),
        ({"amount": -1, "grade": "KEY"}, Fault.OUT_OF_RANGE, "amount"),
        ({"amount": Decimal("0.001"), "grade": "KEY"}, Fault.OUT_OF_RANGE, "amount"),
        ({"amount": Decimal("NaN"), "grade": "KEY"}, Fault.OUT_OF_RANGE, "amount"),
        ({"amount": Decimal("1e999999"), "grade": "KEY"}, Fault.OUT_OF_RANGE, "amount"),
        ({"amount": 10**5000, "grade": "KEY"}, Fault.OUT_OF_RANGE, "amount"),
        ({"amount": 5, "grade": "GOLD"}, Fault.OUT_OF_RANGE, "grade"),
    ],
)
def test_a_fact_that_cannot_be_used_is_an_error(given, fault, fact):
    outcome = evaluate(rule_set(), given)

    assert [(error.fault, error.fact) for error in outcome.errors] == [(fault, fact)]
    assert outcome.results == ()


def test_all_facts_that_cannot_be_used_are_told_at_once():
    outcome = evaluate(rule_set(), {"amount": "many", "grade": "GOLD"})

    assert [error.fact for error in outcome.errors] == ["amount", "grade"]


def test_facts_that_it_does_not_read_do_no_harm():
    assert fees(evaluate(rule_set(), {**facts(1), "phone": "1390000"})) == [5]


@pytest.mark.parametrize(
    ("cell", "amount", "fault"),
    [
        ("1 / amount", 0, Fault.ARITHMETIC),
        ("amount * 2", None, Fault.ARITHMETIC),
        ("amount * 2", 60, Fault.OUT_OF_RANGE),
    ],
)
def test_an_output_that_cannot_be_made_is_an_error_of_its_row(cell, amount, fault):
    head = HEAD.replace("fee: {type: number, nullable: true}", "fee: {type: number, max: 100}")
    table = f"| row | amount | grade | => fee |\n| a | - | - | {cell} |\n"

    [error] = evaluate(rule_set(table, head=head), facts(amount)).errors
    assert (error.fault, error.rows) == (fault, ("a",))


def test_a_sum_with_a_null_is_null():
    table = "| row | amount | grade | => fee |\n| a | - | - | 1 |\n| b | - | - | amount |\n"
    assert fees(evaluate(rule_set(table, policy="COLLECT SUM"), facts(None))) == [None]


def test_it_holds_from_its_first_day_until_the_day_before_its_last():
    found = rule_set()

    days = [dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 12, 31), dt.date(2027, 1, 1)]
    assert [found.holds_on(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("policy", "head", "table"),
    [
        ("PRIORITY", HEAD, OVERLAPPING),
        ("OUTPUT ORDER", HEAD, OVERLAPPING),
        ("COLLECT SUM", LEVELS, RANKED),
    ],
)
def test_a_policy_that_does_not_suit_the_outputs_is_refused(policy, head, table):
    with pytest.raises(RuleFileError, match="needs an output of type"):
        rule_set(table, head=head, policy=policy)
