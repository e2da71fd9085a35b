"""GraphQL over HTTP: one endpoint, bytes in and bytes out, written on ASGI itself because every request passes here.

The order of its steps is the order of what they cost: host, page, method, media type, who asks, what that caller may
still spend, and only then the body, its document, and the answer.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import secrets
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog
from starlette.types import Receive, Scope, Send

from server.call import Answered, Answering, Call, reason_of
from server.edge.bodies import CLOSE, DisconnectedError, is_little
from server.edge.edge import NO_CONTENT, Edge, caller_of
from server.edge.meter import Metered
from server.edge.origins import is_preflight
from server.edge.pauses import APART, LEAST
from server.identity import Identity
from server.media import Answer, wanted, wants_page
from server.observing import Exchange, Observer
from server.payload import from_body, from_parameters
from server.refusal import Code, Header, Refusal

Headers = Mapping[bytes, bytes]
"""A request's headers by their names in lower case."""

SINGLE: Final = frozenset(
    {b"host", b"origin", b"authorization", b"x-api-key", b"content-type", b"content-encoding", b"x-forwarded-for"}
)
"""Headers that may come once: of two, a proxy and we could believe different ones."""

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_NOT_NOW: Final = frozenset({408, 429})
CLIENT_GONE: Final = 499
"""What the log says of a request whose client went away before it was complete; nobody gets this status."""

log = structlog.stdlib.get_logger("server.http")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A response that is ready to go."""

    status: int
    content_type: bytes
    body: bytes
    headers: tuple[Header, ...] = ()

    async def send(self, send: Send, request_id: bytes, around: Sequence[Header]) -> None:
        """Send it whole, with the headers that every answer has."""
        headers = [(b"x-request-id", request_id), *around, *self.headers]
        if self.content_type:
            headers += [(b"content-type", self.content_type), (b"content-length", b"%d" % len(self.body))]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


Page = Callable[[], Outgoing]
"""Makes the page that a browser gets."""


@dataclass(slots=True)
class Request:
    """One request on its way."""

    scope: Scope
    headers: Headers
    request_id: bytes
    caller: Hashable
    """By what budgets are kept: the client's address, until we know who asks."""
    identity: Identity | None = None
    answered: Answered | None = None
    refusal: Refusal | None = None
    exchange: Exchange | None = None
    """What is told of it when it is over."""
    page_headers: tuple[Header, ...] = ()
    """What the browser of a page must hear."""
    is_body_read: bool = False

    @property
    def is_to_blame(self) -> bool:
        """Whether the client asked what is refused; neither is it when we fail, nor when it only comes too early."""
        if self.refusal is not None:
            return self.refusal.status < 500 and self.refusal.status not in _NOT_NOW
        return self.answered is not None and not self.answered.executed


class GraphQLEndpoint:
    """The ASGI application at `/graphql`."""

    def __init__(
        self, answering: Answering, edge: Edge, *, page: Page | None = None, observer: Observer | None = None
    ) -> None:
        self._answering = answering
        self._edge = edge
        self._page = page
        self._observer = observer
        self._methods = frozenset({"POST"} if edge.is_production else {"GET", "POST"})
        self._allow: Header = (b"allow", ", ".join(sorted(self._methods)).encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; whatever happens, the client gets JSON with a code."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        request_id = request_id_of(headers)
        structlog.contextvars.bind_contextvars(request_id=request_id.decode())
        request = Request(scope, headers, request_id, self._edge.clients.name(scope, headers))
        if self._observer is not None:
            request.exchange = self._observer.begin(request_id.decode(), headers)
        meter = Metered(self._outgoing(request, receive))
        try:
            outgoing = await meter
        except DisconnectedError:
            outgoing = Outgoing(CLIENT_GONE, b"", b"")
        if self._observer is not None and request.exchange is not None:
            self._observer.end(request.exchange, status=outgoing.status, sent=len(outgoing.body))
        if outgoing.status == CLIENT_GONE:
            return
        outgoing = await self._settled(request, outgoing, meter.seconds)
        await outgoing.send(send, request_id, (*self._edge.headers, *request.page_headers))

    async def _settled(self, request: Request, outgoing: Outgoing, cpu_seconds: float) -> Outgoing:
        """The answer when it is due, once its caller's budgets are charged with what it took."""
        budget, caller = self._edge.budget, request.caller
        if request.is_to_blame:
            delay = budget.blame(caller, cpu_seconds)
            apart = APART if budget.is_tried(caller) else delay
        elif outgoing.status == 429:
            delay, apart = LEAST, APART
        else:
            if request.answered is not None:
                budget.settle(caller, request.answered.cost, cpu_seconds)
            return outgoing
        if delay == 0 or await self._edge.pauses.pause(caller, max(delay, LEAST), apart=apart):
            return outgoing
        return replace(outgoing, headers=(*outgoing.headers, CLOSE))

    async def _outgoing(self, request: Request, receive: Receive) -> Outgoing:
        try:
            return await self._respond(request, receive)
        except DisconnectedError:
            raise
        except TimeoutError:
            request.refusal = Refusal(503, Code.TIMEOUT, f"The request took longer than {self._edge.seconds:g} s")
        except Refusal as refusal:
            request.refusal = refusal
        except Exception:
            log.exception("request failed")
            request.refusal = Refusal(500, Code.INTERNAL, "Internal error")
        return refused(request.refusal, request)

    async def _respond(self, request: Request, receive: Receive) -> Outgoing:
        method, headers = request.scope["method"], request.headers
        check_single(request.scope["headers"], headers)
        self._edge.hosts.check(request.scope["headers"])
        if is_preflight(method, headers):
            return Outgoing(204, b"", b"", self._edge.origins.preflight(headers))
        request.page_headers = self._edge.origins.check(headers)
        if method == "GET" and self._page is not None and wants_page(headers.get(b"accept", b"")):
            return self._page()
        form = self._form(method, headers)
        await self._identify(request)
        return await self._answer(request, receive, form)

    def _form(self, method: str, headers: Headers) -> Answer:
        """The form of the answer, when everything about the request is right that its headers tell."""
        if method not in self._methods:
            raise Refusal(405, Code.METHOD_NOT_ALLOWED, f"{method} is not allowed; use POST", headers=[self._allow])
        form = wanted(headers.get(b"accept", b""))
        if form is None:
            raise Refusal(406, Code.NOT_ACCEPTABLE, f"Answers are {' or '.join(each.value for each in Answer)}")
        if method == "POST":
            self._edge.bodies.check(headers)
        return form

    async def _identify(self, request: Request) -> None:
        """Find out who asks, and whether they may ask now."""
        async with asyncio.timeout(self._edge.seconds):
            identity = await self._answering.authenticator.identify(request.headers, dt.datetime.now(dt.UTC))
        request.identity = identity
        if request.exchange is not None:
            request.exchange.subject = identity.subject.name
        request.caller = caller_of(identity.subject)
        self._edge.budget.check(request.caller)

    async def _answer(self, request: Request, receive: Receive, form: Answer) -> Outgoing:
        call = await self._call(request, receive)
        turns = self._edge.turns
        async with asyncio.timeout(self._edge.seconds):
            await turns.take(request.caller)
            try:
                answered = await self._answering(call)
            finally:
                turns.give_back(request.caller)
        request.answered = answered
        if request.exchange is not None:
            request.exchange.answered(answered)
        status = 200 if answered.executed or form is Answer.JSON else 400
        return Outgoing(status, form.header, answered.body, (NO_CONTENT,))

    async def _call(self, request: Request, receive: Receive) -> Call:
        """What is asked; the body is read here."""
        is_post = request.scope["method"] == "POST"
        source = await self._edge.bodies.read(receive) if is_post else request.scope["query_string"]
        request.is_body_read = is_post
        asked = from_body(source) if is_post else from_parameters(source)
        if request.exchange is not None:
            request.exchange.asked(asked.document, len(source))
        assert request.identity is not None  # noqa: S101  # found out before
        return Call(
            asked=asked,
            identity=request.identity,
            now=dt.datetime.now(dt.UTC),
            request_id=request.request_id.decode(),
            reason=reason_of(request.headers),
            admit=self._edge.budget.admit(request.caller),
            allow_mutation=is_post,
        )


def check_single(raw: Sequence[Header], headers: Headers) -> None:
    """Refuse headers that come twice, where that can deceive.

    Raises:
        Refusal: REPEATED_HEADER.
    """
    if len(raw) == len(headers):
        return
    names = [name for name, _ in raw]
    for name in SINGLE:
        if names.count(name) > 1:
            raise Refusal(400, Code.REPEATED_HEADER, f"The header {name.decode()} may come once only", headers=[CLOSE])


def request_id_of(headers: Headers) -> bytes:
    """The id that the client or a proxy gave the request, or a new one."""
    given = headers.get(b"x-request-id")
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return secrets.token_hex(8).encode()


def refused(refusal: Refusal, request: Request) -> Outgoing:
    """The response to a refused request."""
    form = wanted(request.headers.get(b"accept", b"")) or Answer.JSON
    if request.exchange is not None:
        request.exchange.refused(refusal.code)
    body = refusal.body(request.request_id.decode())
    headers = (*refusal.headers, NO_CONTENT)
    is_closing = CLOSE in headers or request.is_body_read or is_little(request.headers)
    return Outgoing(refusal.status, form.header, body, headers if is_closing else (*headers, CLOSE))
