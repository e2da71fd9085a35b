"""What is told of each request when it is over: a line of the log, metrics, and a span where traces are collected.

Nothing of what was asked for or answered is told: no document, no variables, no values, nothing that signs in.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from server.logs import FIELDS
from server.metrics import Metrics

LONGEST_NAME: Final = 64
"""Characters of an operation's name that are told."""

log = logging.getLogger("server.request")  # not structlog: its chain takes four times as long


class Answered(Protocol):
    """What is told of an operation's answer."""

    @property
    def executed(self) -> bool:
        """Whether anything ran."""
        ...

    @property
    def way(self) -> str | None:
        """How it was answered."""
        ...

    @property
    def cost(self) -> int:
        """What it cost, in points."""
        ...

    @property
    def operation_name(self) -> str | None:
        """The operation's name in its document."""
        ...

    @property
    def operation_kind(self) -> str | None:
        """Query, mutation or subscription."""
        ...

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its errors."""
        ...


class Tracing(Protocol):
    """Makes a span of a request."""

    def begin(self, headers: Mapping[bytes, bytes]) -> Any:
        """The span of a request with these headers, current from here on in this task."""
        ...

    def end(self, span: Any, exchange: Exchange, status: int) -> None:
        """The request is over."""
        ...


@dataclass(slots=True)
class Exchange:
    """One request or operation, from its arrival to its answer; filled in as it becomes known."""

    request_id: str
    began: float
    span: Any = None
    subject: str | None = None
    document: str | None = None
    received: int = 0
    kind: str | None = None
    operation: str | None = None
    way: str | None = None
    cost: int = 0
    codes: tuple[str, ...] = ()
    ran: bool = False

    def asked(self, document: str, received: int) -> None:
        """The request was understood: its document, and how many bytes came."""
        self.document, self.received = document, received

    def answered(self, reply: Answered) -> None:
        """The schema answered."""
        self.kind, self.way, self.cost = reply.operation_kind, reply.way, reply.cost
        self.operation = reply.operation_name[:LONGEST_NAME] if reply.operation_name else None
        self.codes, self.ran = reply.codes, reply.executed

    def refused(self, code: str) -> None:
        """The edge refused."""
        self.codes, self.ran = (code,), False

    @property
    def outcome(self) -> str:
        """How it went: ok, errors (it ran, and has errors), refused (nothing ran)."""
        if not self.ran:
            return "refused" if self.codes else "ok"
        return "errors" if self.codes else "ok"


class Observer:
    """Tells of requests. One that takes longer than `slow_ms` milliseconds is told of as a warning."""

    def __init__(self, metrics: Metrics, *, slow_ms: float, tracing: Tracing | None = None) -> None:
        self.metrics = metrics
        self._slow = slow_ms / 1_000
        self._tracing = tracing

    def begin(self, request_id: str, headers: Mapping[bytes, bytes]) -> Exchange:
        """A request came."""
        exchange = Exchange(request_id, time.perf_counter())
        if self._tracing is not None:
            exchange.span = self._tracing.begin(headers)
        return exchange

    def end(self, exchange: Exchange, *, status: int, sent: int) -> None:
        """It was answered with this status, by a body of so many bytes."""
        seconds = time.perf_counter() - exchange.began
        self.metrics.observed(
            kind=exchange.kind,
            name=exchange.operation,
            way=exchange.way,
            outcome=exchange.outcome,
            codes=exchange.codes,
            seconds=seconds,
            cost=exchange.cost if exchange.ran else 0,
        )
        self._write(exchange, status, sent, seconds)
        if self._tracing is not None:
            self._tracing.end(exchange.span, exchange, status)

    def socket_ended(
        self, *, request_id: str, subject: str | None, code: int, seconds: float, operations: int, updates: int
    ) -> None:
        """A socket is closed: by which code, and what went over it."""
        self.metrics.socket_closed(code)
        fields = {"request_id": request_id, "subject": subject, "code": code, "seconds": round(seconds, 3)}
        log.info("socket", extra={FIELDS: {**fields, "operations": operations, "updates": updates}})

    def _write(self, exchange: Exchange, status: int, sent: int, seconds: float) -> None:
        level = logging.WARNING if seconds > self._slow else logging.INFO
        if not log.isEnabledFor(level):
            return
        fields: dict[str, Any] = {
            "request_id": exchange.request_id,
            "subject": exchange.subject,
            "operation": exchange.operation,
            "kind": exchange.kind,
            "way": exchange.way,
            "outcome": exchange.outcome,
            "cost": exchange.cost,
            "status": status,
            "ms": round(seconds * 1_000, 2),
            "received": exchange.received,
            "sent": sent,
        }
        if exchange.codes:
            fields["codes"] = few(exchange.codes)
        if level == logging.WARNING:
            fields["document"] = hash_of(exchange.document)
        log.log(level, "slow request" if level == logging.WARNING else "request", extra={FIELDS: fields})


def few(codes: Iterable[str]) -> list[str]:
    """Each code once, in the order of their coming: a hundred fields may fail for one reason."""
    return list(dict.fromkeys(codes))


def hash_of(document: str | None) -> str | None:
    """The SHA-256 of a document in hexadecimal: whoever has the document finds it by this, and nobody else reads it."""
    return None if document is None else hashlib.sha256(document.encode("utf-8", "surrogatepass")).hexdigest()
