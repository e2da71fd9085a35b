"""What all sockets of a process share: the service, the edge, and what is counted over all of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Final, Protocol

from server.call import Answered, Answering, Call
from server.edge.buckets import Buckets
from server.edge.edge import Edge
from server.edge.turns import Turns
from server.observing import Observer
from server.payload import Asked
from server.sockets.places import Places

MESSAGES_PER_SECOND: Final = 100.0
MESSAGES_AT_ONCE: Final = 400.0
"""Messages of one caller, over all of its sockets, that are taken without a pause."""

READS: Final = 4
"""Batches of one caller's subscriptions that are read at a time: others' requests want connections to the store too."""

Recall = Callable[[], Awaitable[Call]]
"""The call as it is now: its credential confirmed by the store. Raises Refusal."""

Turn = Callable[[], AbstractAsyncContextManager[None]]
"""A turn to read a batch."""


class Subscribing(Answering, Protocol):
    """Answers queries and mutations, and subscriptions too."""

    def is_subscription(self, asked: Asked) -> bool:
        """Whether this asks for a stream. Raises Refusal when the document is not to be had."""
        ...

    def subscribe(self, call: Call, recall: Recall, turn: Turn) -> AsyncGenerator[Answered, None]:
        """The replies of a subscription; one that was not executed is the last, and says why. Raises Refusal."""
        ...


@dataclass(frozen=True)
class Shared:
    """What sockets are served by, and share."""

    service: Subscribing
    edge: Edge
    observer: Observer
    callers: Places
    messages: Buckets = field(default_factory=lambda: Buckets(rate=MESSAGES_PER_SECOND, burst=MESSAGES_AT_ONCE))
    reads: Turns = field(default_factory=lambda: Turns(READS, queue=100_000))
