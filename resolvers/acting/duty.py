"""Doing what is owed: a duty ends with evidence (B4, B7, D14)."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import sqlalchemy as sa

from outbox.event import EventKind
from resolvers.access_rows import access_duty
from resolvers.acting.duties import EVIDENCE, end_duty
from resolvers.actions import Action
from resolvers.commands import Told, Unit, command
from resolvers.drafts import DutyId
from resolvers.edits import check_version, touch
from resolvers.problems import Code, refuse
from resolvers.text import Prose
from store.credit import CreditAccountRow
from store.customer import CustomerRow
from store.duty import DutyKind, DutyRow, DutyStatus


@dataclass(frozen=True)
class DutyCompletion:
    """A duty that was done; `note` is the evidence: what was found, or who was told what."""

    id: DutyId
    note: Prose
    version: int | None = None


class CompleteDutyErrorCode(enum.StrEnum):
    """Why a duty was not completed."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    STALE_VERSION = Code.STALE_VERSION
    BAD_MOVE = Code.BAD_MOVE
    CONTACT_NEEDED = Code.CONTACT_NEEDED


_ENTRIES: Final = MappingProxyType(
    {duty: [kind.value for kind, each in EVIDENCE.items() if each is duty] for duty in EVIDENCE.values()}
)


@command(Action.COMPLETE_DUTY, CompleteDutyErrorCode)
async def complete_duty(unit: Unit, draft: DutyCompletion) -> uuid.UUID:
    """Complete an open duty of a customer within reach. Duties to speak with the customer end by the contact itself."""
    row = await access_duty(unit, draft.id, "id")
    check_version(row, draft.version)
    if row.status is not DutyStatus.OPEN:
        raise refuse(Code.BAD_MOVE, "id", f"the duty is {row.status} already, and stays so")
    if row.kind in _ENTRIES:
        kinds = " or ".join(_ENTRIES[row.kind])
        of_ticket = " and the ticket" if row.ticket_id else ""
        raise refuse(Code.CONTACT_NEEDED, "id", f"record the contact, with kind {kinds}{of_ticket}: that completes it")
    await _put_on_record(unit, row)
    end_duty(unit, row, DutyStatus.DONE, draft.note)
    return row.id


async def _put_on_record(unit: Unit, row: DutyRow) -> None:
    """Let the record say that it was done, so that the rules see it too."""
    if row.kind is DutyKind.ARCHIVE_CHECK:
        customer = await unit.session.get_one(CustomerRow, row.customer_id)
        touch(unit, customer)
        told: dict[str, Told] = {"code": customer.code, "version": customer.version, "fields": []}
        unit.changed(EventKind.CUSTOMER_UPDATED, "Customer", customer.id, **told)
    if row.kind is DutyKind.CREDIT_REVIEW:
        chosen = sa.select(CreditAccountRow).where(CreditAccountRow.customer_id == row.customer_id)
        account = (await unit.session.scalars(chosen.with_for_update())).first()
        if account is not None:
            account.reviewed_on = unit.today
            touch(unit, account)
