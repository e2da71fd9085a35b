"""Replies: the bytes of an answer, of a refusal, and of their errors, without encoding any data twice."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from graphql import GraphQLError

from resolvers.reading.extensions import Cost, extensions

log = structlog.get_logger()


class Way(enum.StrEnum):
    """How to answer; a faster way falls back to a slower one."""

    DIRECT = "direct"
    LEAN = "lean"
    WALK = "walk"


@dataclass(frozen=True, slots=True)
class Reply:
    """The response's body, and what metrics want to know of it.

    `executed` is False when the request was refused before anything ran. The operation's name and kind (query,
    mutation, subscription) are None where the document does not tell. `codes` are those of the errors, in their order.
    """

    body: bytes
    executed: bool = True
    way: Way | None = None
    cost: int = 0
    operation_name: str | None = None
    operation_kind: str | None = None
    codes: tuple[str, ...] = ()


def whole(keys: Sequence[str], texts: Sequence[str | None], ending: bytes = b"") -> bytes:
    """The response's body from the database's own texts; `ending` is the JSON of its other members."""
    parts = [b'"%s":%s' % (k.encode(), b"null" if t is None else t.encode()) for k, t in zip(keys, texts, strict=True)]
    return b'{"data":{%s}%s}' % (b",".join(parts), ending)


def body_of(members: dict[str, Any], ending: bytes = b"") -> bytes:
    """A body of these members; `ending` is the JSON of the others."""
    return orjson.dumps(members)[:-1] + ending + b"}"


def refused(
    errors: Sequence[GraphQLError],
    *,
    cost: Cost | None = None,
    name: str | None = None,
    kind: str | None = None,
    request_id: str | None = None,
) -> Reply:
    """The answer to a request that cannot be run."""
    shown = [formatted(error, request_id) for error in errors]
    return Reply(
        body_of({"errors": shown}, extensions(cost)),
        executed=False,
        cost=cost.requested if cost else 0,
        operation_name=name,
        operation_kind=kind,
        codes=codes_of(shown),
    )


def formatted(error: GraphQLError, request_id: str | None = None) -> dict[str, Any]:
    """An error as clients see it: with a code, and without the words of anything inside.

    What is masked is in our log, where the request's id, which the client gets too, finds it.
    """
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        log.error("a field failed", path=error.path, exc_info=error.original_error)
        told = {"code": "INTERNAL", **({"requestId": request_id} if request_id else {})}
        masked: dict[str, Any] = {"message": "Internal error.", "extensions": told}
        return {**masked, **({"path": error.path} if error.path else {})}
    shown: dict[str, Any] = dict(error.formatted)
    shown["extensions"] = {"code": "BAD_USER_INPUT", **(error.extensions or {})}
    return shown


def codes_of(shown: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """The codes of formatted errors."""
    return tuple(error["extensions"]["code"] for error in shown)
