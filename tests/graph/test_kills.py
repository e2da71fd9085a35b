"""Neo4j and the projector are killed while people write: the copy is the record again, once it has caught up."""

from __future__ import annotations

import asyncio
import random
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from graph.bolt import open_bolt
from graph.port import GraphUnavailable
from graph.projecting import generations
from graph.projecting.verifying import NoCopy
from graph.projection import Projector
from tests.graph.adapters import open_projector
from tests.graph.changing import Changer
from tests.graph.test_projection import caught_up, is_true, running
from tests.neo4j_server import OwnNeo4j, is_here
from tests.server.running_cli import start
from tests.server.torture.size import sized

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.timeout(1_800),
    pytest.mark.skipif(not is_here(), reason="there is no Neo4j here; in CI there is"),
]

WRITERS = 2
NEO4J_KILLS = sized(1, 10)
PROJECTOR_KILLS = sized(2, 20)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OwnNeo4j]:
    with OwnNeo4j(tmp_path / "neo4j") as started:
        yield started


@pytest.fixture
async def projector(store_url: str, server: OwnNeo4j) -> AsyncIterator[Projector]:
    async with open_bolt(server.url, graph="customer360") as bolt, open_projector(store_url, bolt) as opened:
        yield opened


async def changing(changers: list[Changer], ended: asyncio.Event) -> None:
    """Write until it is over."""

    async def write(changer: Changer) -> None:
        while not ended.is_set():
            await changer.change()
            await asyncio.sleep(0.01)

    await asyncio.gather(*(write(changer) for changer in changers))


async def begun(projector: Projector) -> list[Changer]:
    changers = [Changer(projector.database, seed) for seed in range(WRITERS)]
    for changer in changers:
        await changer.begin()
    return changers


async def answering(projector: Projector) -> None:
    """Wait until the graph store answers, and there is a copy."""
    async with asyncio.timeout(240):
        while True:
            try:
                if await generations.live(projector.bolt):
                    return
            except (GraphUnavailable, NoCopy):
                pass
            await asyncio.sleep(0.2)


async def test_neo4j_is_killed_while_people_write(projector: Projector, server: OwnNeo4j):
    chance, ended = random.Random(1), asyncio.Event()
    changers = await begun(projector)
    async with running(projector):
        await answering(projector)
        writing = asyncio.create_task(changing(changers, ended))
        for _ in range(NEO4J_KILLS):
            await asyncio.sleep(chance.uniform(0.2, 2.0))
            await asyncio.to_thread(server.kill)
            await asyncio.sleep(chance.uniform(0.1, 1.0))
            await asyncio.to_thread(server.start)
            await answering(projector)
        ended.set()
        await writing
        await caught_up(projector)

        assert await is_true(projector)
    assert sum(changer.done for changer in changers) > 20 * NEO4J_KILLS


async def test_the_projector_is_killed_while_people_write(
    projector: Projector, server: OwnNeo4j, store_url: str, tmp_path: Path
):
    chance, ended = random.Random(2), asyncio.Event()
    changers = await begun(projector)
    writing = asyncio.create_task(changing(changers, ended))
    for _ in range(PROJECTOR_KILLS):
        process = await asyncio.to_thread(project, server.url, store_url, tmp_path)
        await moving(projector)
        await asyncio.sleep(chance.uniform(0.0, 1.5))
        process.kill()
        await asyncio.to_thread(process.wait, 10)
    ended.set()
    await writing
    process = await asyncio.to_thread(project, server.url, store_url, tmp_path)
    await caught_up(projector)

    assert await is_true(projector)
    process.kill()
    process.wait(10)


def project(neo4j_url: str, store_url: str, folder: Path) -> subprocess.Popen[str]:
    """`c360 graph project` as a program of its own."""
    words = ("graph", "project", "--database", store_url, "--neo4j", neo4j_url)
    return start(*words, cwd=folder, output=subprocess.DEVNULL, covered=False)


async def moving(projector: Projector) -> None:
    """Wait until some projector has moved the copy on."""
    await answering(projector)
    before = await generations.live(projector.bolt)
    assert before is not None
    async with asyncio.timeout(180):
        while (now := await generations.live(projector.bolt)) == before or now is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
