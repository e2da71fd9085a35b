"""GraphQL over HTTP: one endpoint, bytes in and bytes out, written on ASGI itself because every request passes here."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog
from starlette.types import Receive, Scope, Send

from server.media import Answer, is_json, wanted, wants_page
from server.payload import Asked, from_body, from_parameters
from server.refusal import Code, Header, Refusal

Headers = Mapping[bytes, bytes]
"""A request's headers by their names in lower case; of a repeated one, the last."""

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_ALLOW: Header = (b"allow", b"GET, POST")
_CLOSE: Header = (b"connection", b"close")

log = structlog.stdlib.get_logger("server.http")


class Answered(Protocol):
    """An operation's answer."""

    @property
    def body(self) -> bytes:
        """The JSON of the answer."""
        ...

    @property
    def executed(self) -> bool:
        """False when the request was refused before any field was asked for: its JSON has no data then."""
        ...


class Answering(Protocol):
    """Answers one operation for whoever asks by these headers."""

    async def __call__(self, asked: Asked, headers: Headers, *, allow_mutation: bool) -> Answered:
        """The answer.

        Raises:
            Refusal: the headers name nobody, or the store cannot be reached.
        """
        ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A response that is ready to go."""

    status: int
    content_type: bytes
    body: bytes
    headers: tuple[Header, ...] = ()

    async def send(self, send: Send, request_id: bytes) -> None:
        """Send it whole. Answers are personal: nobody may keep them, nobody may guess their type."""
        headers = [
            (b"content-type", self.content_type),
            (b"content-length", b"%d" % len(self.body)),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            (b"x-request-id", request_id),
            *self.headers,
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


class DisconnectedError(Exception):
    """The client went away before its request was complete."""


class GraphQLEndpoint:
    """The ASGI application at `/graphql`."""

    def __init__(self, answering: Answering, *, body_limit: int, seconds: float, page: Outgoing | None = None) -> None:
        self._answering = answering
        self._body_limit = body_limit
        self._seconds = seconds
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; whatever happens, the client gets JSON with a code."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        request_id = request_id_of(headers)
        structlog.contextvars.bind_contextvars(request_id=request_id.decode())
        try:
            async with asyncio.timeout(self._seconds):
                outgoing = await self._respond(scope, headers, receive)
        except DisconnectedError:
            return
        except TimeoutError:
            outgoing = refused(Refusal(503, Code.TIMEOUT, f"The request took longer than {self._seconds:g} s"), headers)
        except Refusal as refusal:
            outgoing = refused(refusal, headers)
        except Exception:
            log.exception("request failed")
            outgoing = refused(Refusal(500, Code.INTERNAL, "Internal error"), headers, request_id)
        await outgoing.send(send, request_id)

    async def _respond(self, scope: Scope, headers: Headers, receive: Receive) -> Outgoing:
        method = scope["method"]
        accept = headers.get(b"accept", b"")
        if method == "GET" and self._page is not None and wants_page(accept):
            return self._page
        if method not in {"GET", "POST"}:
            raise Refusal(405, Code.METHOD_NOT_ALLOWED, f"{method} is not allowed; use POST", headers=[_ALLOW])
        form = wanted(accept)
        if form is None:
            raise Refusal(406, Code.NOT_ACCEPTABLE, f"Answers are {' or '.join(each.value for each in Answer)}")
        if method == "GET":
            asked = from_parameters(scope["query_string"])
        else:
            asked = from_body(await self._body(headers, receive))
        answered = await self._answering(asked, headers, allow_mutation=method == "POST")
        status = 200 if answered.executed or form is Answer.JSON else 400
        return Outgoing(status, form.header, answered.body)

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        if not is_json(headers.get(b"content-type", b"")):
            raise Refusal(415, Code.UNSUPPORTED_MEDIA_TYPE, "The content-type must be application/json in UTF-8")
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise Refusal(415, Code.UNSUPPORTED_MEDIA_TYPE, "Compressed bodies are not accepted")
        declared = headers.get(b"content-length", b"")
        if declared.isdigit() and int(declared[:19]) > self._body_limit:
            raise self._too_large()
        return await self._receive(receive)

    async def _receive(self, receive: Receive) -> bytes:
        """The body, counted as it arrives: a declared length can be absent or wrong."""
        message = await receive()
        body: bytes = message.get("body", b"")
        while message.get("more_body", False):
            if len(body) > self._body_limit:
                break
            message = await receive()
            body += message.get("body", b"")
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        if len(body) > self._body_limit:
            raise self._too_large()
        return body

    def _too_large(self) -> Refusal:
        # closing the connection is what spares us the rest of the body
        words = f"The body is larger than {self._body_limit} bytes"
        return Refusal(413, Code.BODY_TOO_LARGE, words, headers=[_CLOSE])


def request_id_of(headers: Headers) -> bytes:
    """The id that the client or a proxy gave the request, or a new one."""
    given = headers.get(b"x-request-id")
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return secrets.token_hex(8).encode()


def refused(refusal: Refusal, headers: Headers, request_id: bytes | None = None) -> Outgoing:
    """The response to a refused request; `request_id` is told where the reason stands in our log only."""
    form = wanted(headers.get(b"accept", b"")) or Answer.JSON
    body = refusal.body(request_id.decode() if request_id else None)
    return Outgoing(refusal.status, form.header, body, refusal.headers)
