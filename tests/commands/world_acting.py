"""Duties and changes of credit of the small world: one for each thing that can be done with one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from store.credit_change import CreditApprover, CreditChangeStatus
from store.customer import CustomerRow
from store.duty import DutyKind, DutyStatus
from store.rule_version import RuleVersionRow
from tests.commands.world_rules import Rules
from tests.factories.acting import add_credit_change, add_duty
from tests.factories.credit import add_credit_account
from tests.factories.customer import add_customer


@dataclass(frozen=True)
class Acted:
    """Ids. Where nothing else is said a duty is to check the orders of `own`, and open; a change is proposed."""

    duty: uuid.UUID
    done_duty: uuid.UUID
    callback: uuid.UUID
    foreign_duty: uuid.UUID
    change: uuid.UUID
    to_reject: uuid.UUID
    answered: uuid.UUID
    high: uuid.UUID
    """Of a customer of the service; the general manager answers it."""
    outdated: uuid.UUID
    """The account was changed since."""
    foreign_change: uuid.UUID


async def add_acting(session: AsyncSession, own: CustomerRow, foreign: CustomerRow, rules: Rules) -> Acted:
    """All of it, written."""
    version = await session.get_one(RuleVersionRow, rules.tolls)
    orders = {"kind": DutyKind.ORDER_CHECK}
    duties = [
        await add_duty(session, own, **orders),
        await add_duty(session, own, **orders, status=DutyStatus.DONE),
        await add_duty(session, own, kind=DutyKind.CALLBACK),
        await add_duty(session, foreign, **orders),
    ]
    changes = []
    for values in (
        {},
        {},
        {"status": CreditChangeStatus.APPROVED},
        {"approver": CreditApprover.GENERAL_MANAGER},
        {"limit_before_minor": 1},
    ):
        customer = await add_customer(session, department_id=own.department_id)
        await add_credit_account(session, customer)
        changes.append(await add_credit_change(session, customer, version, **values))
    await add_credit_account(session, foreign)
    changes.append(await add_credit_change(session, foreign, version))
    return Acted(*(row.id for row in (*duties, *changes)))
