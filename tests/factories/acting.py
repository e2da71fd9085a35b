"""What rules brought about: duties and changes of credit."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from store.base import new_id
from store.credit import CreditRating
from store.credit_change import CreditAction, CreditApprover, CreditChangeRow, CreditChangeStatus
from store.customer import CustomerRow
from store.decision import DecisionOccasion, DecisionRow
from store.duty import DutyKind, DutyRow, DutyStatus
from store.rule_version import RuleVersionRow
from tests.factories import NOW, TODAY, added

TIMES = {"created_at": NOW, "updated_at": NOW}


async def add_duty(session: AsyncSession, customer: CustomerRow, **values: Any) -> DutyRow:
    """A return visit that is owed today."""
    keys = {"customer_id": customer.id, "subject_id": customer.id, "kind": DutyKind.RETURN_VISIT}
    state = {"status": DutyStatus.OPEN, "due_on": TODAY, "reason": "每月回访 · monthly"}
    return await added(session, DutyRow(**{**keys, **state, **TIMES, **values}))


async def add_credit_change(
    session: AsyncSession, customer: CustomerRow, version: RuleVersionRow, **values: Any
) -> CreditChangeRow:
    """A proposal to lower the credit that the factory of accounts gives, for a manager to answer."""
    decision_id = await _add_decision(session, customer, version)
    keys = {"customer_id": customer.id, "decision_id": decision_id, "currency": customer.currency}
    state = {"action": CreditAction.REDUCE, "status": CreditChangeStatus.PROPOSED, "approver": CreditApprover.MANAGER}
    before = {"rating_before": CreditRating.A, "limit_before_minor": 10_000_00, "term_days_before": 30}
    after = {"rating": CreditRating.B, "limit_minor": 8_000_00, "term_days": 15, "recheck_orders": True}
    return await added(session, CreditChangeRow(**{**keys, **state, **before, **after, **TIMES, **values}))


async def _add_decision(session: AsyncSession, customer: CustomerRow, version: RuleVersionRow) -> uuid.UUID:
    of = {"rule_set": version.rule_set, "version_id": version.id, "version": version.number, "about": "customer"}
    whose = {"id": new_id(), "subject_id": customer.id, "customer_id": customer.id, "decided_at": NOW}
    made = {"occasion": DecisionOccasion.CADENCE, "asked_by": "rules", "facts": "{}", "rows": "[]"}
    row = await added(session, DecisionRow(**of, **whose, **made, results="[]", reasons="[]"))
    return row.id
