"""Sockets at `/graphql`: what is asked of a handshake, and how many sockets there may be."""

from __future__ import annotations

import time
from typing import Final

import structlog
from starlette.types import Receive, Scope, Send

from server.edge.edge import NO_CONTENT, Edge
from server.http import check_single, request_id_of
from server.observing import Observer
from server.refusal import Code, Refusal
from server.settings import Settings
from server.sockets.channel import Channel
from server.sockets.places import Places
from server.sockets.protocol import SUBPROTOCOL, Close, CloseCode
from server.sockets.shared import Shared, Subscribing
from server.sockets.socket import Socket

HANDSHAKE_SECONDS: Final = 0.002
"""Processor time that a handshake takes, about: whoever's socket ends by a fault of its own is charged with it."""

_FAULTS: Final = frozenset(
    {
        CloseCode.BAD_REQUEST,
        CloseCode.UNAUTHORIZED,
        CloseCode.FORBIDDEN,
        CloseCode.BAD_SUBPROTOCOL,
        CloseCode.NO_INIT,
        CloseCode.DUPLICATE,
        CloseCode.TWO_INITS,
    }
)


class SocketEndpoint:
    """The ASGI application for sockets."""

    def __init__(self, service: Subscribing, edge: Edge, observer: Observer, settings: Settings) -> None:
        self._shared = Shared(service, edge, observer, Places(settings.sockets_per_caller))
        self._addresses = Places(settings.sockets_per_address, most=settings.sockets)
        self._send_seconds = settings.send_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket to its end."""
        headers = dict(scope["headers"])
        request_id = request_id_of(headers).decode()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        address = self._shared.edge.clients.name(scope, headers)
        await receive()  # the handshake
        try:
            self._check(scope, headers, address)
        except Refusal as refusal:
            await _deny(refusal, request_id, send, self._shared.edge)
            return
        channel = Channel(receive, send, seconds=self._send_seconds)
        socket = Socket(self._shared, channel, headers, address, request_id)
        with self._addresses.taken(address):
            await self._serve(socket, channel, speaks=SUBPROTOCOL in scope["subprotocols"])

    def _check(self, scope: Scope, headers: dict[bytes, bytes], address: str) -> None:
        """What must be right before a socket is opened. Raises Refusal."""
        edge = self._shared.edge
        check_single(scope["headers"], headers)
        edge.hosts.check(scope["headers"])
        edge.origins.check(headers)
        edge.budget.check(address)
        if self._addresses.is_full:
            raise Refusal(503, Code.UNAVAILABLE, "There are as many sockets as there may be", headers=[_LATER])
        if not self._addresses.has_room(address):
            raise Refusal(429, Code.TOO_MANY_REQUESTS, "There are too many sockets from your address", headers=[_LATER])

    async def _serve(self, socket: Socket, channel: Channel, *, speaks: bool) -> None:
        observer, began = self._shared.observer, time.perf_counter()
        observer.metrics.sockets.inc()
        try:
            await channel.accept(SUBPROTOCOL if speaks else None)
            close = await socket.run() if speaks else await _other_subprotocol(channel)
        finally:
            observer.metrics.sockets.dec()
        if close.code in _FAULTS:
            self._shared.edge.budget.blame(socket.who, HANDSHAKE_SECONDS)
        observer.socket_ended(
            request_id=socket.request_id,
            subject=socket.subject_name,
            code=int(close.code),
            seconds=time.perf_counter() - began,
            operations=socket.tally.operations,
            updates=socket.tally.updates,
        )


_LATER: Final = (b"retry-after", b"5")


async def _other_subprotocol(channel: Channel) -> Close:
    """Only an opened socket can tell a browser why it ends."""
    close = Close(CloseCode.BAD_SUBPROTOCOL, f"Subprotocol not acceptable: speak {SUBPROTOCOL}")
    await channel.end(close, [])
    return close


async def _deny(refusal: Refusal, request_id: str, send: Send, edge: Edge) -> None:
    """Answer a handshake that is refused, over HTTP."""
    headers = [
        (b"x-request-id", request_id.encode()),
        (b"content-type", b"application/json"),
        NO_CONTENT,
        *edge.headers,
        *refusal.headers,
    ]
    await send({"type": "websocket.http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": refusal.body(request_id)})
