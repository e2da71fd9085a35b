"""Refusals: answers that the edge gives by itself, each with an HTTP status, a code and words."""

from __future__ import annotations

import enum
from collections.abc import Sequence

import orjson


class Code(enum.StrEnum):
    """The `extensions.code` of the edge's own errors."""

    INVALID_JSON = "INVALID_JSON"
    INVALID_REQUEST = "INVALID_REQUEST"
    INVALID_SUBJECT = "INVALID_SUBJECT"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    NOT_FOUND = "NOT_FOUND"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    TIMEOUT = "TIMEOUT"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"


Header = tuple[bytes, bytes]


class Refusal(Exception):  # noqa: N818  # named for what the client gets
    """A request that is answered without asking the schema."""

    def __init__(self, status: int, code: Code, message: str, *, headers: Sequence[Header] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = tuple(headers)

    def body(self, request_id: str | None = None) -> bytes:
        """The JSON of the answer; with a request id where the reason is in our log only."""
        extensions: dict[str, str] = {"code": self.code.value}
        if request_id is not None:
            extensions["requestId"] = request_id
        return orjson.dumps({"errors": [{"message": self.message, "extensions": extensions}]})
