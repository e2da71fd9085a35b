"""One HTTP connection: uvicorn's, with bounds on what is around the bodies of requests, in bytes and in time.

By itself uvicorn takes a head of any size (50 MB of one header, two hundred thousand headers), waits for its end for
ever, and lets a connection that was never used, or that trickles the rest of a body nobody reads, stay open.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES: Final = 32_768
"""The first line and the headers may have so many, and so may what follows a body; one read is taken whole."""

HEADERS: Final = 100
"""Headers of one request."""

HEAD_SECONDS: Final = 10.0
"""A request's head must be complete so soon after the connection, or after the head's first byte."""

_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: 26\r\nconnection: close\r\n\r\nThe headers are too large."
)


PART_SECONDS: Final = 2.0
PART_BYTES: Final = 33_554_432
"""When an answer ends the connection before its request was read, so long and so many bytes are thrown away: a
connection that is closed with unread bytes is reset, and the client never sees the answer."""

SIP_SECONDS: Final = 0.02
"""Between two reads of what is thrown away, of all connections together, so much time is for others: a read takes up to
256 KiB, and whoever sends as fast as he can would otherwise be read as fast as we can."""


class TooManyHeadersError(Exception):
    """Ends the parsing of a head."""


class Sips:
    """Spreads the reads of all connections over time; one is due `SIP_SECONDS` after the other."""

    def __init__(self) -> None:
        self._due = 0.0

    def wait(self, now: float) -> float:
        """The seconds until the caller's next read is due."""
        self._due = max(now, self._due + SIP_SECONDS)
        return self._due - now


class _Exit:
    """The transport as an answer sees it, which ends the connection when it is sent."""

    __slots__ = ("close", "is_closing", "write")

    def __init__(self, connection: Connection, transport: asyncio.Transport) -> None:
        self.write, self.is_closing = transport.write, transport.is_closing
        self.close = connection.part


class Connection(HttpToolsProtocol):
    """A connection whose client must come to the point."""

    _sips: ClassVar = Sips()

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._is_in_head = False
        self._has_moved = False
        self._loose_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._is_parting = False
        self._sip: asyncio.TimerHandle | None = None
        self._exit: Any = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """A client is here; it must ask soon."""
        super().connection_made(transport)
        self._exit = _Exit(self, transport)
        self._expect_within(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._expect_nothing()
        if self._sip is not None:
            self._sip.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """More bytes came. Bodies are counted by the application; whatever else it is may not grow without end."""
        if self._is_parting:
            self._throw_away(data)
            return
        self._has_moved = False
        super().data_received(data)
        self._loose_bytes = 0 if self._has_moved else self._loose_bytes + len(data)
        if self._loose_bytes > HEAD_BYTES:
            self._refuse()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._is_in_head = self._has_moved = True
        self._expect_within(HEAD_SECONDS)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header is complete."""
        if len(self.headers) >= HEADERS:
            raise TooManyHeadersError
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is complete; the application takes over."""
        self._is_in_head, self._has_moved = False, True
        self._expect_nothing()
        super().on_headers_complete()
        if self.cycle is not None:  # a socket's handshake makes none
            self.cycle.transport = self._exit

    def on_body(self, body: bytes) -> None:
        """A piece of a body."""
        self._has_moved = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is complete."""
        self._has_moved = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is sent; the next request may come, for a while, and what comes of this one does not count."""
        super().on_response_complete()
        if self._is_parting:
            self.flow.pause_reading()  # until its turn
        if self._is_parting or self.transport.is_closing():
            return
        if not self._is_in_head and (self.cycle is None or self.cycle.response_complete):
            self._expect_within(self.timeout_keep_alive)

    def send_400_response(self, msg: str) -> None:
        """Refuse a head that is no HTTP, or that has too many headers."""
        if self._is_in_head and len(self.headers or ()) >= HEADERS:
            self._refuse()
        else:
            super().send_400_response(msg)

    def part(self) -> None:
        """End the connection, once the client had time to read the answer."""
        if self._is_parting or self.transport.is_closing():
            return
        if self.cycle is None or not self.cycle.more_body:
            self.transport.close()
            return
        self._is_parting, self._loose_bytes = True, 0
        self.transport.write_eof()
        self._read_on()
        self._expect_within(PART_SECONDS)

    def _throw_away(self, data: bytes) -> None:
        self._loose_bytes += len(data)
        if self._loose_bytes > PART_BYTES:
            self.transport.close()
        else:
            self._read_on()

    def _read_on(self) -> None:
        """Read once more, when it is this connection's turn."""
        self.flow.pause_reading()
        self._sip = self.loop.call_later(self._sips.wait(self.loop.time()), self._take_sip)

    def _take_sip(self) -> None:
        if not self.transport.is_closing():
            self.flow.resume_reading()

    def _refuse(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def _expect_within(self, seconds: float) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
