"""Rules that chain: what a conclusion is, in whatever order the rules stand."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.engine.kinds import Fault
from rules.engine.reference import evaluate
from rules.engine.rule_file import read_rule_set
from rules.engine.table import TableError
from rules.engine.words import Words
from tests.rules.chain_worlds import chain_worlds
from tests.rules.chain_writing import CARE_RULES, care


def facts(grade="NORMAL", overdue_days=0, complaints=0):
    return {"grade": grade, "overdue_days": overdue_days, "complaints": complaints, "city": None}


NOTHING = {"late_payer": False, "serious": False, "points": 0, "level": "agent"}


def test_what_no_rule_concludes_has_its_default():
    outcome = evaluate(care(), facts())

    assert outcome.results == (NOTHING,)
    assert (outcome.rows, outcome.matched, outcome.reasons) == ((), (), ())


def test_a_conclusion_is_a_fact_for_the_next_rule():
    outcome = evaluate(care(), facts(overdue_days=61, complaints=1))

    assert outcome.results == ({"late_payer": True, "serious": True, "points": 5, "level": "manager"},)
    assert outcome.rows == ("to_manager", "late", "serious")


def test_one_of_the_alternatives_is_enough():
    outcome = evaluate(care(), facts(grade="VIP", overdue_days=None, complaints=3))

    assert outcome.results == ({"late_payer": False, "serious": True, "points": 6, "level": "director"},)


def test_reasons_are_filled_with_facts_and_conclusions():
    outcome = evaluate(care(), facts(grade="VIP", complaints=3))

    assert dict(zip(outcome.rows, outcome.reasons, strict=True))["to_director"] == Words("6 分", "6 points")


def test_the_order_of_the_rules_does_not_matter():
    head, *rules = CARE_RULES.split("  - ")
    given_facts = facts(overdue_days=99, complaints=4)
    expected = evaluate(care(), given_facts)

    for order in itertools.permutations(rules):
        outcome = evaluate(care(head + "  - " + "  - ".join(order)), given_facts)
        assert (outcome.results, set(outcome.rows)) == (expected.results, set(expected.rows))


HEAD = """\
rule_set: pick
title: {zh: 选, en: Pick}
owner: nobody
inputs:
  n: {type: number, nullable: true}
conclusions:
"""
RULES = """\
rules:
  - {id: one, when: {n: ">= 1"}, then: {it: 1}}
  - {id: three, when: {n: ">= 2"}, then: {it: 3}}
  - {id: two, when: {n: ">= 3"}, then: {it: n - 1}}
"""


@pytest.mark.parametrize(
    ("combine", "n", "expected"),
    [
        ("agree", 1, 1),
        ("first", 3, 1),
        ("min", 3, 1),
        ("max", 4, 3),
        ("max", 9, 8),
        ("sum", 3, 6),
        ("sum", 0, None),
    ],
)
def test_several_conclusions_are_combined(combine, n, expected):
    found = read_rule_set(
        f"{HEAD}  it: {{type: number, nullable: true, default: null, combine: {combine}}}\n{RULES}", "p"
    )

    assert evaluate(found, {"n": n}).results == ({"it": expected},)


@pytest.mark.parametrize("combine", ["min", "max", "sum"])
def test_null_among_numbers_makes_null(combine):
    rules = f'{RULES}  - {{id: none, when: {{n: "9"}}, then: {{it: null}}}}\n'
    found = read_rule_set(f"{HEAD}  it: {{type: number, nullable: true, default: 0, combine: {combine}}}\n{rules}", "p")

    assert evaluate(found, {"n": 9}).results == ({"it": None},)


def test_rules_that_contradict_each_other_decide_nothing():
    found = read_rule_set(f"{HEAD}  it: {{type: number, default: 0}}\n{RULES}", "p")
    outcome = evaluate(found, {"n": 2})

    [error] = outcome.errors
    assert (error.fault, error.rows) == (Fault.CONFLICT, ("one", "three"))
    assert error.message == "rules contradict each other about it: one concludes 1, and three 3"
    assert (outcome.results, outcome.matched) == ((), ("one", "three"))


def test_rules_that_say_the_same_do_not_contradict_each_other():
    found = read_rule_set(f"{HEAD}  it: {{type: number, default: 0}}\n{RULES.replace('it: 3', 'it: 1.0')}", "p")

    assert evaluate(found, {"n": 2}).results == ({"it": 1},)


@pytest.mark.parametrize(
    ("column", "n", "fault"),
    [
        ("{type: number, default: 0, max: 5, combine: sum}", 4, Fault.OUT_OF_RANGE),
        ("{type: number, default: 0, max: 2, combine: first}", 2, Fault.OUT_OF_RANGE),
    ],
)
def test_a_conclusion_outside_of_its_range_decides_nothing(column, n, fault):
    rules = RULES.replace("it: 3", "it: n + 1")
    outcome = evaluate(read_rule_set(f"{HEAD}  it: {column}\n{rules}", "p"), {"n": n})

    assert [error.fault for error in outcome.errors] == [fault]
    assert outcome.results == ()


def test_a_calculation_with_null_or_zero_decides_nothing():
    rules = 'rules:\n  - {id: a, when: {n: "-"}, then: {it: 1 / n}}\n'
    found = read_rule_set(f"{HEAD}  it: {{type: number, default: 0}}\n{rules}", "p")

    for n in (None, 0):
        [error] = evaluate(found, {"n": n}).errors
        assert (error.fault, error.rows) == (Fault.ARITHMETIC, ("a",))
    assert evaluate(found, {"n": 4}).results == ({"it": Decimal("0.25")},)


def test_facts_are_checked_as_those_of_a_table():
    outcome = evaluate(care(), facts(grade="NOBODY", complaints=-1))

    assert [(error.fact, error.fault) for error in outcome.errors] == [
        ("grade", Fault.OUT_OF_RANGE),
        ("complaints", Fault.OUT_OF_RANGE),
    ]


def test_a_rule_set_with_a_chain_has_no_table_and_says_so():
    with pytest.raises(TableError, match="care has rules that chain"):
        _ = care().table


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False).map(chain_worlds))
def test_a_random_chain_answers_as_a_few_lines_of_python_say(world):
    outcome = evaluate(read_rule_set(world.text, "world.yaml"), world.facts)

    if world.is_contradicted():
        assert [error.fault for error in outcome.errors] == [Fault.CONFLICT]
    else:
        assert outcome.results == ({name: world.value(name) for name in world.conclusions},)
