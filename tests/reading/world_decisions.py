"""The nasty world's decisions: by two versions of grading, one of which reads confidential facts, and by others."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from rules.engine.recording import facts_text, fault_text, reasons_text, results_text, rows_text
from rules.engine.reference import evaluate
from rules.engine.rule_file import read_rule_set
from rules.engine.table import RuleSet
from store.base import Base
from store.customer import CustomerRow
from store.decision import DecisionRow
from store.rule_version import RuleVersionRow
from store.ticket import TicketRow
from tests.reading.nasty import Chance

HEAD = """\
title: {zh: 客户分级, en: Grading}
owner: nobody
about: customer
"""
GRADES = "{type: enum, values: [VIP, KEY, NORMAL, POTENTIAL]}"
PUBLIC = f"""\
rule_set: grading
{HEAD}reads: [current_grade, tenure_years]
outputs: {{grade: {GRADES}}}
hit_policy: FIRST
table: |
  | row  | current_grade | tenure_years | => grade | reason.zh              | reason.en                   |
  | old  | -             | >= 10        | VIP      | 合作 {{tenure_years}} 年 | {{tenure_years}} years with us |
  | stay | VIP           | -            | VIP      | 不变                   | as before                   |
  | mid  | not(KEY)      | [3..9]       | KEY      | 合作 {{tenure_years}} 年 | {{tenure_years}} years with us |
  | rest | -             | -            | NORMAL   | 其余                   | all others                  |
"""
SECRETIVE = f"""\
rule_set: grading
{HEAD}reads: [overdue_amount, value_12m, tenure_years]
outputs: {{grade: {GRADES}}}
hit_policy: FIRST
table: |
  | row  | overdue_amount | value_12m | tenure_years | => grade | reason.zh             | reason.en                  |
  | owes | > 100          | -         | -     | POTENTIAL | 逾期 {{overdue_amount}} | {{overdue_amount}} overdue |
  | big  | -              | >= 1000 | -     | VIP | 消费 {{value_12m}}      | spent {{value_12m}}           |
  | late | <= 50          | -         | >= 3         | VIP       | 合作已久              | with us for long           |
  | rest | -              | -         | -            | NORMAL    | 其余                  | all others                 |
"""
LIMITS = f"""\
rule_set: limits
{HEAD}reads: [overdue_amount]
outputs: {{limit: {{type: number}}, safe: {{type: boolean}}}}
hit_policy: FIRST
table: |
  | row  | overdue_amount | => limit           | safe  | reason.zh      | reason.en        |
  | owes | > 0            | overdue_amount * 2 | false | 额度 {{limit}}   | a limit of {{limit}} |
  | none | -              | 0                  | true  | 没有逾期       | nothing is overdue  |
"""
LEVELS = """\
rule_set: service_level
title: {zh: 服务等级, en: Service level}
owner: nobody
about: ticket
reads: [severity, overdue_amount, current_grade]
outputs: {level: {type: enum, values: [priority, basic]}}
hit_policy: FIRST
table: |
  | row  | severity | overdue_amount | current_grade | => level | reason.zh             | reason.en                |
  | owes | -        | > 100          | -             | basic    | 逾期 {overdue_amount} | {overdue_amount} overdue |
  | bad  | CRITICAL, HIGH | -        | VIP           | priority | 严重                  | serious                  |
  | rest | -        | -              | -             | basic    | 其余                  | all others               |
"""
VALUES: dict[str, tuple[Any, ...]] = {
    "current_grade": (None, "VIP", "KEY", "NORMAL"),
    "tenure_years": (None, None, *map(Decimal, (0, 2, 3, 9, 10, 40))),
    "value_12m": (None, Decimal("999.99"), Decimal(1000), Decimal("1E+3"), Decimal(-3)),
    "severity": ("CRITICAL", "HIGH", "LOW"),
    "overdue_amount": (Decimal(0), Decimal("50.01"), Decimal(100), Decimal("100.01"), Decimal(7000)),
}


def decisions(chance: Chance, clients: list[CustomerRow]) -> Iterator[Base]:
    """Versions of rules, and what they decided about most of the customers."""
    made = [("grading", 101, PUBLIC), ("grading", 102, SECRETIVE), ("limits", 1, LIMITS)]
    versions = []
    for name, number, text in made:
        row = chance.row(RuleVersionRow, rule_set=name, number=number, text=text, cases="")
        versions.append((row, read_rule_set(text, name)))
        yield row
    for customer in clients:
        for number in range(chance.one(0, 1, 2, 4)):
            yield _decision(chance, customer.id, customer.id, *chance.one(*versions))
            if not number:
                yield _decision(chance, customer.id, customer.id, *versions[0], tenure_years=None)


def ticket_decisions(chance: Chance, rows: Sequence[Base]) -> Iterator[Base]:
    """A version of service levels, and what it decided about most of the tickets, some of them twice."""
    row = chance.row(RuleVersionRow, rule_set="service_level", number=101, text=LEVELS, cases="")
    rule_set = read_rule_set(LEVELS, "service_level")
    yield row
    for ticket in (each for each in rows if isinstance(each, TicketRow)):
        for _ in range(chance.one(0, 1, 1, 2)):
            yield _decision(chance, ticket.id, ticket.customer_id, row, rule_set)


def _decision(
    chance: Chance,
    key: uuid.UUID,
    customer_id: uuid.UUID,
    version: RuleVersionRow,
    rule_set: RuleSet,
    **given: Any,
) -> DecisionRow:
    inputs = rule_set.table.inputs
    facts = {column.name: chance.one(*VALUES[column.name]) for column in inputs} | given
    outcome = evaluate(rule_set, facts)
    texts = {
        "facts": facts_text(inputs, facts),
        "rows": rows_text(outcome),
        "results": results_text(outcome),
        "reasons": reasons_text(outcome),
        "fault": fault_text(outcome),
    }
    of = {"rule_set": rule_set.name, "version_id": version.id, "version": version.number, "about": rule_set.about}
    return chance.row(DecisionRow, subject_id=key, customer_id=customer_id, **of, **texts)
