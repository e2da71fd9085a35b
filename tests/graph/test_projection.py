"""The copy in Neo4j follows the record: whatever changes, whoever copies, whatever is made anew."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import time
import uuid
from collections.abc import AsyncIterator, Callable

import pytest
import sqlalchemy as sa

from graph.bolt import Bolt, Overtaken
from graph.neo4j import Neo4jGraph
from graph.port import GraphUnavailable
from graph.projecting import generations, verifying
from graph.projecting.generations import Generation
from graph.projecting.verifying import NoCopy, verify
from graph.projection import Progress, Projector
from outbox.epoch import new_epoch
from outbox.log import Change, append
from outbox.trim import trim
from tests.factories import NOW
from tests.graph.adapters import open_copy, open_projector
from tests.graph.changing import Changer
from tests.neo4j_server import is_here

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(not is_here(), reason="there is no Neo4j here; in CI there is")]

SECONDS = 180


@pytest.fixture
async def bolt() -> AsyncIterator[Bolt]:
    async with open_copy() as opened:
        yield opened


@pytest.fixture
async def projector(store_url: str, bolt: Bolt) -> AsyncIterator[Projector]:
    async with open_projector(store_url, bolt) as opened:
        yield opened


@pytest.fixture
async def changer(projector: Projector) -> Changer:
    made = Changer(projector.database, seed=1)
    await made.begin()
    return made


@contextlib.asynccontextmanager
async def running(projector: Projector) -> AsyncIterator[None]:
    task = asyncio.create_task(projector.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def caught_up(projector: Projector) -> None:
    """Wait until the copy has taken in all that is in the log now."""
    goal = await last_event(projector)
    await until(projector, lambda found: found.position.id >= goal)


async def until(projector: Projector, is_so: Callable[[Generation], bool]) -> None:
    """Wait until the copy that answers is so."""
    async with asyncio.timeout(SECONDS):
        while True:
            with contextlib.suppress(GraphUnavailable):  # it may have been killed a moment ago
                found = await generations.live(projector.bolt)
                if found is not None and is_so(found):
                    return
            await asyncio.sleep(0.05)


async def rebuilt(projector: Projector, told: Progress = lambda *_: None) -> None:
    """Make the copy anew, from a place in the log up to which its tail has looked."""
    goal = await last_event(projector)
    async with asyncio.timeout(SECONDS):
        while projector.tail.position.id < goal:
            await projector.tail.moved(projector.tail.position.id)
    await projector.rebuild(told)


async def last_event(projector: Projector) -> int:
    async with projector.database.snapshot() as connection:
        return await connection.scalar(sa.text("SELECT coalesce(max(id), 0) FROM log_event")) or 0


async def is_true(projector: Projector) -> bool:
    """Whether every row of both stores is the same."""
    found = await verify(projector.bolt, projector.database, projector.tail)
    assert all(each.in_record == each.in_copy for each in found), found
    return all(each.is_same for each in found)


async def test_what_people_change_is_copied(projector: Projector, changer: Changer):
    async with running(projector):
        await changer.change(150)
        await caught_up(projector)

        assert await is_true(projector)
    assert projector.events > 100
    status = await Neo4jGraph(projector.bolt, projector.reads).status(NOW)
    assert (status.store, status.pending, status.lag_seconds) == ("neo4j", 0, 0.0)
    assert status.last_event_at == NOW


async def test_what_is_behind_says_by_how_much(projector: Projector, changer: Changer):
    await rebuilt(projector)
    await changer.new_customer()
    later = NOW + dt.timedelta(seconds=7)

    status = await Neo4jGraph(projector.bolt, projector.reads).status(later)

    assert (status.pending, status.lag_seconds) == (1, 7.0)


async def test_events_may_be_taken_in_again(projector: Projector, changer: Changer):
    await changer.change(60)
    await rebuilt(projector)
    beginning = {"id": (await generations.live(projector.bolt)).id}
    await projector.bolt.run("MATCH (one:Generation {id: $id}) SET one.position = 0, one.uid = '00000000'", beginning)

    before = projector.events

    async with running(projector):
        await caught_up(projector)

    assert projector.events - before == await last_event(projector)
    assert await is_true(projector)


async def test_the_second_projector_waits_and_takes_over(projector: Projector, changer: Changer, store_url: str):
    async with open_projector(store_url, projector.bolt) as second:
        async with running(projector):
            await caught_up(projector)
            async with running(second):
                await changer.change(30)
                await caught_up(projector)
                assert second.events == 0
        async with running(second):
            await changer.change(30)
            await caught_up(second)
        assert second.events > 0
    assert await is_true(projector)


async def test_who_is_overtaken_writes_nothing(projector: Projector, changer: Changer):
    await rebuilt(projector)
    stale = await generations.live(projector.bolt)
    assert stale is not None
    async with running(projector):
        await changer.new_customer()
        await caught_up(projector)

    with pytest.raises(Overtaken):
        await projector._caught_up(stale)
    assert await is_true(projector)


async def test_a_world_that_was_made_at_once_is_copied_at_once(projector: Projector, changer: Changer):
    async with running(projector):
        await caught_up(projector)
        first = await generations.live(projector.bolt)
        async with projector.database.transaction() as session:
            await append(session, [Change("world.generated", "World", uuid.uuid4(), {})], at=NOW, actor="test")
        await caught_up(projector)
    second = await generations.live(projector.bolt)

    assert first is not None
    assert second is not None
    assert second.id != first.id
    assert await is_true(projector)


@pytest.mark.parametrize("what", ["trimmed away", "of another epoch"])
async def test_a_log_that_cannot_be_gone_on_with_makes_a_new_copy(projector: Projector, changer: Changer, what: str):
    await rebuilt(projector)
    first = await generations.live(projector.bolt)
    await changer.change(30)
    if what == "trimmed away":
        await trim(projector.database, before=NOW + dt.timedelta(days=1), keep_from=await last_event(projector))
    else:
        await new_epoch(projector.database)

    async with running(projector):
        await changer.new_customer()
        await caught_up(projector)
        await until(projector, lambda second: second.id != first.id)
        await caught_up(projector)

    assert await is_true(projector)


async def test_a_copy_that_was_tampered_with_is_found_out_and_mended(projector: Projector, changer: Changer):
    await changer.change(40)
    await rebuilt(projector)
    live = {"id": (await generations.live(projector.bolt)).id}
    await projector.bolt.run(
        "MATCH (one:Party:Customer {generation: $id}) WITH one LIMIT 1 SET one.name = 'another'", live
    )
    await projector.bolt.run("MATCH (:Party:Staff {generation: $id})-[l:MEMBER_OF]->() WITH l LIMIT 1 DELETE l", live)

    found = {each.kind: each for each in await verify(projector.bolt, projector.database, projector.tail)}

    assert [kind for kind, each in found.items() if not each.is_same] == ["customer", "member_of"]
    [renamed] = found["customer"].differences
    assert "another" in renamed.copy
    assert "another" not in renamed.record
    [gone] = found["member_of"].differences
    assert gone.copy is None
    await rebuilt(projector)
    assert await is_true(projector)


async def test_a_copy_that_stands_still_is_waited_for_once(projector: Projector, changer: Changer, monkeypatch):
    monkeypatch.setattr(verifying, "CATCH_UP", 1.0)
    await rebuilt(projector)
    await changer.new_customer()
    await projector.tail.moved((await generations.live(projector.bolt)).position.id)
    began = time.monotonic()

    found = await verify(projector.bolt, projector.database, projector.tail)

    assert [each.kind for each in found if not each.is_same] == ["customer"]
    assert time.monotonic() - began < 1.0 * len(found)


async def test_nobody_sees_a_copy_half_made(projector: Projector, changer: Changer):
    projector.rest = 1.0  # longer than a question takes here: who still reads the old copy sees it whole
    await changer.change(40)
    await rebuilt(projector)
    graph = Neo4jGraph(projector.bolt, projector.reads)
    top = changer.departments[0]
    expected = await graph.subtree_by_department([top])
    seen = []

    async def watch() -> None:
        while True:
            seen.append(await graph.subtree_by_department([top]))
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    told: list[tuple[str, int, int]] = []
    await rebuilt(projector, lambda *step: told.append(step))
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)

    assert len(seen) > 3
    assert all(each == expected for each in seen)
    assert [what for what, done, total in told if done == total and total][:3] == ["department", "staff", "customer"]


async def test_rebuilding_beside_writers_loses_nothing(projector: Projector, changer: Changer):
    await rebuilt(projector)
    writing = asyncio.create_task(changer.change(120))
    async with running(projector):
        await asyncio.sleep(0.2)
        with contextlib.suppress(Overtaken):  # the one that runs was faster, and its copy stays
            await rebuilt(projector)
        await writing
        await caught_up(projector)
    assert await is_true(projector)


async def test_what_was_never_finished_is_cleared_away(projector: Projector, changer: Changer):
    await rebuilt(projector)
    abandoned = await generations.begin(projector.bolt, projector.tail.position)
    await projector.bolt.run(
        "MATCH (one:Generation {id: $id}) SET one.touched = timestamp() - 3600000", {"id": abandoned.id}
    )
    await rebuilt(projector)

    rows = await projector.bolt.read("MATCH (one:Generation {graph: $graph}) RETURN one.id AS id", {})
    assert [row["id"] for row in rows] == [(await generations.live(projector.bolt)).id]


async def test_without_a_copy_nothing_can_be_compared(projector: Projector):
    await generations.prepare(projector.bolt)
    with pytest.raises(NoCopy):
        await verify(projector.bolt, projector.database, projector.tail)


async def test_a_statement_that_meets_a_deadlock_is_run_again(bolt: Bolt):
    await bolt.run("MERGE (a:Counter {graph: $graph, place: 1}) MERGE (b:Counter {graph: $graph, place: 2})")
    counting = (
        "MATCH (a:Counter {graph: $graph, place: $first}) SET a.count = coalesce(a.count, 0) + 1 "
        "WITH a MATCH (b:Counter {graph: $graph, place: 3 - $first}) SET b.count = coalesce(b.count, 0) + 1"
    )

    await asyncio.gather(*(bolt.run(counting, {"first": 1 + number % 2}) for number in range(60)))

    found = await bolt.read("MATCH (one:Counter {graph: $graph}) RETURN one.count AS count", {})
    await bolt.run("MATCH (one:Counter {graph: $graph}) DELETE one")
    assert [row["count"] for row in found] == [60, 60]
