"""Small rule files for tests."""

from __future__ import annotations

import textwrap

from rules.engine.problem import Problem, RuleFileError
from rules.engine.rule_file import read_rule_set
from rules.engine.table import RuleSet

HEAD = """\
rule_set: fees
title: {zh: 收费, en: Fees}
owner: service-management
effective: {from: 2026-01-01, until: 2027-01-01}
inputs:
  amount: {type: number, places: 2, min: 0, unit: 元, nullable: true}
  grade: {type: enum, values: [VIP, KEY, NORMAL]}
outputs:
  fee: {type: number, nullable: true}
"""

TABLE = """\
| row  | amount  | grade    | => fee       | reason.zh         | reason.en       |
| vip  | -       | VIP      | 0            | 贵宾免费          | free for VIP    |
| high | >= 1000 | KEY      | amount / 100 | {amount} 元的 1%  | 1 % of {amount} |
| rest | -       | not(VIP) | 5            | 其余              | all others      |
"""

CASES = """\
rule_set: fees
clock: 2026-05-01T09:00:00+08:00
usual: {amount: 100, grade: KEY}
cases:
  - {name: VIP, given: {grade: VIP}, expect: {fee: 0, row: vip}}
  - {name: much, given: {amount: 1万}, expect: {fee: 100, row: high}}
  - {name: little, expect: {fee: 5, rows: [rest]}}
  - {name: unknown, given: {grade: null}, expect: {error: MISSING_FACT}}
"""
"""Of `rule_text()`; they all pass."""


def rule_text(table: str = TABLE, *, head: str = HEAD, policy: str = "FIRST") -> str:
    return f"{head}hit_policy: {policy}\ntable: |\n{textwrap.indent(table, '  ')}"


def rule_set(table: str = TABLE, *, head: str = HEAD, policy: str = "FIRST") -> RuleSet:
    return read_rule_set(rule_text(table, head=head, policy=policy), "fees.yaml")


def problems_of(text: str) -> list[Problem]:
    """What is wrong in the text of a rule file; it must be something."""
    try:
        read_rule_set(text, "fees.yaml")
    except RuleFileError as error:
        return list(error.problems)
    raise AssertionError("the file was read")
