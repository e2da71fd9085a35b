"""One socket: signing in, the client's messages, and its end."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from server.call import Call, reason_of
from server.edge.edge import caller_of
from server.identity import Identity
from server.payload import Asked
from server.refusal import Code, Refusal
from server.sockets.channel import Channel
from server.sockets.credentials import headers_of
from server.sockets.operation import Operation, no_longer
from server.sockets.protocol import ACK, Close, CloseCode, Kind, Said, error_of, pong, said
from server.sockets.shared import Shared

INIT_SECONDS: Final = 5.0
"""A client must say who it is within this time."""

CONFIRM_SECONDS: Final = 60.0
"""The credential of an idle socket is confirmed this often."""

RETRY_SECONDS: Final = 0.5
"""Confirmations of an idle socket come at least so far apart: a token may be taken for a moment longer than it says."""

OPERATIONS: Final = 50
"""Operations that run at a time on one socket."""

AT_ONCE: Final = 8
"""Queries and mutations of one socket that are answered at a time; each holds its answer until it is sent."""

log = structlog.stdlib.get_logger("server.sockets")


@dataclass
class Tally:
    """What went over a socket."""

    operations: int = 0
    updates: int = 0


class Socket:
    """A socket from its acceptance to its end. `who` is by what it is counted: the address, later the caller."""

    def __init__(
        self, shared: Shared, channel: Channel, headers: Mapping[bytes, bytes], address: str, request_id: str
    ) -> None:
        self.shared, self.channel, self.request_id = shared, channel, request_id
        self.who: Hashable = address
        self.tally = Tally()
        self.at_once = asyncio.Semaphore(AT_ONCE)
        self._headers = headers
        self._identity: Identity | None = None
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._running: set[asyncio.Task[None]] = set()

    @property
    def identity(self) -> Identity:
        """Who it is."""
        assert self._identity is not None  # noqa: S101  # nothing runs before that is known
        return self._identity

    @property
    def subject_name(self) -> str | None:
        """Who it is, for the log; None as long as that is not known."""
        return self._identity.subject.name if self._identity is not None else None

    async def run(self) -> Close:
        """Serve it until it ends, and say why it did."""
        close = Close(CloseCode.INTERNAL, "Internal error")
        try:
            async with asyncio.TaskGroup() as group:
                await self._serve(group)
        except* Close as closes:
            close = _first(closes)
        except* Exception:
            log.exception("a socket failed")
        if not close.is_over:
            told = close.error
            await self.channel.end(close, [error_of(key, told) for key in self._operations] if told else [])
        return close

    async def confirm(self) -> Identity:
        """Who it is now, read from the store again. Raises Refusal."""
        authenticator = self.shared.service.authenticator
        async with asyncio.timeout(self.shared.edge.seconds):
            self._identity = await authenticator.confirm(self.identity, _now())
        return self._identity

    def free(self, key: str) -> None:
        """The id of the operation that calls this may be used again."""
        if self._operations.get(key) is asyncio.current_task():
            del self._operations[key]

    def call(self, asked: Asked, identity: Identity, request_id: str) -> Call:
        """What is asked, by whoever the socket's client is."""
        admit = self.shared.edge.budget.admit(self.who)
        return Call(asked, identity, _now(), request_id, reason_of(self._headers), admit)

    async def _serve(self, group: asyncio.TaskGroup) -> None:
        await self._sign_in(await self._awaited_init())
        callers = self.shared.callers
        if not callers.has_room(self.who):
            raise Close(CloseCode.TRY_LATER, "Too many sockets of this caller")
        with callers.taken(self.who):
            await self.channel.send(ACK)
            group.create_task(self._keep_confirming())
            while True:
                await self._handle(await self._next(), group)

    async def _awaited_init(self) -> Said:
        try:
            async with asyncio.timeout(INIT_SECONDS):
                while True:
                    message = await self._next()
                    if message.kind is Kind.INIT:
                        return message
                    if message.kind is Kind.SUBSCRIBE:
                        raise Close(CloseCode.UNAUTHORIZED, "Unauthorized")
                    if message.kind is Kind.PING:
                        await self.channel.send(pong(message.payload))
        except TimeoutError:
            raise Close(CloseCode.NO_INIT, "Connection initialisation timeout") from None

    async def _sign_in(self, init: Said) -> None:
        self._headers = headers_of(self._headers, init.payload)
        try:
            async with asyncio.timeout(self.shared.edge.seconds):
                self._identity = await self.shared.service.authenticator.identify(self._headers, _now())
            self.who = caller_of(self._identity.subject)
            self.shared.edge.budget.check(self.who)
        except Refusal as refusal:
            mine = refusal.status >= 500 or refusal.status == 429
            code = CloseCode.TRY_LATER if mine else CloseCode.FORBIDDEN
            raise Close(code, refusal.message if mine else f"Forbidden: {refusal.message}") from None
        except TimeoutError:
            raise Close(CloseCode.TRY_LATER, "Who you are could not be found out in time") from None

    async def _next(self) -> Said:
        """The next message; a client that sends very many is listened to more slowly."""
        pace, now = self.shared.messages, time.monotonic()
        wait = pace.wait(self.who, now)
        if wait:
            await asyncio.sleep(wait)
        pace.spend(self.who, 1, now + wait)
        return said(await self.channel.receive())

    async def _handle(self, message: Said, group: asyncio.TaskGroup) -> None:
        match message.kind:
            case Kind.INIT:
                raise Close(CloseCode.TWO_INITS, "Too many initialisation requests")
            case Kind.PING:
                await self.channel.send(pong(message.payload))
            case Kind.SUBSCRIBE:
                await self._start(message, group)
            case Kind.COMPLETE:
                task = self._operations.pop(message.key, None)
                if task is not None:
                    self._running.discard(task)
                    task.cancel()

    async def _start(self, message: Said, group: asyncio.TaskGroup) -> None:
        key = message.key
        if key in self._operations:
            raise Close(CloseCode.DUPLICATE, f"Subscriber for {key} already exists")
        self.tally.operations += 1
        request_id = f"{self.request_id}.{self.tally.operations}"
        if len(self._running) >= OPERATIONS:
            words = f"{OPERATIONS} operations run on this socket; end some, or wait until they end"
            refusal = Refusal(429, Code.TOO_MANY_OPERATIONS, words)
            await self.channel.send(error_of(key, refusal.body(request_id)))
            return
        operation = Operation(self, key, message.payload or {}, request_id)
        task = group.create_task(operation.run())
        self._operations[key] = task
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _keep_confirming(self) -> None:
        """End an idle socket too when its credential does not hold any more."""
        while True:
            expires_at = self.identity.expires_at
            left = CONFIRM_SECONDS if expires_at is None else (expires_at - _now()).total_seconds()
            await asyncio.sleep(min(CONFIRM_SECONDS, max(left, RETRY_SECONDS)))
            try:
                await self.confirm()
            except Refusal as refusal:
                if refusal.status == 401:
                    raise no_longer(refusal, self.request_id) from None
            except TimeoutError:
                continue


def _first(closes: BaseExceptionGroup[Close]) -> Close:
    """Of several ends the first; that the client is gone explains all others."""
    found = list(_flat(closes))
    return next((one for one in found if one.is_over), found[0])


def _flat(group: BaseExceptionGroup[Close]) -> list[Close]:
    out: list[Close] = []
    for one in group.exceptions:
        out += _flat(one) if isinstance(one, BaseExceptionGroup) else [one]
    return out


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
