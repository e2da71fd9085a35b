"""Customers who have bought, and rule sets of our own that are put in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from resolvers.decisions.grading import Graded, grade_customers
from resolvers.decisions.making import Asking
from resolvers.rule_sets.library import Source
from resolvers.rule_sets.versions import add_version, put_in_force
from store.customer import CustomerRow
from store.grade import Grade
from store.ledger import LedgerKind
from store.rule_version import PublicationKind, RuleVersionStatus
from store.session import Database
from tests.factories import NOW
from tests.factories.customer import add_customer
from tests.factories.grade import add_grade_period
from tests.factories.ledger import add_entry

ASKING = Asking("analyst", NOW)

OVERDUE = """\
rule_set: grading
title: {zh: 客户分级, en: Grading}
owner: finance
about: customer
reads: [overdue_amount, value_12m]
outputs:
  grade: {type: enum, values: [VIP, KEY, NORMAL, POTENTIAL]}
hit_policy: FIRST
table: |
  | row   | overdue_amount | value_12m | => grade  | reason.zh                | reason.en                    |
  | owes  | > 100          | -         | POTENTIAL | 逾期 {overdue_amount} 元 | {overdue_amount} are overdue |
  | bought| -              | >= 1000   | KEY       | 消费 {value_12m} 元      | spent {value_12m}            |
  | rest  | -              | -         | NORMAL    | 其余                     | all others                   |
"""
"""A grading whose reason quotes a confidential fact."""


async def publish(database: Database, text: str = OVERDUE, name: str = "grading") -> None:
    """Put a rule set of our own in force."""
    async with database.transaction() as session:
        source, by = Source(name, text, ""), {"by": "analyst", "now": NOW, "note": None}
        row = await add_version(session, source, source.rule_set(), status=RuleVersionStatus.APPROVED, **by)
        await put_in_force(session, row, PublicationKind.PUBLISHED, **by)


async def buyer(
    database: Database, yuan: int, grade: Grade | None = None, *, due_on: dt.date | None = None, **values: object
) -> CustomerRow:
    """A customer who has bought for so much."""
    async with database.transaction() as session:
        customer = await add_customer(session, **values)
        await add_entry(session, customer, LedgerKind.INVOICE, yuan * 100, due_on=due_on)
        if grade is not None:
            await add_grade_period(session, customer, grade)
        return customer


async def graded(database: Database, customers: Sequence[CustomerRow], asking: Asking = ASKING) -> Graded:
    """Grade them."""
    total = Graded()
    async for some in grade_customers(database, asking, [one.id for one in customers]):
        total.add(some)
    return total
