"""The limit: hand-written SQL makes the JSON in PostgreSQL, and a bare ASGI application sends it on.

No schema, no parsing, no access control, no planning: what is left is the database's own work and one round trip.
Reads BENCH_DSN.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import orjson

SQL = {file.stem: file.read_text() for file in Path(__file__).with_name("limit").glob("*.sql")}
KEY = {"a": "id", "b": "after", "c": "id", "pages": "count"}
"""The one variable of each query, which is the one parameter of its statement."""

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class Limit:
    """The whole server."""

    pool: asyncpg.Pool[asyncpg.Record]

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer `POST /<query>` with `{"variables": {...}}`."""
        if scope["type"] == "lifespan":
            await self.live(receive, send)
            return
        body, query = await read(receive), scope["path"][1:]
        status, text = (200, await self.answer(query, body)) if query in SQL else (404, "{}")
        content = text.encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def answer(self, query: str, body: bytes) -> str:
        """One statement, one row, one text."""
        key = orjson.loads(body)["variables"][KEY[query]]
        async with self.pool.acquire() as connection:
            return str(await connection.fetchval(SQL[query], key))

    async def live(self, receive: Receive, send: Send) -> None:
        """Hold the pool from start to end."""
        await receive()
        self.pool = await asyncpg.create_pool(
            os.environ["BENCH_DSN"],
            min_size=10,
            max_size=10,
            reset=quiet,
            max_cacheable_statement_size=0,
            server_settings={"timezone": "UTC"},
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.pool.close()
        await send({"type": "lifespan.shutdown.complete"})


async def quiet(connection: object) -> None:
    """Nothing to reset: the statements here set nothing."""
    del connection


async def read(receive: Receive) -> bytes:
    """The request's whole body."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


app = Limit()
