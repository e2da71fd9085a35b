"""Refusals: answers that the edge gives by itself, each with an HTTP status, a code and words."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

import orjson


class Code(enum.StrEnum):
    """The `extensions.code` of the edge's own errors."""

    BAD_HOST = "BAD_HOST"
    BAD_ORIGIN = "BAD_ORIGIN"
    REPEATED_HEADER = "REPEATED_HEADER"
    INVALID_JSON = "INVALID_JSON"
    INVALID_REQUEST = "INVALID_REQUEST"
    INVALID_SUBJECT = "INVALID_SUBJECT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    PERSISTED_QUERY_MISMATCH = "PERSISTED_QUERY_MISMATCH"
    UNTRUSTED_DOCUMENT = "UNTRUSTED_DOCUMENT"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    NOT_FOUND = "NOT_FOUND"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    REQUEST_TIMEOUT = "REQUEST_TIMEOUT"
    RATE_LIMITED = "RATE_LIMITED"
    TOO_MANY_REQUESTS = "TOO_MANY_REQUESTS"
    TOO_MANY_OPERATIONS = "TOO_MANY_OPERATIONS"
    TIMEOUT = "TIMEOUT"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"


Header = tuple[bytes, bytes]


class Refusal(Exception):  # noqa: N818  # named for what the client gets
    """A request that is answered without asking the schema. `extensions` are told beside the code."""

    def __init__(
        self,
        status: int,
        code: Code,
        message: str,
        *,
        headers: Sequence[Header] = (),
        extensions: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = tuple(headers)
        self.extensions = dict(extensions or {})

    def body(self, request_id: str) -> bytes:
        """The JSON of the answer. The request id is also in our log."""
        extensions = {"code": self.code.value, **self.extensions, "requestId": request_id}
        return orjson.dumps({"errors": [{"message": self.message, "extensions": extensions}]})
