"""Referrals: which customer brought us which."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from resolvers.access_rows import access_customers
from resolvers.actions import Action
from resolvers.commands import Unit, command
from resolvers.drafts import CustomerId
from resolvers.problems import Code, refuse
from resolvers.relations import begin_relation
from resolvers.times import day_not_in_future
from store.relation import RelationKind, RelationRow


@dataclass(frozen=True)
class Referral:
    """A customer was brought to us by another one, on a day (today, when none is given)."""

    customer_id: CustomerId
    referred_by_id: CustomerId
    since: dt.date | None = None


class ReferCustomerErrorCode(enum.StrEnum):
    """Why no referral was noted."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    IN_FUTURE = Code.IN_FUTURE
    OVERLAP = Code.OVERLAP
    CYCLE = Code.CYCLE


@command(Action.REFER_CUSTOMER, ReferCustomerErrorCode)
async def refer_customer(unit: Unit, draft: Referral) -> uuid.UUID:
    """Note once that a customer within reach was referred by another one within reach, whose count it raises."""
    since = day_not_in_future(unit, draft.since, "since")
    await access_customers(unit, {"customer_id": draft.customer_id, "referred_by_id": draft.referred_by_id})
    if draft.customer_id == draft.referred_by_id:
        raise refuse(Code.CYCLE, "referred_by_id", "no customer refers itself")
    if await _is_known(unit, draft):
        raise refuse(Code.OVERLAP, "referred_by_id", "it is on record already that this one referred the customer")
    begin_relation(unit, RelationKind.REFERRED_BY, draft.customer_id, draft.referred_by_id, since)
    unit.deals_with(draft.referred_by_id)
    return draft.customer_id


async def _is_known(unit: Unit, draft: Referral) -> bool:
    """Whether the referral is on record; both customers are locked, so nobody else is noting it."""
    row = RelationRow
    ends = (row.from_id == draft.customer_id, row.to_id == draft.referred_by_id)
    return bool(await unit.session.scalar(sa.select(sa.exists().where(*ends, row.kind == RelationKind.REFERRED_BY))))
