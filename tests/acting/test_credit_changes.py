"""Changes of credit: the rules propose, a person answers, and what is approved holds and is followed up (D14)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from resolvers.access import Role
from resolvers.acting.credit_change import (
    CreditChangeApproval,
    CreditChangeRejection,
    approve_credit_change,
    reject_credit_change,
)
from resolvers.acting.duty import DutyCompletion, complete_duty
from resolvers.problems import Refused
from store.credit import CreditAccountRow, CreditRating
from store.credit_change import CreditAction, CreditApprover, CreditChangeRow, CreditChangeStatus
from store.duty import DutyKind, DutyRow, DutyStatus
from store.ledger import LedgerKind
from tests.acting.worlds import DAY, MANAGER, Service, act, add_service, do, kinds_of_events, rows_of, supervisor
from tests.factories import NOW, TODAY, settled
from tests.factories.credit import add_credit_account
from tests.factories.ledger import add_entry

pytestmark = pytest.mark.anyio

REVIEWED = {"reviewed_on": TODAY - DAY}


async def late_payer(database, days: int, **terms) -> Service:
    """A customer with a limit of 10,000.00 who should have paid so many days ago."""
    async with database.transaction() as session:
        service = await add_service(session)
        await add_credit_account(session, service.customer, **{**REVIEWED, **terms})
        due_on = TODAY - days * DAY
        await add_entry(
            session, service.customer, LedgerKind.INVOICE, 500_00, due_on=due_on, occurred_at=NOW - 70 * DAY
        )
        await settled(session)
        return service


async def pay(database, service: Service) -> None:
    async with database.transaction() as session:
        await add_entry(session, service.customer, LedgerKind.PAYMENT, 500_00)
        await settled(session)


async def changes(database) -> list[CreditChangeRow]:
    return await rows_of(database, CreditChangeRow)


async def test_who_is_late_is_proposed_for_less_and_nothing_changes_yet(database, store_url):
    service = await late_payer(database, 40)

    acted = await act(database, store_url)

    (change,) = await changes(database)
    (account,) = await rows_of(database, CreditAccountRow)
    assert acted.proposed == 1
    assert (change.customer_id, change.action, change.status) == (
        service.customer.id,
        CreditAction.REDUCE,
        CreditChangeStatus.PROPOSED,
    )
    assert (change.rating_before, change.rating) == (CreditRating.A, CreditRating.B)
    assert (change.limit_before_minor, change.limit_minor) == (10_000_00, 8_000_00)
    assert (change.term_days_before, change.term_days, change.recheck_orders) == (30, 15, True)
    assert (change.approver, change.reason) == (
        CreditApprover.MANAGER,
        "逾期 40 天，降为 B · 40 days overdue: down to B",
    )
    assert (account.rating, account.limit_minor, account.version) == (CreditRating.A, 10_000_00, 1)
    assert "credit.proposed" in await kinds_of_events(database)


async def test_a_second_round_proposes_nothing_more(database, store_url):
    await late_payer(database, 40)
    await act(database, store_url)

    acted = await act(database, store_url)

    assert acted.proposed == 0
    assert len(await changes(database)) == 1


async def test_what_is_approved_holds_and_is_followed_up(database, store_url):
    service = await late_payer(database, 40, reviewed_on=None)
    await act(database, store_url)
    (change,) = await changes(database)

    await do(database, approve_credit_change, CreditChangeApproval(change.id, "同意", version=1))

    (change,) = await changes(database)
    (account,) = await rows_of(database, CreditAccountRow)
    found = {one.kind: one for one in await rows_of(database, DutyRow)}
    assert (change.status, change.ended_by, change.note) == (CreditChangeStatus.APPROVED, "manager", "同意")
    assert (account.rating, account.limit_minor, account.term_days) == (CreditRating.B, 8_000_00, 15)
    assert account.reviewed_on == TODAY
    assert found[DutyKind.CREDIT_REVIEW].status is DutyStatus.DONE
    assert found[DutyKind.CREDIT_NOTICE].status is found[DutyKind.ORDER_CHECK].status is DutyStatus.OPEN
    assert found[DutyKind.CREDIT_NOTICE].due_on == dt.date(2026, 3, 3)
    assert "credit.approved" in await kinds_of_events(database)
    assert (await act(database, store_url, NOW + DAY)).settled["CREDIT_NOTICE"] == 0

    await do(database, complete_duty, DutyCompletion(found[DutyKind.CREDIT_NOTICE].id, "已电话告知张经理"))
    assert service.customer.id == found[DutyKind.CREDIT_NOTICE].customer_id


async def test_what_is_rejected_stays_as_it_is_and_is_not_proposed_again_soon(database, store_url):
    await late_payer(database, 35)
    await act(database, store_url)
    (change,) = await changes(database)

    await do(database, reject_credit_change, CreditChangeRejection(change.id, "已承诺本周付款"))

    (account,) = await rows_of(database, CreditAccountRow)
    assert account.rating is CreditRating.A
    assert (await act(database, store_url, NOW + DAY)).proposed == 0
    assert (await act(database, store_url, NOW + 20 * DAY)).proposed == 0
    assert (await act(database, store_url, NOW + 26 * DAY)).proposed == 1, "worse than what was rejected"


async def test_who_has_paid_is_left_alone(database, store_url):
    service = await late_payer(database, 40)
    await act(database, store_url)
    await pay(database, service)

    await act(database, store_url, NOW + DAY)

    first, *others = await changes(database)
    assert (first.status, first.ended_by) == (CreditChangeStatus.LAPSED, "rules")
    assert [one.action for one in others] in ([], [CreditAction.WATCH])
    assert "credit.lapsed" in await kinds_of_events(database)


async def test_what_is_not_serious_is_watched_until_it_is(database, store_url):
    await late_payer(database, 10)
    await act(database, store_url)
    (watched,) = await changes(database)
    assert (watched.action, watched.status, watched.approver) == (CreditAction.WATCH, CreditChangeStatus.WATCHED, None)
    assert (watched.rating, watched.limit_minor) == (CreditRating.A, 10_000_00)

    await act(database, store_url, NOW + 25 * DAY)

    watched, proposed = await changes(database)
    assert (watched.status, proposed.status) == (CreditChangeStatus.LAPSED, CreditChangeStatus.PROPOSED)


async def test_who_has_no_credit_has_none_to_change(database, store_url):
    async with database.transaction() as session:
        service = await add_service(session)
        await add_entry(session, service.customer, LedgerKind.INVOICE, 500_00, due_on=TODAY - 40 * DAY)
        await settled(session)

    acted = await act(database, store_url)

    assert (acted.proposed, acted.failed) == (0, 0)


async def test_an_account_that_was_changed_since_is_not_overwritten(database, store_url):
    await late_payer(database, 40)
    await act(database, store_url)
    (change,) = await changes(database)
    async with database.transaction() as session:
        (await session.get_one(CreditAccountRow, change.customer_id)).limit_minor = 1_00

    with pytest.raises(Refused, match="STALE_VERSION") as refused:
        await do(database, approve_credit_change, CreditChangeApproval(change.id))

    assert "changed since" in str(refused.value)


async def test_a_fall_to_nothing_is_answered_by_who_manages_all(database, store_url):
    service = await late_payer(database, 95)
    await act(database, store_url)
    (change,) = await changes(database)
    assert (change.rating, change.limit_minor, change.approver) == (CreditRating.D, 0, CreditApprover.GENERAL_MANAGER)

    with pytest.raises(Refused, match="FORBIDDEN") as refused:
        await do(database, approve_credit_change, CreditChangeApproval(change.id), supervisor(service))
    assert "manager of all customers" in str(refused.value)

    await do(database, approve_credit_change, CreditChangeApproval(change.id))
    with pytest.raises(Refused, match="BAD_MOVE"):
        await do(database, approve_credit_change, CreditChangeApproval(change.id))


async def test_supervisors_do_not_answer(database, store_url):
    await late_payer(database, 40)
    await act(database, store_url)
    (change,) = await changes(database)

    draft, who = CreditChangeRejection(change.id, "no"), replace(MANAGER, role=Role.SUPERVISOR)

    with pytest.raises(Refused, match="FORBIDDEN"):
        await do(database, reject_credit_change, draft, who)
