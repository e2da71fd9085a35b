"""A ticket that is opened gets its level and its targets from the rules, in working time, with a record of why."""

from __future__ import annotations

import datetime as dt
import json
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from resolvers.rule_sets.library import Source, shipped
from resolvers.rule_sets.versions import add_version, put_in_force
from resolvers.ticket import TicketDraft, open_ticket
from store.base import new_id
from store.customer import CustomerRow
from store.decision import DecisionOccasion, DecisionRow
from store.grade import Grade, GradePeriodRow
from store.interaction import Channel
from store.rule_version import PublicationKind, RuleVersionStatus
from store.ticket import ServiceCalendar, Severity, TicketKind, TicketRow
from tests.commands.worlds import Office

pytestmark = pytest.mark.anyio


def at(text: str) -> dt.datetime:
    """An instant as clocks in Shanghai show it. 2 March 2026 is a Monday."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


MORNING = at("2026-03-02T10:00")

LEAN = """\
rule_set: service_level
title: {zh: 服务等级, en: Service level}
owner: service-management
effective: {from: 2026-01-01}
about: ticket
reads: [severity]
outputs:
  level: {type: enum, values: [basic]}
  resolution_hours: {type: number, places: 0, min: 0}
hit_policy: FIRST
table: |
  | row  | severity | => level | resolution_hours | reason.zh | reason.en |
  | rest | -        | basic    | 7                | 一律七小时 | seven hours for all |
"""


async def opened(office: Office, now: dt.datetime = MORNING, **values) -> tuple[TicketRow, DecisionRow]:
    how = {"kind": TicketKind.FAULT, "channel": Channel.PHONE, "subject": "It leaks"}
    draft = TicketDraft(**{"customer_id": office.world.own, **how, **values})
    key = await office.do(open_ticket, draft, by=office.world.agent, now=now)
    [decision] = await office.rows(sa.select(DecisionRow).where(DecisionRow.subject_id == key))
    return await office.row(TicketRow, key), decision


async def publish(office: Office, *changes: tuple[str, str]) -> None:
    """Let a version of our own be in force, which differs from what ships in these words."""
    source = shipped()["service_level"]
    text = source.text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    await put(office, text)


async def put(office: Office, text: str) -> None:
    """Let a version with this text be in force."""
    own = Source("service_level", text, shipped()["service_level"].cases)
    async with office.database.transaction() as session:
        approved = RuleVersionStatus.APPROVED
        version = await add_version(session, own, own.rule_set(), status=approved, by="analyst", now=MORNING, note=None)
        await put_in_force(session, version, PublicationKind.PUBLISHED, by="manager", now=MORNING, note=None)


async def test_targets_are_in_working_time_and_the_decision_is_the_tickets(office: Office):
    ticket, decision = await opened(office, severity=Severity.HIGH)

    assert ticket.service_level == "standard"
    assert ticket.first_reply_due_at == at("2026-03-02T12:00")
    assert ticket.due_at == at("2026-03-05T10:00")  # three days of eight hours
    assert (decision.rule_set, decision.about, decision.subject_id) == ("service_level", "ticket", ticket.id)
    assert (decision.customer_id, decision.occasion) == (office.world.own, DecisionOccasion.EVENT)
    assert (decision.asked_by, decision.fault) == ("agent", None)
    assert json.loads(decision.facts) == {"ticket_kind": "FAULT", "severity": "HIGH", "current_grade": None}
    assert json.loads(decision.rows) == ["high"]


async def test_the_grade_of_the_customer_counts(office: Office):
    async with office.database.transaction() as session:
        since = MORNING - dt.timedelta(days=5)
        period = {"customer_id": office.world.own, "grade": Grade.VIP, "since": since, "decided_by": "test"}
        session.add(GradePeriodRow(id=new_id(), **period))
        own = sa.update(CustomerRow).where(CustomerRow.id == office.world.own)
        await session.execute(own.values(grade=Grade.VIP))

    ticket, decision = await opened(office, severity=Severity.HIGH)

    assert (ticket.service_level, ticket.due_at) == ("priority", at("2026-03-03T10:00"))
    assert json.loads(decision.rows) == ["vip_high"]


async def test_small_matters_are_due_on_the_same_working_day(office: Office):
    small = {"kind": TicketKind.CONSULTATION, "severity": Severity.LOW}

    in_the_morning, _ = await opened(office, **small)
    at_night, _ = await opened(office, at("2026-03-06T22:00"), **small)

    assert in_the_morning.due_at == at("2026-03-02T18:00")
    assert at_night.due_at == at("2026-03-09T18:00")  # over the weekend


async def test_a_major_fault_does_not_wait_for_the_morning(office: Office):
    friday = at("2026-03-06T22:00")

    major, _ = await opened(office, friday, severity=Severity.CRITICAL)
    other, _ = await opened(office, friday, severity=Severity.HIGH)

    assert (major.calendar, other.calendar) == (ServiceCalendar.AROUND_THE_CLOCK, ServiceCalendar.WORKING_HOURS)
    assert (major.first_reply_due_at, major.due_at) == (at("2026-03-06T22:15"), at("2026-03-07T06:00"))
    assert other.first_reply_due_at == at("2026-03-09T11:00")


async def test_the_level_says_when_to_warn_and_how_long_without_news(office: Office):
    ticket, _ = await opened(office, severity=Severity.CRITICAL)

    assert (ticket.warning_percent, ticket.next_reply_minutes) == (50, 60)
    assert (ticket.next_reply_due_at, ticket.paused_at) == (None, None)


async def test_a_version_that_says_less_sets_less(office: Office):
    await put(office, LEAN)

    ticket, _ = await opened(office, severity=Severity.CRITICAL)

    assert (ticket.service_level, ticket.due_at) == ("basic", at("2026-03-02T18:00"))
    assert (ticket.calendar, ticket.first_reply_due_at, ticket.next_reply_minutes) == (None, None, None)
    assert ticket.warning_percent is None


async def test_time_runs_from_when_the_customer_came(office: Office):
    ticket, _ = await opened(office, severity=Severity.CRITICAL, opened_at=at("2026-03-02T09:00"))

    assert ticket.first_reply_due_at == at("2026-03-02T09:15")


async def test_a_published_version_decides(office: Office):
    _, first = await opened(office, severity=Severity.CRITICAL)
    await publish(office, ("| around_the_clock | 15 ", "| around_the_clock | 45 "))

    ticket, decision = await opened(office, severity=Severity.CRITICAL)

    assert ticket.first_reply_due_at == at("2026-03-02T10:45")
    assert (first.version, decision.version) == (1, 2)


async def test_where_the_rules_cannot_decide_the_ticket_is_opened_without_a_target(office: Office):
    await publish(office, ("current_grade", "group_exposure"), (" VIP ", " > 5 "), (" KEY ", " > 4 "))

    ticket, decision = await opened(office)

    assert (ticket.service_level, ticket.due_at, ticket.first_reply_due_at) == (None, None, None)
    assert decision.fault is not None
    assert "asked of the graph" in decision.fault
