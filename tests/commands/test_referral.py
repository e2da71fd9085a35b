"""Noting which customer brought us which, and how often each did."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.problems import Refused
from resolvers.referral import Referral, refer_customer
from store.customer import CustomerRow
from store.relation import RelationKind, RelationRow
from tests.commands.places import day
from tests.commands.worlds import Office
from tests.factories import TODAY
from tests.factories.customer import add_crowd

pytestmark = pytest.mark.anyio


async def count(office: Office, key) -> int:
    return (await office.row(CustomerRow, key)).referral_count


async def test_a_referral_is_noted_and_counted_for_the_one_who_referred(office: Office):
    world = office.world
    draft = Referral(world.own, world.neighbour, day(-3))
    assert await office.do(refer_customer, draft, by=world.supervisor) == world.own
    [row] = await office.rows(sa.select(RelationRow).where(RelationRow.kind == RelationKind.REFERRED_BY))
    assert (row.from_id, row.to_id, row.since, row.until) == (world.own, world.neighbour, day(-3), None)
    assert (await count(office, world.neighbour), await count(office, world.own)) == (1, 0)
    [event] = await office.rows(sa.select(LogEventRow))
    assert (event.kind, event.aggregate_id) == ("relation.started", row.id)
    assert event.data["kind"] == "REFERRED_BY"


async def test_two_may_refer_one_another_and_several_one(office: Office):
    world = office.world
    for who, by in ((world.own, world.neighbour), (world.neighbour, world.own), (world.own, world.foreign)):
        await office.do(refer_customer, Referral(who, by))
    assert [await count(office, one) for one in (world.own, world.neighbour, world.foreign)] == [1, 1, 1]
    [row, *_] = await office.rows(sa.select(RelationRow).where(RelationRow.kind == RelationKind.REFERRED_BY))
    assert row.since == TODAY


async def test_of_many_at_once_each_referral_counts_once(office: Office):
    world = office.world
    async with office.database.transaction() as session:
        keys = await add_crowd(session, world.service, 8)
    drafts = [Referral(key, world.own) for key in keys for _ in range(3)]
    results = await asyncio.gather(*(office.do(refer_customer, draft) for draft in drafts), return_exceptions=True)
    refused = [result for result in results if isinstance(result, Refused)]
    assert [p.code for one in refused for p in one.problems] == ["OVERLAP"] * 16
    assert await count(office, world.own) == 8
