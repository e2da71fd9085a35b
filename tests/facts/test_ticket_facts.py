"""The facts about tickets are what the vocabulary says, in working time, without the pauses."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from resolvers.facts.gathering import UnknownFactError, gather_tickets
from resolvers.facts.instants import Moment
from resolvers.facts.records import of_row
from resolvers.facts.ticket import SOURCES, TICKETS
from rules.facts.calendar import Feast
from rules.facts.vocabulary import Subject, vocabulary
from store.base import new_id
from store.credit import CreditRating
from store.customer import CustomerStatus
from store.grade import Grade
from store.interaction import Channel, InteractionKind
from store.staff import MembershipRole
from store.ticket import ServiceCalendar, Severity, TicketEventKind, TicketKind, TicketRow, TicketStatus
from tests.factories.customer import add_customer
from tests.factories.department import add_department
from tests.factories.grade import add_grade_period
from tests.factories.interaction import add_interaction
from tests.factories.ledger import add_entry
from tests.factories.staff import add_membership, add_staff
from tests.factories.ticket import add_ticket, add_ticket_event

pytestmark = pytest.mark.anyio


def at(text: str) -> dt.datetime:
    """An instant as clocks in Shanghai show it. 2 March 2026 is a Monday."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


MONDAY, NOON = at("2026-03-02T09:00"), at("2026-03-02T12:00")


async def facts(session, ticket: TicketRow, moment: dt.datetime, *names: str) -> list:
    found = await gather_tickets(await session.connection(), names, Moment(moment), [ticket.id])
    return [found.columns[name][0] for name in names]


def test_everything_that_the_vocabulary_says_of_tickets_is_computed():
    declared = {name for name, fact in vocabulary().facts.items() if fact.about is Subject.TICKET}

    assert declared == set(SOURCES)


@pytest.mark.parametrize(
    ("fact", "codes"),
    [
        ("ticket_kind", TicketKind),
        ("severity", Severity),
        ("channel", Channel),
        ("ticket_status", TicketStatus),
        ("customer_status", CustomerStatus),
        ("current_grade", Grade),
        ("credit_rating", CreditRating),
        ("next_festival", Feast),
    ],
)
def test_rules_have_all_codes_of_the_record(fact, codes):
    assert set(vocabulary().facts[fact].column.values) == set(codes)


async def test_waiting_is_counted_in_working_hours_without_the_pauses(database):
    async with database.transaction() as session:
        ticket = await add_ticket(session, await add_customer(session), opened_at=MONDAY)
        moves = (
            ("2026-03-02T10:00", TicketStatus.ACKNOWLEDGED),
            ("2026-03-02T11:00", TicketStatus.AWAITING_PARTS),
            ("2026-03-03T10:00", TicketStatus.IN_PROGRESS),
            ("2026-03-03T11:30", TicketStatus.AWAITING_CUSTOMER),
            ("2026-03-03T14:00", TicketStatus.AWAITING_PROBLEM),  # ours to solve: no pause
        )
        for moment, status in moves:
            await add_ticket_event(session, ticket, kind=TicketEventKind.STATE_CHANGED, at=at(moment), status=status)
        told = {
            moment: (await facts(session, ticket, at(moment), "working_hours_waited", "ticket_age_hours"))
            for moment in ("2026-03-02T10:30", "2026-03-02T17:00", "2026-03-03T11:30", "2026-03-03T15:00")
        }

    assert told == {
        "2026-03-02T10:30": [Decimal("1.50"), Decimal("1.50")],
        "2026-03-02T17:00": [2, 8],
        "2026-03-03T11:30": [Decimal("3.50"), Decimal("26.50")],
        "2026-03-03T15:00": [Decimal("4.50"), 30],
    }


async def test_waiting_ends_with_the_ticket_and_goes_on_when_it_is_reopened(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        ended = {"status": TicketStatus.RESOLVED, "resolved_at": at("2026-03-02T11:00")}
        settled = await add_ticket(session, customer, opened_at=MONDAY, **ended)
        again = await add_ticket(session, customer, opened_at=MONDAY, status=TicketStatus.IN_PROGRESS)
        for moment, status in (("10:00", TicketStatus.RESOLVED), ("15:00", TicketStatus.IN_PROGRESS)):
            await add_ticket_event(
                session, again, kind=TicketEventKind.STATE_CHANGED, at=at(f"2026-03-02T{moment}"), status=status
            )
        later = at("2026-03-02T16:00")
        told = [await facts(session, one, later, "working_hours_waited") for one in (settled, again)]

    assert told == [[2], [2]]


async def test_targets_are_told_as_what_is_left_and_never_too_early(database):
    names = ("working_hours_to_first_reply", "working_hours_to_due", "target_used_percent", "is_first_reply_done")
    async with database.transaction() as session:
        targets = {"first_reply_due_at": NOON, "due_at": at("2026-03-02T18:00")}
        ticket = await add_ticket(session, await add_customer(session), opened_at=MONDAY, **targets)
        bare = await add_ticket(session, await add_customer(session), opened_at=MONDAY)
        second = dt.timedelta(seconds=1)
        told = [
            await facts(session, ticket, NOON - second, *names),
            await facts(session, ticket, at("2026-03-02T14:00"), *names),
            await facts(session, ticket, at("2026-03-02T18:00") - second, *names),
            await facts(session, ticket, at("2026-03-03T10:00"), *names),
            await facts(session, bare, NOON, *names),
        ]

    assert told == [
        [Decimal("0.01"), Decimal("5.01"), 37, False],
        [-1, 4, 50, False],
        [-5 + Decimal("0.01"), Decimal("0.01"), 99, False],
        [-6, -1, 112, False],
        [None, None, None, False],
    ]


async def test_during_a_pause_the_clock_shows_its_begin(database):
    names = ("working_hours_to_next_reply", "working_hours_to_due", "target_used_percent")
    pause = {"status": TicketStatus.AWAITING_PARTS, "paused_at": at("2026-03-02T11:00")}
    due = {"next_reply_due_at": NOON, "due_at": at("2026-03-02T18:00")}
    async with database.transaction() as session:
        ticket = await add_ticket(session, await add_customer(session), opened_at=MONDAY, **due, **pause)
        event = {"kind": TicketEventKind.STATE_CHANGED, "at": pause["paused_at"], "status": pause["status"]}
        await add_ticket_event(session, ticket, **event)
        told = [await facts(session, ticket, at(day), *names) for day in ("2026-03-02T10:00", "2026-03-06T10:00")]

    assert told == [[2, 7, 12], [1, 6, 25]]


async def test_a_ticket_is_near_its_target_when_its_level_says_so(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        due = {"opened_at": MONDAY, "due_at": at("2026-03-02T18:00")}
        tickets = [await add_ticket(session, customer, **due, warning_percent=percent) for percent in (50, 90, None)]
        bare = await add_ticket(session, customer, opened_at=MONDAY, warning_percent=1)
        moments = [at(f"2026-03-02T{clock}") for clock in ("13:59", "14:00", "15:59", "16:00", "17:12")]
        told = [[(await facts(session, one, moment, "is_near_due"))[0] for moment in moments] for one in tickets]
        never = await facts(session, bare, moments[-1], "is_near_due")

    assert told == [
        [False, True, True, True, True],
        [False, False, False, False, True],
        [False, False, False, True, True],  # 75 where it says nothing
    ]
    assert never == [False]


async def test_hours_around_the_clock_count_at_night(database):
    names = ("working_hours_waited", "working_hours_to_due", "target_used_percent")
    clock = {"calendar": ServiceCalendar.AROUND_THE_CLOCK, "opened_at": at("2026-03-06T20:00")}
    async with database.transaction() as session:
        due = at("2026-03-07T04:00")
        ticket = await add_ticket(session, await add_customer(session), due_at=due, **clock)
        told = await facts(session, ticket, at("2026-03-07T02:00"), *names)

    assert told == [6, 2, 75]


async def test_past_a_target_that_came_from_elsewhere_all_is_used_up_whatever_was_waited(database):
    async with database.transaction() as session:
        ticket = await add_ticket(session, await add_customer(session), opened_at=MONDAY, due_at=NOON)
        for hour, status in ((10, TicketStatus.AWAITING_PARTS), (17, TicketStatus.IN_PROGRESS)):
            moment = at(f"2026-03-02T{hour}:00")
            await add_ticket_event(session, ticket, kind=TicketEventKind.STATE_CHANGED, at=moment, status=status)
        told = await facts(session, ticket, at("2026-03-02T18:00"), "target_used_percent", "working_hours_waited")

    assert told == [100, 2]


async def test_a_reply_and_an_end_stop_their_clocks(database):
    names = ("working_hours_to_first_reply", "working_hours_to_due", "is_first_reply_done", "is_open")
    async with database.transaction() as session:
        dues = {"first_reply_due_at": NOON, "due_at": NOON}
        done = {"status": TicketStatus.CLOSED, "first_replied_at": NOON, "closed_at": NOON}
        ticket = await add_ticket(session, await add_customer(session), opened_at=MONDAY, **dues, **done)
        told = [await facts(session, ticket, moment, *names) for moment in (at("2026-03-02T11:00"), NOON)]

    assert told == [[1, 1, False, True], [None, None, True, False]]


async def test_a_repair_is_called_back_by_a_follow_up_or_an_entry_of_the_journal(database):
    names = ("working_days_since_resolved", "is_called_back")
    resolved = at("2026-03-06T16:00")  # a Friday
    done = {"kind": TicketKind.REPAIR, "status": TicketStatus.RESOLVED, "resolved_at": resolved}
    async with database.transaction() as session:
        customer = await add_customer(session)
        one, two, three = [await add_ticket(session, customer, opened_at=MONDAY, **done) for _ in range(3)]
        monday = at("2026-03-09T10:00")
        await add_ticket_event(session, one, kind=TicketEventKind.FOLLOWED_UP, at=monday)
        called = {"kind": InteractionKind.CALLBACK, "occurred_at": monday}
        await add_interaction(session, customer, ticket_id=two.id, **called)
        before = {**called, "occurred_at": resolved - dt.timedelta(hours=1)}
        await add_interaction(session, customer, ticket_id=three.id, **before)
        told = [await facts(session, ticket, monday, *names) for ticket in (one, two, three)]
        weekend = await facts(session, one, at("2026-03-08T10:00"), *names)
        unresolved = await facts(session, one, MONDAY, *names)

    assert told == [[1, True], [1, True], [1, False]]
    assert weekend == [0, False]
    assert unresolved == [None, False]


async def test_a_draw_is_fair_and_the_same_for_whoever_draws(database):
    value = SOURCES["sample_draw"].value
    moment, resolved = Moment(NOON), at("2026-02-02T09:00")
    keys = [new_id() for _ in range(4_000)]
    draws = [value(moment, key, resolved) for key in keys]

    assert draws == [value(Moment(NOON + dt.timedelta(days=9)), key, resolved) for key in keys]
    assert all(0 <= draw < 100 for draw in draws)
    assert 0.16 < sum(draw < 20 for draw in draws) / len(draws) < 0.24  # six standard deviations
    assert draws != [value(moment, key, at("2025-11-02T09:00")) for key in keys]
    assert value(moment, keys[0], None) is None


async def test_who_handles_it_may_be_the_head_of_the_department(database):
    async with database.transaction() as session:
        department, other = await add_department(session), await add_department(session)
        customer = await add_customer(session)
        head, member = await add_staff(session), await add_staff(session)
        await add_membership(session, head, department, role=MembershipRole.HEAD)
        await add_membership(session, member, department)
        told = []
        for assignee, place in ((head, department), (head, other), (member, department)):
            where = {"assignee_id": assignee.id, "department_id": place.id}
            ticket = await add_ticket(session, customer, **where)
            told += await facts(session, ticket, at("2026-03-20T09:00"), "is_handled_by_head")

    assert told == [True, False, False]


async def test_rules_about_a_ticket_read_its_customer_too(database):
    async with database.transaction() as session:
        vip, odd = await add_customer(session), await add_customer(session, currency="BHD")
        await add_grade_period(session, vip, Grade.VIP)
        await add_entry(session, odd)
        tickets = [await add_ticket(session, one, severity=Severity.HIGH) for one in (vip, odd, vip)]
        connection, moment = await session.connection(), Moment(at("2026-04-02T09:00"))
        names = ["severity", "current_grade", "value_12m"]
        found = await gather_tickets(connection, names, moment, [one.id for one in tickets])
        with pytest.raises(UnknownFactError, match="shoe_size about customers"):
            await gather_tickets(connection, ["shoe_size"], moment, [])

    told = dict(found.each())
    assert [told[one.id]["current_grade"] for one in tickets] == ["VIP", None, "VIP"]
    assert told[tickets[0].id] == {"severity": "HIGH", "current_grade": "VIP", "value_12m": None}
    assert list(found.faults) == [tickets[1].id]


def test_a_new_ticket_has_its_facts_before_it_is_written():
    row = TicketRow(kind=TicketKind.FAULT, severity=Severity.LOW, channel=Channel.PHONE, opened_at=MONDAY)
    row.status, row.updated_at = TicketStatus.NEW, MONDAY

    told = of_row(TICKETS, list(SOURCES), row, Moment(MONDAY))

    assert (told["ticket_kind"], told["severity"], told["channel"]) == ("FAULT", "LOW", "PHONE")
    assert (told["reopen_count"], told["working_hours_waited"], told["is_disputed"]) == (0, 0, False)
    assert (told["target_used_percent"], told["sample_draw"], told["is_called_back"]) == (None, None, False)
