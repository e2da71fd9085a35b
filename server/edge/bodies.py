"""Bodies of requests: counted as they arrive, in bounded time, never unpacked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from starlette.types import Message, Receive

from server.media import is_json
from server.refusal import Code, Header, Refusal

CLOSE: Final[Header] = (b"connection", b"close")
"""Ends the connection: spares us the rest of a body."""

LITTLE: Final = 65_536
"""Bytes that may still come when a request is already refused; for more, the connection is ended."""

Headers = Mapping[bytes, bytes]


class DisconnectedError(Exception):
    """The client went away before its request was complete."""


class Bodies:
    """Reads bodies of at most `limit` bytes that arrive within `seconds`."""

    def __init__(self, *, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds

    def check(self, headers: Headers) -> None:
        """Refuse a body by its headers.

        Raises:
            Refusal: UNSUPPORTED_MEDIA_TYPE or BODY_TOO_LARGE.
        """
        if not is_json(headers.get(b"content-type", b"")):
            raise Refusal(415, Code.UNSUPPORTED_MEDIA_TYPE, "The content-type must be application/json in UTF-8")
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise Refusal(415, Code.UNSUPPORTED_MEDIA_TYPE, "Compressed bodies are not accepted")
        if (declared(headers) or 0) > self._limit:
            raise self._too_large()

    async def read(self, receive: Receive) -> bytes:
        """The body. It is counted as it arrives: a declared length can be absent or wrong.

        Raises:
            Refusal: BODY_TOO_LARGE or REQUEST_TIMEOUT.
            DisconnectedError: the client went away.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._received(receive)
        except TimeoutError:
            words = f"The body did not arrive within {self._seconds:g} s"
            raise Refusal(408, Code.REQUEST_TIMEOUT, words, headers=[CLOSE]) from None

    async def _received(self, receive: Receive) -> bytes:
        message = await receive()
        if not message.get("more_body", False):  # most bodies come in one piece
            return self._whole(message, message.get("body", b""))
        body = bytearray(message["body"])
        while message.get("more_body", False) and len(body) <= self._limit:
            message = await receive()
            body += message.get("body", b"")
        return self._whole(message, bytes(body))

    def _whole(self, last: Message, body: bytes) -> bytes:
        if last["type"] == "http.disconnect":
            raise DisconnectedError
        if len(body) > self._limit:
            raise self._too_large()
        return body

    def _too_large(self) -> Refusal:
        words = f"The body is larger than {self._limit} bytes; files are for the command line"
        return Refusal(413, Code.BODY_TOO_LARGE, words, headers=[CLOSE])


def declared(headers: Headers) -> int | None:
    """The length of the body as its header says it; None where it says nothing."""
    length = headers.get(b"content-length", b"")
    return int(length[:19]) if length.isdigit() else None


def is_little(headers: Headers) -> bool:
    """Whether the rest of a body is not worth ending the connection for, when nobody is going to read it."""
    length = declared(headers)
    return length <= LITTLE if length is not None else b"transfer-encoding" not in headers
