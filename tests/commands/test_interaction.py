"""Recording contacts with customers."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.interaction import InteractionDraft, record_interaction
from store.customer import CustomerRow
from store.interaction import Channel, Direction, HandlingState, InteractionKind, InteractionRow
from tests.commands.probes import statements
from tests.commands.worlds import Office
from tests.factories import NOW

pytestmark = pytest.mark.anyio


def draft(office: Office, **values) -> InteractionDraft:
    how = {"channel": Channel.PHONE, "direction": Direction.INBOUND, "kind": InteractionKind.CONSULTATION}
    return InteractionDraft(**{"customer_id": office.world.own, "subject": "Where is my parcel?", **how, **values})


async def test_a_contact_is_recorded_now_by_who_had_it(office: Office):
    world = office.world
    key = await office.do(record_interaction, draft(office, satisfaction=4, description="secret"), by=world.agent)
    row = await office.row(InteractionRow, key)
    assert (row.customer_id, row.staff_id, row.occurred_at) == (world.own, world.agent_id, NOW)
    assert (row.state, row.satisfaction, row.version) == (HandlingState.DONE, 4, 1)
    [event] = await office.rows(sa.select(LogEventRow))
    assert event.kind == "interaction.recorded"
    assert event.data == {
        "customerId": str(world.own),
        "kind": "CONSULTATION",
        "channel": "PHONE",
        "staffId": str(world.agent_id),
    }


async def test_it_may_have_happened_before_and_with_someone_else(office: Office):
    world = office.world
    before = dt.datetime(2026, 3, 1, 8, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    refers = {"staff_id": world.colleague_id, "department_id": world.other, "ticket_id": world.ticket}
    key = await office.do(record_interaction, draft(office, occurred_at=before, **refers), by=world.agent)
    row = await office.row(InteractionRow, key)
    assert row.occurred_at == before
    assert {name: getattr(row, name) for name in refers} == refers


async def test_without_staff_nobody_is_noted(office: Office):
    key = await office.do(record_interaction, draft(office))
    assert (await office.row(InteractionRow, key)).staff_id is None


async def test_figures_follow_in_the_same_transaction(office: Office):
    later = NOW + dt.timedelta(minutes=4)
    await office.do(record_interaction, draft(office, satisfaction=2))
    await office.do(record_interaction, draft(office, satisfaction=5, occurred_at=later))
    customer = await office.row(CustomerRow, office.world.own)
    assert (customer.interaction_count, customer.last_contact_at, customer.last_activity_at) == (2, later, later)
    assert (customer.satisfaction_sum, customer.satisfaction_count) == (7, 2)
    assert customer.version == 1


async def test_figures_count_every_one_of_many_at_once(office: Office):
    by = [office.world.agent, office.world.manager]
    await asyncio.gather(*(office.do(record_interaction, draft(office), by=by[n % 2]) for n in range(20)))
    assert (await office.row(CustomerRow, office.world.own)).interaction_count == 20


async def test_statements(office: Office):
    with statements(office.database) as seen:
        await office.do(record_interaction, draft(office), by=office.world.agent)
    assert len(seen) == 3 + FIGURES  # customer locked, interaction, figures, event
    with statements(office.database) as seen:
        await office.do(record_interaction, draft(office), by=office.world.agent, key="k")
    assert len(seen) == 5 + FIGURES  # the key, and its result, besides


FIGURES = 6
"""The statements of `refresh_figures`."""
