"""Laws that every generated world keeps: nothing in it contradicts anything else in it."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
import sqlalchemy as sa

from resolvers.generating.targets import TABLES
from store.assignment import AssignmentRole, AssignmentRow
from store.base import Base
from store.contact import ContactRow
from store.credit import CreditAccountRow
from store.customer import CustomerKind, CustomerRow, CustomerStatus, CustomerTokenRow
from store.department import DepartmentRow
from store.grade import Grade, GradePeriodRow
from store.interaction import HandlingState, InteractionRow
from store.ledger import SIGN, LedgerBalanceRow, LedgerEntryRow, LedgerKind
from store.relation import RelationKind, RelationRow
from store.search import tokens
from store.staff import MembershipRole, MembershipRow, StaffRow, StaffStatus, TrainingRecordRow, WorkHistoryRow
from store.ticket import ENDED, MOVES, PAUSED, TicketEventKind, TicketEventRow, TicketRow, TicketStatus
from store.types import Instant
from tests.generating.conftest import AS_OF
from tests.generating.reading import grouped, rows_of

pytestmark = pytest.mark.anyio

AHEAD = {"first_reply_due_at", "due_at"}
REPLIES = {
    TicketEventKind.ACKNOWLEDGED,
    TicketEventKind.REPLIED,
    TicketEventKind.SOLUTION_OFFERED,
    TicketEventKind.RESOLVED,
}


async def test_nothing_happens_after_the_moment_of_the_world(world):
    async with world.sessions() as session:
        for name in TABLES:
            for column in Base.metadata.tables[name].columns:
                if isinstance(column.type, Instant) and column.name not in AHEAD:
                    latest = await session.scalar(sa.select(sa.func.max(column, type_=column.type)))
                    assert latest is None or latest <= AS_OF, column


async def test_keys_are_ordered_by_the_time_of_their_rows(world):
    for mapped, column in (
        (CustomerRow, "created_at"),
        (ContactRow, "created_at"),
        (InteractionRow, "occurred_at"),
        (TicketRow, "opened_at"),
        (TicketEventRow, "at"),
        (LedgerEntryRow, "occurred_at"),
        (GradePeriodRow, "since"),
    ):
        times = [getattr(row, column) for row in await rows_of(world, mapped)]
        assert times == sorted(times), mapped


class TestTickets:
    async def test_the_events_agree_with_the_ticket(self, world):
        events = grouped(await rows_of(world, TicketEventRow), "ticket_id")
        for ticket in await rows_of(world, TicketRow):
            history = sorted(events[ticket.id], key=lambda event: event.at)
            _check_moves(history)
            _check_columns(ticket, history)

    async def test_a_ticket_belongs_to_people_of_its_customer_and_of_ours(self, world):
        contacts = {row.id: row for row in await rows_of(world, ContactRow)}
        staff = {row.id: row for row in await rows_of(world, StaffRow)}
        departments = await _department_of_staff(world)
        for ticket in await rows_of(world, TicketRow):
            if ticket.contact_id:
                assert contacts[ticket.contact_id].customer_id == ticket.customer_id
                assert contacts[ticket.contact_id].created_at <= ticket.opened_at
            assert departments[ticket.assignee_id] == ticket.department_id
            assert _works(staff[ticket.first_responder_id], ticket.opened_at)


def _check_moves(history):
    assert (history[0].kind, history[0].status) == (TicketEventKind.REGISTERED, TicketStatus.NEW)
    for before, after in itertools.pairwise(history):
        assert before.at < after.at
        assert after.status == before.status or after.status in MOVES[before.status]


def _check_columns(ticket, history):
    last = history[-1]
    kinds = [event.kind for event in history]
    replies = [event.at for event in history if event.kind in REPLIES]
    resolved = [event.at for event in history if event.kind == TicketEventKind.RESOLVED]
    is_resolved = ticket.status in (TicketStatus.RESOLVED, TicketStatus.CLOSED)
    assert {event.customer_id for event in history} == {ticket.customer_id}
    assert (ticket.status, ticket.severity) == (last.status, last.severity)
    assert (ticket.department_id, ticket.assignee_id) == (last.department_id, last.assignee_id)
    assert (ticket.opened_at, ticket.updated_at, ticket.version) == (history[0].at, last.at, len(history))
    assert ticket.first_replied_at == min(replies, default=None)
    assert ticket.resolved_at == (resolved[-1] if is_resolved else None)
    assert ticket.resolved_at is None or ticket.resolved_at >= ticket.opened_at
    assert ticket.made_target == (ticket.resolved_at <= ticket.due_at if ticket.resolved_at else None)
    waits = itertools.takewhile(lambda event: event.status in PAUSED, reversed(history))
    assert ticket.paused_at == min((event.at for event in waits), default=None)
    assert ticket.closed_at == (last.at if ticket.status == TicketStatus.CLOSED else None)
    assert ticket.reopen_count == kinds.count(TicketEventKind.REOPENED)
    assert ticket.transfer_count == kinds.count(TicketEventKind.TRANSFERRED)


class TestCustomers:
    async def test_codes_follow_one_another_in_time(self, world, plan):
        customers = sorted(await rows_of(world, CustomerRow), key=lambda row: row.code)

        assert [row.code for row in customers] == [f"C-{number:07d}" for number in range(1, plan.customers + 1)]
        assert [row.created_at for row in customers] == sorted(row.created_at for row in customers)

    async def test_what_a_customer_is_decides_what_is_known_of_it(self, world):
        for row in await rows_of(world, CustomerRow):
            is_organisation = row.kind == CustomerKind.ORGANISATION
            assert is_organisation == (row.size is not None) == (row.founded_on is not None) == (row.birthday is None)
            assert (row.status == CustomerStatus.PROSPECT) == (row.grade == Grade.POTENTIAL)
            assert row.email.endswith(".example")

    async def test_a_customer_is_found_by_its_name_and_its_code(self, world):
        held = grouped(await rows_of(world, CustomerTokenRow), "customer_id")
        for row in await rows_of(world, CustomerRow):
            assert {token.token for token in held[row.id]} == tokens(row.name, row.code)

    async def test_grades_follow_one_another_without_a_gap(self, world):
        periods = grouped(await rows_of(world, GradePeriodRow), "customer_id")
        for row in await rows_of(world, CustomerRow):
            history = sorted(periods[row.id], key=lambda period: period.since)
            assert history[0].since == row.created_at
            assert history[-1].grade == row.grade
            assert [period.until for period in history] == [*(period.since for period in history[1:]), None]
            assert all(before.grade != after.grade for before, after in itertools.pairwise(history))
            assert row.version == len(history)

    async def test_one_contact_is_the_primary_one(self, world):
        for contacts in grouped(await rows_of(world, ContactRow), "customer_id").values():
            assert [row.is_primary for row in contacts].count(True) == 1


class TestAssignments:
    async def test_owners_never_overlap_and_work_here(self, world):
        staff = {row.id: row for row in await rows_of(world, StaffRow)}
        rows = await rows_of(world, AssignmentRow)
        for (_, role), periods in grouped(rows, "customer_id", "role").items():
            ordered = sorted(periods, key=lambda row: row.since)
            assert role == AssignmentRole.OWNER or len(ordered) == 1
            assert all(before.until <= after.since for before, after in itertools.pairwise(ordered))
            for row in ordered:
                assert row.until is None or row.since < row.until
                assert staff[row.staff_id].joined_on <= row.since
                assert row.until or staff[row.staff_id].status == StaffStatus.ACTIVE
                assert not staff[row.staff_id].left_on or row.until <= staff[row.staff_id].left_on

    async def test_a_backup_is_somebody_else(self, world):
        for rows in grouped(await rows_of(world, AssignmentRow), "customer_id").values():
            today = [row.staff_id for row in rows if row.until is None]
            assert len(today) == len(set(today))


class TestRelations:
    async def test_groups_are_a_forest_of_organisations(self, world):
        customers = {row.id: row for row in await rows_of(world, CustomerRow)}
        rows = [row for row in await rows_of(world, RelationRow) if row.kind == RelationKind.SUBSIDIARY_OF]
        assert rows
        assert len({row.from_id for row in rows}) == len(rows), "one parent each"
        for row in rows:
            child, parent = customers[row.from_id], customers[row.to_id]
            assert {child.kind, parent.kind} == {CustomerKind.ORGANISATION}
            assert parent.code < child.code, "a parent is older than its subsidiary: no cycle can be"
            assert row.until is None or row.since < row.until

    async def test_who_refers_came_before(self, world):
        customers = {row.id: row for row in await rows_of(world, CustomerRow)}
        rows = [row for row in await rows_of(world, RelationRow) if row.kind == RelationKind.REFERRED_BY]
        assert rows
        for row in rows:
            assert customers[row.to_id].created_at <= customers[row.from_id].created_at
            assert row.since == customers[row.from_id].created_at.date()


class TestDepartmentsAndStaff:
    async def test_departments_are_one_tree_of_three_to_six_levels(self, world):
        rows = {row.id: row for row in await rows_of(world, DepartmentRow)}
        levels = [_level(rows, row) for row in rows.values()]

        assert levels.count(1) == 1
        assert 3 <= max(levels) <= 6
        assert sorted(row.number for row in rows.values()) == [f"D-{n:03d}" for n in range(1, len(rows) + 1)]

    async def test_everyone_has_one_department_and_most_departments_a_head(self, world):
        members = await rows_of(world, MembershipRow)
        staff = {row.id: row for row in await rows_of(world, StaffRow)}
        heads = [row.department_id for row in members if row.role == MembershipRole.HEAD]

        assert sorted(row.staff_id for row in members) == sorted(staff)
        assert all(row.until == staff[row.staff_id].left_on for row in members)
        assert len(set(heads)) == len(heads)
        assert len(heads) >= 0.6 * len(await rows_of(world, DepartmentRow))

    async def test_courses_fall_into_the_time_here_and_other_positions_before_it(self, world):
        staff = {row.id: row for row in await rows_of(world, StaffRow)}
        for row in await rows_of(world, TrainingRecordRow):
            assert staff[row.staff_id].joined_on <= row.completed_on <= (staff[row.staff_id].left_on or AS_OF.date())
        for row in await rows_of(world, WorkHistoryRow):
            assert row.since < row.until <= staff[row.staff_id].joined_on


class TestInteractions:
    async def test_they_happen_in_the_time_of_the_customer_with_somebody_who_works_here(self, world):
        customers = {row.id: row for row in await rows_of(world, CustomerRow)}
        staff = {row.id: row for row in await rows_of(world, StaffRow)}
        departments = await _department_of_staff(world)
        for row in await rows_of(world, InteractionRow):
            assert row.occurred_at >= max(customers[row.customer_id].created_at, AS_OF - dt.timedelta(days=3 * 365))
            assert _works(staff[row.staff_id], row.occurred_at)
            assert departments[row.staff_id] == row.department_id
            assert row.satisfaction is None or row.state == HandlingState.DONE

    async def test_the_contact_that_opened_a_ticket_is_in_the_journal(self, world):
        tickets = {row.id: row for row in await rows_of(world, TicketRow)}
        opening = [row for row in await rows_of(world, InteractionRow) if row.ticket_id]

        assert len(opening) > 0.4 * len(tickets)
        assert len({row.ticket_id for row in opening}) == len(opening)
        for row in opening:
            ticket = tickets[row.ticket_id]
            assert (row.customer_id, row.occurred_at) == (ticket.customer_id, ticket.opened_at)
            assert (row.subject, row.channel) == (ticket.subject, ticket.channel)
            assert (row.state == HandlingState.DONE) == (ticket.status in ENDED)


class TestLedger:
    async def test_what_follows_an_invoice_follows_it_and_never_exceeds_it(self, world):
        entries = await rows_of(world, LedgerEntryRow)
        assert len({(row.kind, row.number) for row in entries}) == len(entries)
        for (customer_id, serial), order in _orders(entries).items():
            invoice = order[LedgerKind.INVOICE]
            back = sum(order[kind].amount_minor for kind in (LedgerKind.PAYMENT, LedgerKind.RETURN) if kind in order)
            assert back <= invoice.amount_minor, (customer_id, serial)
            assert all(row.occurred_at >= invoice.occurred_at for row in order.values())
            assert {row.currency for row in order.values()} == {invoice.currency}

    async def test_balances_are_the_sums_of_the_entries(self, world):
        entries = grouped(await rows_of(world, LedgerEntryRow), "customer_id", "currency", "kind")
        balances = await rows_of(world, LedgerBalanceRow)

        assert {(row.customer_id, row.currency, row.kind) for row in balances} == set(entries)
        for row in balances:
            mine = entries[row.customer_id, row.currency, row.kind]
            assert row.balance_minor == sum(entry.balance_minor for entry in mine)
            assert row.balance_minor == SIGN[row.kind] * sum(entry.amount_minor for entry in mine)

    async def test_most_stay_within_their_credit(self, world):
        accounts = await rows_of(world, CreditAccountRow)
        over = [row for row in accounts if row.used_minor > row.limit_minor]

        assert len(over) < 0.06 * len(accounts)
        assert all(row.used_minor > row.limit_minor for row in accounts if row.is_blocked)


def _orders(entries):
    orders = {}
    for row in entries:
        orders.setdefault((row.customer_id, row.number.partition("-")[2]), {})[row.kind] = row
    return orders


def _level(rows, row):
    return 1 if row.parent_id is None else 1 + _level(rows, rows[row.parent_id])


async def _department_of_staff(world):
    return {row.staff_id: row.department_id for row in await rows_of(world, MembershipRow)}


def _works(person, moment):
    return person.joined_on <= moment.date() and (person.left_on is None or moment.date() <= person.left_on)
