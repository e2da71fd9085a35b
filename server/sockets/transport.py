"""The connection below a socket: uvicorn's, which lets go of a client that takes nothing any more.

By itself it waits, when a socket is closed, until the client has taken all that was written; one that never does would
keep its buffers for ever, and could have as many of them as it likes.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

LINGER_SECONDS: Final = 10.0
"""For so long a closed socket's last messages may be on their way."""


class SocketConnection(WebSocketsSansIOProtocol):
    """A connection that is gone soon after its socket was closed."""

    _lingering: asyncio.TimerHandle | None = None

    async def run_asgi(self) -> None:
        """Run the application; when it is done, so is the connection, soon."""
        await super().run_asgi()
        self._let_go_soon()

    async def send(self, message: Any) -> None:
        """Take what the application sends. A refused handshake is over with its answer, which uvicorn does not note."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True

    def keepalive_timeout(self) -> None:
        """The client gave no sign of life."""
        super().keepalive_timeout()
        self._let_go_soon()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        if self._lingering is not None:
            self._lingering.cancel()
        super().connection_lost(exc)

    def _let_go_soon(self) -> None:
        if self._lingering is None and not self.disconnected:
            self._lingering = self.loop.call_later(LINGER_SECONDS, self.transport.abort)
