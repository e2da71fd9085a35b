"""The clock of a ticket: it stands still while we wait for others, and as much is left when it goes on."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from resolvers.ticket_clock import calendar_of, clock_at, follow
from resolvers.ticket_state import TicketStateChange, change_ticket_state
from resolvers.ticket_work import TicketReply, reply_to_ticket
from resolvers.working_time import after_working_time, working_time
from store.ticket import ENDED, MOVES, PAUSED, ServiceCalendar, TicketRow, TicketStatus
from tests.commands.worlds import Office

pytestmark = pytest.mark.anyio

IN_PROGRESS, FOR_CUSTOMER, FOR_PARTS = (
    TicketStatus.IN_PROGRESS,
    TicketStatus.AWAITING_CUSTOMER,
    TicketStatus.AWAITING_PARTS,
)


def at(text: str) -> dt.datetime:
    """An instant as clocks in Shanghai show it. 2 March 2026 is a Monday."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


async def working(office: Office, **values) -> uuid.UUID:
    """The agent's ticket, on which somebody works since Monday morning."""
    row = {"status": IN_PROGRESS, "opened_at": at("2026-03-02T09:00"), "due_at": at("2026-03-02T18:00")}
    async with office.database.transaction() as session:
        await session.execute(sa.update(TicketRow).where(TicketRow.id == office.world.ticket).values(row | values))
    return office.world.ticket


async def move(office: Office, ticket: uuid.UUID, status: TicketStatus, now: str) -> TicketRow:
    await office.do(change_ticket_state, TicketStateChange(ticket, status), now=at(now))
    return await office.row(TicketRow, ticket)


async def reply(office: Office, ticket: uuid.UUID, now: str) -> TicketRow:
    await office.do(reply_to_ticket, TicketReply(ticket), now=at(now))
    return await office.row(TicketRow, ticket)


async def test_what_is_due_moves_by_the_working_time_of_a_pause(office: Office):
    ticket = await working(office, first_reply_due_at=at("2026-03-02T11:00"))

    paused = await move(office, ticket, FOR_CUSTOMER, "2026-03-02T10:00")
    still = await move(office, ticket, FOR_PARTS, "2026-03-02T12:30")
    gone_on = await move(office, ticket, IN_PROGRESS, "2026-03-03T10:00")

    assert (paused.paused_at, paused.due_at) == (at("2026-03-02T10:00"), at("2026-03-02T18:00"))
    assert still.paused_at == paused.paused_at
    assert gone_on.paused_at is None
    assert gone_on.first_reply_due_at == at("2026-03-03T11:00")  # an hour was left, and is
    assert gone_on.due_at == at("2026-03-03T18:00")  # and seven hours


async def test_a_reply_that_was_given_is_due_no_more(office: Office):
    given_at, due = at("2026-03-02T09:30"), at("2026-03-02T11:00")
    ticket = await working(office, first_replied_at=given_at, first_reply_due_at=due)

    await move(office, ticket, FOR_CUSTOMER, "2026-03-02T10:00")

    assert (await move(office, ticket, IN_PROGRESS, "2026-03-03T10:00")).first_reply_due_at == due


@pytest.mark.parametrize(("paused", "made"), [("2026-03-02T17:59", True), ("2026-03-03T09:01", False)])
async def test_who_waited_for_the_customer_made_the_target_if_it_was_not_past_before(office: Office, paused, made):
    ticket = await working(office)

    await move(office, ticket, FOR_CUSTOMER, paused)
    row = await move(office, ticket, TicketStatus.RESOLVED, "2026-03-05T10:00")

    assert (row.made_target, row.paused_at) == (made, None)


async def test_a_ticket_that_is_opened_again_has_what_was_left_when_it_ended(office: Office):
    ticket = await working(office)

    await move(office, ticket, TicketStatus.RESOLVED, "2026-03-02T15:00")
    await move(office, ticket, TicketStatus.CLOSED, "2026-03-06T15:00")
    row = await move(office, ticket, IN_PROGRESS, "2026-03-09T09:30")

    assert row.due_at == at("2026-03-09T13:30")  # three hours, around lunch
    assert (row.resolved_at, row.made_target, row.reopen_count) == (None, None, 1)


async def test_hours_around_the_clock_pass_at_night(office: Office):
    ticket = await working(office, calendar=ServiceCalendar.AROUND_THE_CLOCK)

    await move(office, ticket, FOR_PARTS, "2026-03-02T10:00")

    assert (await move(office, ticket, IN_PROGRESS, "2026-03-03T10:00")).due_at == at("2026-03-03T18:00")


async def test_without_targets_a_pause_moves_nothing(office: Office):
    ticket = await working(office, due_at=None)

    await move(office, ticket, FOR_PARTS, "2026-03-02T10:00")
    row = await move(office, ticket, IN_PROGRESS, "2026-03-03T10:00")

    assert (row.due_at, row.first_reply_due_at, row.next_reply_due_at, row.paused_at) == (None, None, None, None)


async def test_each_reply_lets_the_next_one_be_due(office: Office):
    ticket = await working(office, next_reply_minutes=120)
    before = await office.row(TicketRow, ticket)

    first = await reply(office, ticket, "2026-03-02T10:00")
    second = await reply(office, ticket, "2026-03-02T17:00")
    settled = await move(office, ticket, TicketStatus.RESOLVED, "2026-03-03T09:30")
    again = await move(office, ticket, IN_PROGRESS, "2026-03-03T14:00")

    assert before.next_reply_due_at is None
    assert first.next_reply_due_at == at("2026-03-02T12:00")
    assert second.next_reply_due_at == at("2026-03-03T10:00")
    assert settled.next_reply_due_at is None
    assert again.next_reply_due_at == at("2026-03-03T16:00")


async def test_news_during_a_pause_are_due_again_after_it(office: Office):
    ticket = await working(office, next_reply_minutes=120)

    await move(office, ticket, FOR_PARTS, "2026-03-02T10:00")
    await reply(office, ticket, "2026-03-02T11:30")
    row = await move(office, ticket, IN_PROGRESS, "2026-03-02T14:00")

    assert row.next_reply_due_at == at("2026-03-02T16:00")


async def test_where_the_level_asks_for_no_news_none_are_due(office: Office):
    assert (await reply(office, await working(office), "2026-03-02T10:00")).next_reply_due_at is None


MINUTE = dt.timedelta(minutes=1)
LIVES = st.lists(st.tuples(st.integers(1, 6_000), st.randoms(use_true_random=False)), max_size=12)


@given(LIVES, st.sampled_from([None, *ServiceCalendar]), st.integers(1, 5_000))
def test_time_waited_and_time_left_are_what_was_given_whatever_happens(life, hours, minutes: int):
    calendar, opened = calendar_of(hours), at("2026-02-11T09:00")  # before the festival of spring
    row = TicketRow(status=TicketStatus.NEW, calendar=hours, opened_at=opened)
    row.due_at = after_working_time(calendar, opened, minutes * MINUTE)
    turns = [(opened, row.status)]

    for passed, chance in life:
        before, now = row.status, turns[-1][0] + passed * MINUTE
        row.status = chance.choice(sorted(MOVES[before]) or [before])
        follow(row, before, now)
        if row.status is TicketStatus.RESOLVED:
            row.resolved_at = now
        elif row.status not in ENDED:
            row.resolved_at = None
        turns.append((now, row.status))
        if row.status is TicketStatus.CANCELLED:
            break

    last = turns[-1][0] + 90 * MINUTE
    spans = itertools.pairwise([*turns, (last, row.status)])
    waited = [working_time(calendar, a, b) for (a, state), (b, _) in spans if state not in PAUSED | ENDED]
    shown = clock_at(row.paused_at, row.resolved_at or last)
    if row.status is not TicketStatus.CANCELLED:
        assert sum(waited, dt.timedelta()) + working_time(calendar, shown, row.due_at) == minutes * MINUTE
