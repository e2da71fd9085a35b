"""Recorded decisions come out the same when they are made again; one that was meddled with does not."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import sqlalchemy as sa

from resolvers.decisions.making import Asking
from resolvers.decisions.replaying import SHOWN, count_decisions, replay
from store.decision import DecisionRow
from tests.decisions.worlds import ASKING, buyer, graded, publish
from tests.factories import NOW

pytestmark = pytest.mark.anyio

LATER = Asking("analyst", NOW + dt.timedelta(days=40))


async def set_all(database, **values) -> None:
    async with database.transaction() as session:
        await session.execute(sa.update(DecisionRow).values(**values))


async def test_decisions_of_all_versions_come_out_the_same(database):
    customers = [await buyer(database, yuan) for yuan in (1, 60_000, 600_000)]
    customers.append(await buyer(database, 5, currency="BHD"))
    await graded(database, customers)
    await publish(database)
    await graded(database, customers, LATER)
    told: list[int] = []

    found = await replay(database, told=told.append)

    assert (found.decisions, found.different, found.differences) == (8, 0, [])
    assert sum(told) == 8


async def test_a_fact_that_could_not_be_known_is_recorded_so_and_nothing_is_decided_again(database):
    await graded(database, [await buyer(database, 5, currency="BHD")])

    async with database.transaction() as session:
        decision = (await session.scalars(sa.select(DecisionRow))).one()

    assert "no rate for BHD" in json.loads(decision.facts)["?"]
    assert (await replay(database)).different == 0


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("rows", '["vip_keep"]'),
        ("results", '[{"grade":"KEY","hold":false}]'),
        ("reasons", "[]"),
        ("fault", "MISSING_FACT: something"),
    ],
)
async def test_what_is_recorded_otherwise_is_told(database, part, text):
    await graded(database, [await buyer(database, 600_000)])
    await set_all(database, **{part: text})

    found = await replay(database)

    assert found.different == 1
    assert [(one.part, one.recorded) for one in found.differences] == [(part, text)]


@pytest.mark.parametrize("facts", ['{"value_12m":"many"}', "not JSON", "[]"])
async def test_facts_that_cannot_be_read_are_a_difference_and_the_replay_goes_on(database, facts):
    await graded(database, [await buyer(database, 600_000)])
    await set_all(database, facts=facts)
    await graded(database, [await buyer(database, 600_000)])

    found = await replay(database)

    assert (found.decisions, found.different) == (2, 1)
    assert found.differences[0].part == "facts"


async def test_only_the_first_differences_are_kept_and_all_are_counted(database):
    await graded(database, [await buyer(database, yuan) for yuan in range(1, SHOWN + 5)])
    await set_all(database, rows="[]")

    found = await replay(database)

    assert (found.different, len(found.differences)) == (SHOWN + 4, SHOWN)


async def test_a_replay_can_be_of_one_rule_set_and_from_a_day_on(database):
    customers = [await buyer(database, 1)]
    await graded(database, customers, ASKING)
    await graded(database, customers, LATER)

    async def sizes(**narrowed) -> tuple[int, int]:
        return (await replay(database, **narrowed)).decisions, await count_decisions(database, **narrowed)

    assert await sizes(since=NOW + dt.timedelta(days=1)) == (1, 1)
    assert await sizes(rule_set="grading") == (2, 2)
    assert await sizes(rule_set="priority") == (0, 0)
