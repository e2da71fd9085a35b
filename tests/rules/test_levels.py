"""How confidential a reason and an output are: as what they quote."""

from __future__ import annotations

from decimal import Decimal

from rules.engine.reference import evaluate
from rules.engine.rule_file import read_rule_set
from rules.facts.levels import level_of, level_of_inputs, level_of_reason, levels_of_outputs, told_reason
from rules.facts.vocabulary import Level

TEXT = """\
rule_set: limits
title: {zh: 额度, en: Limits}
owner: finance
about: customer
reads: [overdue_amount, tenure_years]
outputs:
  limit: {type: number}
hit_policy: FIRST
table: |
  | row   | overdue_amount | tenure_years | => limit           | reason.zh             | reason.en                     |
  | owes  | > 0            | -            | 0                  | 逾期 {overdue_amount}| {overdue_amount} is overdue   |
  | half  | -              | -            | overdue_amount * 2 | 额度 {limit}         | a limit of {limit}            |
  | plain | -              | -            | 7                  | {tenure_years} 年    | {tenure_years} years, {limit} |
"""
TABLE = read_rule_set(TEXT, "limits.yaml").table
OWES, HALF, PLAIN = TABLE.rows
FACTS = {"tenure_years": 3, "overdue_amount": Decimal(12)}


def test_what_quotes_a_confidential_fact_is_confidential():
    assert [level_of_reason(TABLE, row) for row in TABLE.rows] == [
        Level.CONFIDENTIAL,
        Level.CONFIDENTIAL,
        Level.PUBLIC,
    ]
    assert levels_of_outputs(TABLE, HALF) == {"limit": Level.CONFIDENTIAL}
    assert levels_of_outputs(TABLE, PLAIN) == {"limit": Level.PUBLIC}


def test_what_may_quote_anything_is_as_confidential_as_the_highest_fact():
    assert level_of_inputs(TABLE) is Level.CONFIDENTIAL
    assert level_of("no fact of the vocabulary") is Level.PUBLIC


def test_a_reason_hides_what_its_reader_may_not_know():
    outcome = evaluate(read_rule_set(TEXT, "limits.yaml"), FACTS)
    values = {**FACTS, **outcome.results[0]}

    assert told_reason(TABLE, OWES, values, Level.INTERNAL).en == "… is overdue"
    assert told_reason(TABLE, OWES, values, Level.CONFIDENTIAL).en == "12 is overdue"
    assert told_reason(TABLE, HALF, values, Level.INTERNAL).en == "a limit of …"
    assert told_reason(TABLE, PLAIN, {**FACTS, "limit": 7}, Level.PUBLIC).en == "3 years, 7"
