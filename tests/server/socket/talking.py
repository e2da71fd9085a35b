"""Talking graphql-transport-ws with a server of ours, frame by frame."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

SUBPROTOCOL = "graphql-transport-ws"
MANAGER = {"x-c360-role": "manager"}
STREAM = """
subscription S($after: String, $filter: TicketUpdateFilter) {
  ticketUpdates(after: $after, filter: $filter) { cursor kind version toStatus ticket { id version } }
}
"""
TICKS = {"query": STREAM, "variables": {}}
VIEWER = {"query": "{ viewer { role } }"}


@dataclass
class Talk:
    """One socket, as its client has it."""

    connection: ClientConnection
    heard: list[Any] = field(default_factory=list)

    async def say(self, message: Any) -> None:
        """Send a message; text goes as it is."""
        await self.connection.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def hear(self, seconds: float = 10) -> Any:
        """The next message."""
        async with asyncio.timeout(seconds):
            frame = await self.connection.recv()
        assert isinstance(frame, str), "frames are text"
        self.heard.append(json.loads(frame))
        return self.heard[-1]

    async def init(self, payload: Mapping[str, Any] | None = MANAGER) -> None:
        """Say who it is, and be acknowledged."""
        await self.say({"type": "connection_init", **({} if payload is None else {"payload": payload})})
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, payload: Any = None, key: str = "1") -> None:
        """Ask for something."""
        await self.say({"id": key, "type": "subscribe", "payload": TICKS if payload is None else payload})

    async def closed(self, seconds: float = 10) -> tuple[int, str]:
        """With what code and reason the server ended it, after whatever it had still to say."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.hear(seconds)
        close = self.connection.protocol.close_rcvd
        return (close.code, close.reason) if close is not None else (1006, "")

    async def update(self, key: str = "1", seconds: float = 10) -> Any:
        """The next update of a subscription."""
        message = await self.hear(seconds)
        assert (message["type"], message["id"]) == ("next", key), message
        return message["payload"]["data"]["ticketUpdates"]

    async def code(self, key: str = "1") -> str:
        """The code of the error with which an operation ends."""
        message = await self.hear()
        assert (message["type"], message["id"]) == ("error", key), message
        (error,) = message["payload"]
        return error["extensions"]["code"]


def at(url: str) -> str:
    """The socket's address on a server."""
    return f"{url.replace('http', 'ws', 1)}/graphql"


@contextlib.asynccontextmanager
async def talking(url: str, *, subprotocol: str | None = SUBPROTOCOL, **options: Any) -> AsyncIterator[Talk]:
    """A socket that is open and says nothing yet."""
    subprotocols = None if subprotocol is None else [subprotocol]
    async with connect(
        at(url), subprotocols=subprotocols, compression=None, ping_interval=None, max_size=None, **options
    ) as connection:
        yield Talk(connection)


@contextlib.asynccontextmanager
async def signed_in(url: str, payload: Mapping[str, Any] = MANAGER, **options: Any) -> AsyncIterator[Talk]:
    """A socket that is acknowledged."""
    async with talking(url, **options) as talk:
        await talk.init(payload)
        yield talk
