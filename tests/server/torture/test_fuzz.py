"""Mangled bodies, documents and frames: every one is refused in words, and whoever behaves is served on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections import Counter
from pathlib import Path

import httpx
import psutil
import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from tests import stores
from tests.factories.customer import add_customer
from tests.server.torture.mangling import some_body, some_frame
from tests.server.torture.process import MANAGER, ServerProcess
from tests.server.torture.size import sized

BODIES = sized(1_500, 70_000)
FRAMES = sized(1_000, 30_000)
CLIENTS = 4
WARM = 0.3
"""The share after which memory must be flat."""
GROWTH = 25 * 2**20
"""Bytes by which the process may still grow then: caches of documents fill up to their bounds."""

UNLIMITED = {"C360_RATE_POINTS": "0", "C360_PATIENCE_MS": "0"}
"""The fuzz is to reach the parsers, not the rate limit."""


@pytest.mark.timeout(3_600)
def test_mangled_input_is_refused_in_words_and_harms_nobody(store_url, tmp_path: Path):
    asyncio.run(one_customer(store_url))
    server = ServerProcess(store_url, tmp_path, **UNLIMITED)
    server.start()
    try:
        statuses, closes, growth = asyncio.run(fuzzed(server))
    finally:
        server.stop()

    assert not [status for status in statuses if status >= 500], statuses
    assert set(closes) <= {1000, *range(4400, 4500)}, closes
    assert statuses[200] > 0
    assert statuses[400] > 0
    assert growth < GROWTH, f"{growth / 2**20:.1f} MiB"
    assert "Traceback" not in server.log
    assert '"level": "error"' not in server.log


async def one_customer(store_url: str) -> None:
    async with stores.opened(store_url) as database, database.transaction() as session:
        await add_customer(session)


async def fuzzed(server: ServerProcess) -> tuple[Counter[int], Counter[int], int]:
    """Status codes of all bodies, close codes of all sockets, and how much memory grew after the warm part."""
    statuses: Counter[int] = Counter()
    closes: Counter[int] = Counter()
    process = psutil.Process(server.pid)
    async with Bystander(server) as bystander:
        await part(server, WARM, 0, statuses, closes)
        before = process.memory_info().rss
        await part(server, 1 - WARM, 100, statuses, closes)
        grown = process.memory_info().rss - before
        await bystander.check()
    return statuses, closes, grown


async def part(server: ServerProcess, share: float, seed: int, statuses: Counter[int], closes: Counter[int]) -> None:
    """Send this share of all bodies and frames, by several clients at once."""
    async with asyncio.TaskGroup() as group:
        for n in range(CLIENTS):
            group.create_task(send_bodies(server, int(BODIES * share / CLIENTS), random.Random(seed + n), statuses))
            group.create_task(send_frames(server, int(FRAMES * share / CLIENTS), random.Random(seed + n), closes))


async def send_bodies(server: ServerProcess, number: int, chance: random.Random, statuses: Counter[int]) -> None:
    headers = {**MANAGER, "content-type": "application/json"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as client:
        for _ in range(number):
            response = await client.post("/graphql", content=some_body(chance))
            statuses[response.status_code] += 1
            for error in response.json().get("errors", ()):
                assert error["extensions"]["code"], response.text
                assert error["message"], response.text


async def send_frames(server: ServerProcess, number: int, chance: random.Random, closes: Counter[int]) -> None:
    """Frames on one socket until the server closes it, then on the next."""
    while number > 0:
        async with opened(server) as socket:
            reading = asyncio.create_task(drained(socket))
            with contextlib.suppress(ConnectionClosed):
                while number > 0:
                    number -= 1
                    await socket.send(some_frame(chance))
                    await asyncio.sleep(0)
                await socket.close()
            await reading
            closes[socket.close_code or 1006] += 1


async def drained(socket: websockets.ClientConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        async for frame in socket:
            message = json.loads(frame)
            for error in message["payload"] if message["type"] == "error" else ():
                assert error["extensions"]["code"], frame


def opened(server: ServerProcess) -> websockets.connect:
    return websockets.connect(
        f"ws://127.0.0.1:{server.port}/graphql",
        subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
        additional_headers=MANAGER,
        compression=None,
    )


class Bystander:
    """A client that behaves: its socket must live through everything."""

    def __init__(self, server: ServerProcess) -> None:
        self._opening = opened(server)

    async def __aenter__(self) -> Bystander:
        self._socket = await self._opening.__aenter__()
        await self._tell({"type": "connection_init"}, "connection_ack")
        return self

    async def check(self) -> None:
        """Whether the socket that was opened before everything still answers."""
        query = {"query": "{ viewer { role } }"}
        told = await self._tell({"id": "b", "type": "subscribe", "payload": query}, "next")
        assert told["payload"]["data"] == {"viewer": {"role": "MANAGER"}}

    async def _tell(self, message: dict, expected: str) -> dict:
        await self._socket.send(json.dumps(message))
        answer = json.loads(await asyncio.wait_for(self._socket.recv(), 10))
        assert answer["type"] == expected
        return answer

    async def __aexit__(self, *failure: object) -> None:
        await self._opening.__aexit__(None, None, None)
