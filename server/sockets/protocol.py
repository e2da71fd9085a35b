"""The protocol graphql-transport-ws: what a client may say, what we say, and the codes with which a socket ends.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md is the text. Where it leaves the choice to servers, the
choice is written at the code.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Final

import orjson

SUBPROTOCOL: Final = "graphql-transport-ws"

MAX_ID: Final = 128
"""Characters of an operation's id."""

MAX_REASON: Final = 123
"""Bytes that a close frame has for its reason."""


class CloseCode(enum.IntEnum):
    """Why we end a socket. 1009, a message that is too long, and 1012, the server stops, are sent by uvicorn."""

    GONE = 1006
    """The client is gone; nobody gets this code."""
    INTERNAL = 1011
    TRY_LATER = 1013
    """Too many sockets, or the client does not take what it asked for."""
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    """An operation before the socket was acknowledged."""
    FORBIDDEN = 4403
    """The credential proves nobody, or not any more."""
    BAD_SUBPROTOCOL = 4406
    NO_INIT = 4408
    DUPLICATE = 4409
    TWO_INITS = 4429


class Close(Exception):  # noqa: N818  # named for what happens
    """The socket ends, with a code and a reason; `error` is what its running operations are told first.

    With `is_over` it has ended already, and nothing can be said any more.
    """

    def __init__(self, code: int, reason: str, *, error: bytes | None = None, is_over: bool = False) -> None:
        super().__init__(reason)
        self.code, self.error, self.is_over = code, error, is_over
        self.reason = reason.encode()[:MAX_REASON].decode(errors="ignore")


class Kind(enum.StrEnum):
    """What a client may say."""

    INIT = "connection_init"
    PING = "ping"
    PONG = "pong"
    SUBSCRIBE = "subscribe"
    COMPLETE = "complete"


_KINDS: Final = {kind.value: kind for kind in Kind}
_WITH_ID: Final = frozenset({Kind.SUBSCRIBE, Kind.COMPLETE})
_SHAPE: Final[tuple[tuple[str, type], ...]] = (
    ("query", str),
    ("operationName", str),
    ("variables", dict),
    ("extensions", dict),
)
ACK: Final = '{"type":"connection_ack"}'


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a client. `key` is the id of its operation, and is empty for messages that have none."""

    kind: Kind
    key: str = ""
    payload: dict[str, Any] | None = None


def said(frame: dict[str, Any]) -> Said:
    """The message in a frame as ASGI gives it.

    Raises:
        Close: it is none of the protocol's (BAD_REQUEST).
    """
    text = frame.get("text")
    if text is None:
        raise _bad("Messages are text, not binary")
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _bad("A message is no JSON") from None
    if not isinstance(message, dict):
        raise _bad("A message must be an object")
    word = message.get("type")
    kind = _KINDS.get(word) if isinstance(word, str) else None
    if kind is None:
        raise _bad("A message has a type that clients do not send")
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise _bad(f"The payload of '{kind}' must be an object")
    if kind is Kind.SUBSCRIBE:
        _check_operation(payload)
    return Said(kind, _key(message) if kind in _WITH_ID else "", payload)


def _key(message: dict[str, Any]) -> str:
    key = message.get("id")
    if not isinstance(key, str) or not 0 < len(key) <= MAX_ID:
        raise _bad(f"An id must be a string of 1 to {MAX_ID} characters")
    return key


def _check_operation(payload: dict[str, Any] | None) -> None:
    """The shape that the protocol asks for; what is wrong deeper inside ends the operation only."""
    if payload is None:
        raise _bad("The payload of 'subscribe' is missing")
    for name, of in _SHAPE:
        value = payload.get(name)
        if value is not None and not isinstance(value, of):
            raise _bad(f"'{name}' of 'subscribe' is not what it must be")


def _bad(reason: str) -> Close:
    return Close(CloseCode.BAD_REQUEST, reason)


def pong(payload: dict[str, Any] | None) -> str:
    """The answer to a ping; it repeats the ping's payload."""
    return '{"type":"pong"}' if payload is None else orjson.dumps({"type": "pong", "payload": payload}).decode()


def next_of(key: str, body: bytes) -> str:
    """A result of an operation; the body goes in as it is."""
    return (b'{"id":%s,"type":"next","payload":%s}' % (orjson.dumps(key), body)).decode()


def error_of(key: str, body: bytes) -> str:
    """The end of an operation that could not be run; its body has errors and no data."""
    errors = orjson.dumps(orjson.loads(body)["errors"])
    return (b'{"id":%s,"type":"error","payload":%s}' % (orjson.dumps(key), errors)).decode()


def complete_of(key: str) -> str:
    """The end of an operation."""
    return (b'{"id":%s,"type":"complete"}' % orjson.dumps(key)).decode()
