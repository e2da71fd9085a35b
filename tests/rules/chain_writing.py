"""A small file of rules that chain, for tests."""

from __future__ import annotations

from rules.engine.rule_file import read_rule_set
from rules.engine.table import RuleSet

CARE_HEAD = """\
rule_set: care
title: {zh: 客户关怀, en: Care}
owner: service-management
inputs:
  grade: {type: enum, values: [VIP, KEY, NORMAL]}
  overdue_days: {type: number, places: 0, min: 0, units: {weeks: 7}, nullable: true}
  complaints: {type: number, places: 0, min: 0}
  city: {type: text, nullable: true}
conclusions:
  late_payer: {type: boolean, default: false}
  serious: {type: boolean, default: false}
  points: {type: number, default: 0, max: 100, combine: sum}
  level: {type: enum, values: [director, manager, agent], default: agent, combine: priority}
"""
CARE_RULES = """\
rules:
  - id: to_manager
    when: {serious: true}
    then: {level: manager}
  - id: to_director
    when: {serious: true, grade: VIP}
    then: {level: director}
    reason: {zh: "{points} 分", en: "{points} points"}
  - id: late
    when: {overdue_days: "> 60", grade: not(VIP)}
    then: {late_payer: true, points: 5}
  - id: complains
    when: {complaints: ">= 2"}
    then: {points: complaints * 2}
  - id: serious
    when: [{late_payer: true, complaints: ">= 1"}, {points: ">= 6"}]
    then: {serious: true}
"""


def care(rules: str = CARE_RULES, *, head: str = CARE_HEAD) -> RuleSet:
    return read_rule_set(head + rules, "care.yaml")
