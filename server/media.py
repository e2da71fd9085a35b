"""Media types of GraphQL over HTTP: what a client sends, and which of our two answers it wants."""

from __future__ import annotations

import enum
from functools import lru_cache

MAX_ACCEPT = 1_024
"""Characters of an Accept header that are looked at."""


class Answer(enum.Enum):
    """The forms of an answer. The older one says 200 to whatever is well-formed JSON; the newer one uses statuses."""

    JSON = "application/json"
    GRAPHQL = "application/graphql-response+json"

    @property
    def header(self) -> bytes:
        """The value of the answer's content-type."""
        return _HEADERS[self]


_HEADERS = {form: f"{form.value}; charset=utf-8".encode() for form in Answer}


@lru_cache(maxsize=256)
def wanted(accept: bytes) -> Answer | None:
    """The best form for an Accept header; JSON where the client is indifferent, None where it wants neither."""
    if not accept.strip():
        return Answer.JSON
    ranges = _ranges(accept)
    quality = {form: _quality(ranges, form.value) for form in Answer}
    best = max(Answer, key=lambda form: quality[form])
    return best if quality[best] > 0 else None


@lru_cache(maxsize=256)
def wants_page(accept: bytes) -> bool:
    """Whether the client is a browser that shows pages: text/html is named, and not behind JSON."""
    ranges = _ranges(accept)
    page = ranges.get("text/html", 0.0)
    return page > 0 and page >= max(ranges.get(form.value, 0.0) for form in Answer)


@lru_cache(maxsize=256)
def is_json(content_type: bytes) -> bool:
    """Whether a body is declared as JSON in UTF-8; `application/json-seq` and other charsets are not."""
    media, _, parameters = content_type.decode("latin-1").lower().partition(";")
    if media.strip() != "application/json":
        return False
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip(' "') not in {"utf-8", "utf8"}:
            return False
    return True


def _quality(ranges: dict[str, float], media: str) -> float:
    return ranges.get(media, ranges.get("application/*", ranges.get("*/*", 0.0)))


def _ranges(accept: bytes) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in accept[:MAX_ACCEPT].decode("latin-1").lower().split(","):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        if media:
            found[media] = max(found.get(media, 0.0), _weight(parameters))
    return found


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
