"""Customers are graded by themselves when they are due, one process at a time; failures are logged, and end nothing."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa
import structlog

from outbox.tail import open_tail
from resolvers.decisions.grading import Graded
from resolvers.reading import open_reads
from server import grading
from server.grading import KeepingGrades
from server.metrics import Metrics
from server.settings import load_settings
from server.upkeep import Upkeep
from store.customer import CustomerRow
from store.decision import DecisionOccasion, DecisionRow
from store.grade import Grade
from tests.decisions.worlds import buyer, graded
from tests.factories import NOW

pytestmark = pytest.mark.anyio


def keeping(store_url, at: dt.datetime = NOW, told=lambda _: None) -> KeepingGrades:
    return KeepingGrades(store_url, clock=lambda: at, told=told)


async def decisions(database) -> list[DecisionRow]:
    async with database.transaction() as session:
        return list(await session.scalars(sa.select(DecisionRow).order_by(DecisionRow.id)))


async def test_who_is_due_is_graded_and_then_nobody_is_due(database, store_url):
    await buyer(database, 600_000)
    told: list[Graded] = []

    first = await keeping(store_url, told=told.append).once()
    second = await keeping(store_url).once()

    assert first is not None
    assert second is not None
    assert (first.decided, second.decided) == (1, 0)
    assert [one.moves for one in told] == [{(None, Grade.VIP): 1}]
    [made] = await decisions(database)
    assert (made.occasion, made.asked_by) == (DecisionOccasion.EVENT, "housekeeping")


async def test_a_month_later_it_is_looked_at_again(database, store_url):
    customer = await buyer(database, 600_000)
    await graded(database, [customer])

    found = await keeping(store_url, NOW + dt.timedelta(days=31)).once()

    assert found is not None
    assert found.decided == 1
    assert (await decisions(database))[-1].occasion is DecisionOccasion.CADENCE


async def test_two_at_once_do_it_once(database, store_url):
    for yuan in (1, 2, 3):
        await buyer(database, yuan)

    await asyncio.gather(*(keeping(store_url).once() for _ in range(3)))

    assert len(await decisions(database)) == 3


async def test_one_who_cannot_be_graded_keeps_no_other_back(database, store_url, monkeypatch):
    customers = [await buyer(database, yuan) for yuan in (1, 2)]
    grade_some = grading.grade_some

    async def failing(session, asking, ids):
        if customers[0].id in ids:
            raise RuntimeError("a mistake in one customer")
        return await grade_some(session, asking, ids)

    monkeypatch.setattr(grading, "grade_some", failing)
    with structlog.testing.capture_logs() as logged:
        found = await keeping(store_url).once()

    assert found is not None
    assert found.decided == 1
    assert [one.subject_id for one in await decisions(database)] == [customers[1].id]
    assert [each["customers"] for each in logged if each["log_level"] == "error"] == [2, 1]


async def test_it_comes_round_again_and_survives_a_failure(database, store_url):
    await buyer(database, 1)
    calls = 0

    def clock() -> dt.datetime:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OSError("no clock yet")
        return NOW

    told = asyncio.Queue[Graded]()
    running = asyncio.create_task(KeepingGrades(store_url, clock=clock, told=told.put_nowait).run(interval=0.02))
    async with asyncio.timeout(20):
        assert (await told.get()).decided == 1
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_the_upkeep_grades_and_counts(database, store_url):
    await buyer(database, 600_000)
    reads, metrics = await open_reads(store_url), Metrics()
    async with open_tail(store_url) as tail:
        upkeep = Upkeep(reads, database, tail, dt.timedelta(hours=72), grading=0.01)
        running = asyncio.create_task(upkeep.run(metrics))
        async with asyncio.timeout(60):
            while 'c360_grades_total{what="decided"} 1.0' not in metrics.text().decode():  # noqa: ASYNC110 # a counter
                await asyncio.sleep(0.05)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    await reads.close()

    assert 'c360_grades_total{what="moved"} 1.0' in metrics.text().decode()


async def test_it_can_be_turned_off(database, store_url):
    await buyer(database, 600_000)
    reads = await open_reads(store_url)
    async with open_tail(store_url) as tail:
        upkeep = Upkeep(reads, database, tail, dt.timedelta(hours=72))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(dataclasses.replace(upkeep, grading=0.0).run(Metrics()), 0.5)
    await reads.close()

    assert await decisions(database) == []
    assert load_settings(grading_seconds=0).grading_seconds == 0


async def test_a_customer_who_is_not_graded_keeps_what_was(database, store_url):
    customer = await buyer(database, 5, Grade.KEY, currency="BHD")

    found = await keeping(store_url).once()

    assert found is not None
    assert list(found.refused) == [customer.id]
    async with database.transaction() as session:
        assert (await session.get_one(CustomerRow, customer.id)).grade is Grade.KEY
