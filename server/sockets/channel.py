"""The frames of one socket: one sender at a time, none of whom waits for ever."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.types import Receive, Send

from server.sockets.protocol import Close, CloseCode

FAREWELL_SECONDS: Final = 1.0
"""For so long the last words may wait for a client that takes nothing."""


class Channel:
    """Sends and receives. A client that does not take a message within `seconds` is given up.

    Nothing is queued here: whoever sends waits until the connection takes more, which it does while less than 64 KiB
    are on their way.
    """

    def __init__(self, receive: Receive, send: Send, *, seconds: float) -> None:
        self._receive, self._send, self._seconds = receive, send, seconds
        self._turn = asyncio.Lock()

    async def accept(self, subprotocol: str | None) -> None:
        """Open the socket."""
        await self._send({"type": "websocket.accept", "subprotocol": subprotocol})

    async def receive(self) -> dict[str, Any]:
        """The next frame. Raises Close when the socket has ended."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise Close(message.get("code") or CloseCode.GONE, "The client is gone", is_over=True)
        return dict(message)

    async def send(self, text: str) -> None:
        """Send a frame. Raises Close when the client does not take it."""
        try:
            async with asyncio.timeout(self._seconds), self._turn:
                await self._send({"type": "websocket.send", "text": text})
        except TimeoutError:
            raise Close(CloseCode.TRY_LATER, "Messages were not taken in time") from None
        except OSError:
            raise Close(CloseCode.GONE, "The client is gone", is_over=True) from None

    async def end(self, close: Close, last: list[str]) -> None:
        """Send these last messages, and close, as far as the client takes them."""
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                for text in last:
                    await self._send({"type": "websocket.send", "text": text})
                await self._send({"type": "websocket.close", "code": int(close.code), "reason": close.reason})
        except (TimeoutError, OSError):
            return
