"""Rules that chain decide about many cases at once as the reference evaluator decides about each."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine.bulk_chain import BulkChain
from rules.engine.kinds import Fault
from rules.engine.reference import evaluate
from rules.engine.rule_file import read_rule_set
from tests.rules.chain_worlds import chain_worlds
from tests.rules.chain_writing import CARE_HEAD, CARE_RULES

numbers = st.integers(-3, 3).map(Decimal) | st.none() | st.sampled_from([True, "x"])
CARE = read_rule_set(CARE_HEAD + CARE_RULES, "care.yaml")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.tuples(numbers, numbers), max_size=12), st.integers(1, 4))
def test_many_cases_are_answered_as_each_alone(seed, cases, most_kept):
    rule_set = read_rule_set(chain_worlds(Random(seed)).text, "world.yaml")
    columns = {name: [case[place] for case in cases] for place, name in enumerate(("x", "y"))}

    answers = BulkChain(rule_set.body, most_kept=most_kept).decide(columns, len(cases))

    for (x, y), outcome in zip(cases, answers.each(), strict=True):
        assert outcome == dataclasses.replace(evaluate(rule_set, {"x": x, "y": y}), reasons=())


def test_a_fact_that_is_not_given_is_null():
    answers = BulkChain(CARE.body).decide({"grade": ["KEY", "VIP"], "overdue_days": [70, 70]}, 2)

    assert [outcome.errors[0].fault for outcome in answers.each()] == [Fault.MISSING_FACT] * 2


def test_without_cases_there_is_no_answer():
    assert list(BulkChain(CARE.body).decide({}, 0).each()) == []
