"""Approving and rejecting changes of credit that the rules proposed (D14)."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from outbox.event import EventKind
from resolvers.access import Scope
from resolvers.access_rows import access_credit_change
from resolvers.acting.duties import fulfil_kind, open_duty
from resolvers.actions import Action
from resolvers.commands import Unit, command
from resolvers.drafts import CreditChangeId
from resolvers.edits import check_version, touch
from resolvers.problems import Code, refuse
from resolvers.text import Prose
from store.credit import CreditAccountRow
from store.credit_change import CreditApprover, CreditChangeRow, CreditChangeStatus
from store.duty import DutyKind


@dataclass(frozen=True)
class CreditChangeApproval:
    """A proposed change that is to hold from now on."""

    id: CreditChangeId
    note: Prose | None = None
    version: int | None = None


@dataclass(frozen=True)
class CreditChangeRejection:
    """A proposed change that is not to be; `note` says why."""

    id: CreditChangeId
    note: Prose
    version: int | None = None


class ApproveCreditChangeErrorCode(enum.StrEnum):
    """Why a change of credit was not approved."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    STALE_VERSION = Code.STALE_VERSION
    BAD_MOVE = Code.BAD_MOVE


class RejectCreditChangeErrorCode(enum.StrEnum):
    """Why a change of credit was not rejected."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    STALE_VERSION = Code.STALE_VERSION
    BAD_MOVE = Code.BAD_MOVE


@command(Action.APPROVE_CREDIT_CHANGE, ApproveCreditChangeErrorCode)
async def approve_credit_change(unit: Unit, draft: CreditChangeApproval) -> uuid.UUID:
    """Let a proposed change hold. The customer is to be told, and open orders are to be checked where it says so."""
    row = await _proposed(unit, draft.id, draft.version)
    await _apply(unit, row)
    _answer(unit, row, CreditChangeStatus.APPROVED, draft.note)
    unit.changed(EventKind.CREDIT_APPROVED, "CreditChange", row.id, customerId=row.customer_id)
    await fulfil_kind(unit, DutyKind.CREDIT_REVIEW, row.customer_id, "信用变更已批准 · a change of credit was approved")
    reason = "信用变更后告知客户 · the customer is told of the change of credit"
    open_duty(unit, DutyKind.CREDIT_NOTICE, row.customer_id, reason=reason, decision_id=row.decision_id)
    if row.recheck_orders:
        reason = "信用变更后复核未交订单 · open orders are checked again after the change of credit"
        open_duty(unit, DutyKind.ORDER_CHECK, row.customer_id, reason=reason, decision_id=row.decision_id)
    return row.id


@command(Action.REJECT_CREDIT_CHANGE, RejectCreditChangeErrorCode)
async def reject_credit_change(unit: Unit, draft: CreditChangeRejection) -> uuid.UUID:
    """Leave the credit as it is. The rules do not propose the same again for a month."""
    row = await _proposed(unit, draft.id, draft.version)
    _answer(unit, row, CreditChangeStatus.REJECTED, draft.note)
    unit.changed(EventKind.CREDIT_REJECTED, "CreditChange", row.id, customerId=row.customer_id)
    return row.id


async def _proposed(unit: Unit, key: uuid.UUID, version: int | None) -> CreditChangeRow:
    """A proposed change of a customer within reach that the subject may answer. Raises Refused."""
    row = await access_credit_change(unit, key, "id")
    check_version(row, version)
    if row.status is not CreditChangeStatus.PROPOSED:
        raise refuse(Code.BAD_MOVE, "id", f"the change is {row.status}; only what is proposed can be answered")
    if row.approver is CreditApprover.GENERAL_MANAGER and unit.subject.scope is not Scope.ALL:
        raise refuse(Code.FORBIDDEN, "id", "this change is answered by a manager of all customers")
    return row


async def _apply(unit: Unit, row: CreditChangeRow) -> None:
    """Give the account its new terms. Raises Refused where it is not as it was when the change was proposed."""
    chosen = sa.select(CreditAccountRow).where(CreditAccountRow.customer_id == row.customer_id)
    account = (await unit.session.scalars(chosen.with_for_update())).one()
    before = (row.rating_before, row.limit_before_minor, row.term_days_before, row.currency)
    if before != (account.rating, account.limit_minor, account.term_days, account.currency):
        message = "the credit was changed since; reject this, and the rules look at it again"
        raise refuse(Code.STALE_VERSION, "id", message)
    account.rating, account.limit_minor, account.term_days = row.rating, row.limit_minor, row.term_days
    account.reviewed_on = unit.today
    touch(unit, account)
    unit.deals_with(row.customer_id)


def _answer(unit: Unit, row: CreditChangeRow, status: CreditChangeStatus, note: str | None) -> None:
    row.status, row.note = status, note
    row.ended_at, row.ended_by = unit.now, unit.subject.name
    touch(unit, row)
