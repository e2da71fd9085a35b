"""One operation of a socket: a query or a mutation that is answered, or a subscription that goes on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import structlog

from server.call import Answered, Call
from server.edge.meter import Metered
from server.edge.pauses import LEAST
from server.observing import Exchange
from server.payload import asked_of
from server.refusal import Code, Refusal
from server.sockets.protocol import Close, CloseCode, complete_of, error_of, next_of

if TYPE_CHECKING:
    from server.sockets.socket import Socket

CONFIRMING: Final = 1
"""Points that a subscriber pays for each confirmation: two for each batch."""

Replies: TypeAlias = AsyncGenerator[Answered, None]

log = structlog.stdlib.get_logger("server.sockets")


class Operation:
    """What one `subscribe` asks for. Whatever goes wrong ends it alone, but for a credential that does not hold."""

    def __init__(self, socket: Socket, key: str, payload: dict[str, Any], request_id: str) -> None:
        self._socket, self._key, self._payload, self._request_id = socket, key, payload, request_id
        shared = socket.shared
        self._service, self._edge, self._observer = shared.service, shared.edge, shared.observer
        self._exchange: Exchange | None = None

    async def run(self) -> None:
        """Answer it to its end. Raises Close when the socket must end with it."""
        structlog.contextvars.bind_contextvars(request_id=self._request_id)
        self._exchange = self._begun()
        try:
            await self._run()
        except Refusal as refusal:
            await self._refuse(refusal)
        except TimeoutError:
            await self._refuse(Refusal(503, Code.TIMEOUT, f"The operation took longer than {self._edge.seconds:g} s"))
        except Close:
            raise
        except Exception:
            log.exception("operation failed")
            await self._refuse(Refusal(500, Code.INTERNAL, "Internal error"))

    def _begun(self) -> Exchange:
        """What the observer is to be told of: the answer, and of a stream how it ended, if it was cut short."""
        exchange = self._observer.begin(self._request_id, {})
        exchange.subject = self._socket.subject_name
        return exchange

    async def _run(self) -> None:
        asked = asked_of(self._payload)
        if self._exchange is not None:
            self._exchange.asked(asked.document, 0)
        self._edge.budget.check(self._socket.who)
        call = self._socket.call(asked, await self._socket.confirm(), self._request_id)
        async with self._socket.at_once:
            meter = Metered(self._begin(call))
            replies, answered = await meter
            await self._tell(answered, meter.seconds)
            if replies is None:
                await self._send_all(answered)
        if replies is not None:
            await self._go_on(replies, answered)

    async def _begin(self, call: Call) -> tuple[Replies | None, Answered]:
        """The answer; or, of a subscription, its replies and the first of them."""
        if self._service.is_subscription(call.asked):

            async def recall() -> Call:
                await self._pay()
                return self._socket.call(call.asked, await self._socket.confirm(), self._request_id)

            replies = self._service.subscribe(call, recall, self._turn)
            return replies, await anext(replies)
        turns, who = self._edge.turns, self._socket.who
        async with asyncio.timeout(self._edge.seconds):
            await turns.take(who)
            try:
                return None, await self._service(call)
            finally:
                turns.give_back(who)

    async def _send_all(self, answered: Answered) -> None:
        if answered.executed:
            await self._send(next_of(self._key, answered.body))
        await self._end(answered)

    async def _go_on(self, replies: Replies, answered: Answered) -> None:
        """Hand replies on one by one: the next one is made when the client has taken the last."""
        metrics = self._observer.metrics
        metrics.subscriptions.inc()
        try:
            async with contextlib.aclosing(replies):
                while answered.executed:
                    await self._send(next_of(self._key, answered.body))
                    self._socket.tally.updates += 1
                    metrics.updates.inc()
                    answered = await anext(replies)
            await self._tell(answered, 0.0)
            await self._end(answered)
        finally:
            metrics.subscriptions.dec()

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        reads, who = self._socket.shared.reads, self._socket.who
        await reads.take(who)
        try:
            yield
        finally:
            reads.give_back(who)

    async def _pay(self) -> None:
        """Take the points of a confirmation; whoever has none left waits for them: a stream slows down, and goes on."""
        while True:
            try:
                self._edge.budget.admit(self._socket.who)(CONFIRMING)
            except Refusal as refusal:
                await asyncio.sleep(cast("int", refusal.extensions["retryAfterMs"]) / 1_000)
            else:
                return

    async def _tell(self, answered: Answered, cpu_seconds: float) -> None:
        """Tell the observer, and charge the caller's budgets: a refusal costs patience, and may have to wait."""
        exchange, self._exchange = self._exchange or self._begun(), None
        exchange.answered(answered)
        self._observer.end(exchange, status=200, sent=len(answered.body))
        if answered.executed:
            self._edge.budget.settle(self._socket.who, answered.cost, cpu_seconds)
        else:
            await self._blame(cpu_seconds)

    async def _blame(self, cpu_seconds: float) -> None:
        """Charge a refusal, and wait as long as it must. Raises Close when that is too long."""
        delay = self._edge.budget.blame(self._socket.who, cpu_seconds)
        if delay and not await self._edge.pauses.pause(self._socket.who, max(delay, LEAST), apart=delay):
            raise Close(CloseCode.TRY_LATER, "Too many of the last operations were refused")

    async def _end(self, answered: Answered) -> None:
        """Say that it is over. Its id may be used again from here on: the client may as soon as it has heard it."""
        self._socket.free(self._key)
        await self._send(complete_of(self._key) if answered.executed else error_of(self._key, answered.body))

    async def _refuse(self, refusal: Refusal) -> None:
        """Say why it is not answered, or not any more."""
        exchange, self._exchange = self._exchange or self._begun(), None
        exchange.refused(refusal.code)
        self._observer.end(exchange, status=refusal.status, sent=0)
        if refusal.status == 401:
            raise no_longer(refusal, self._request_id)
        if refusal.status == 429:
            if not await self._edge.pauses.pause(self._socket.who):
                raise Close(CloseCode.TRY_LATER, refusal.message)
        elif refusal.status < 500:
            await self._blame(0.0)
        self._socket.free(self._key)
        await self._send(error_of(self._key, refusal.body(self._request_id)))

    async def _send(self, text: str) -> None:
        await self._socket.channel.send(text)


def no_longer(refusal: Refusal, request_id: str) -> Close:
    """The end of a socket whose credential does not hold any more."""
    return Close(CloseCode.FORBIDDEN, f"Forbidden: {refusal.message}", error=refusal.body(request_id))
