"""Which web pages may ask. Browsers say where a page is from; what is no browser says nothing, and may ask."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from server.refusal import Code, Header, Refusal

PREFLIGHT_SECONDS: Final = 600
"""A browser may keep the answer to a preflight so long."""

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[a-z0-9.:\[\]-]+")
_VARY: Final = (b"vary", b"origin")
_EXPOSED: Final = (b"access-control-expose-headers", b"x-request-id, retry-after")
_PREFLIGHT: Final = (
    (b"access-control-allow-methods", b"POST"),
    (
        b"access-control-allow-headers",
        b"authorization, content-type, accept, x-api-key, x-request-id, x-c360-reason, traceparent, tracestate",
    ),
    (b"access-control-max-age", b"%d" % PREFLIGHT_SECONDS),
)

Headers = Mapping[bytes, bytes]


class Origins:
    """The origins whose pages may ask: our own, and those that are listed. Credentials of browsers are never used."""

    def __init__(self, listed: Sequence[str] = ()) -> None:
        self._listed = frozenset(each.encode() for each in listed)

    def check(self, headers: Headers) -> tuple[Header, ...]:
        """What the answer must say to the page's browser. For HTTP, and for the handshake of a socket.

        Raises:
            Refusal: BAD_ORIGIN: the page is somebody else's.
        """
        origin = headers.get(b"origin")
        if origin is None:
            return (_VARY,) if self._listed else ()
        if origin in self._listed:
            return ((b"access-control-allow-origin", origin), _EXPOSED, _VARY)
        if _is_same(origin, headers.get(b"host", b"")):
            return (_VARY,)
        raise Refusal(
            403,
            Code.BAD_ORIGIN,
            "Pages of this origin may not ask; see the setting C360_ALLOWED_ORIGINS",
            headers=[_VARY],
        )

    def preflight(self, headers: Headers) -> tuple[Header, ...]:
        """What a browser must hear before it lets a page of another origin ask.

        Raises:
            Refusal: BAD_ORIGIN: the page is somebody else's.
        """
        return (*self.check(headers), *_PREFLIGHT)


def is_preflight(method: str, headers: Headers) -> bool:
    """Whether a browser asks if a page may ask."""
    return method == "OPTIONS" and b"origin" in headers and b"access-control-request-method" in headers


def _is_same(origin: bytes, host: bytes) -> bool:
    """Schemes are not compared: behind a proxy that ends TLS we do not know our own."""
    scheme, _, authority = origin.lower().partition(b"://")
    return scheme in {b"http", b"https"} and _without_usual_port(authority) == _without_usual_port(host.lower())


def _without_usual_port(authority: bytes) -> bytes:
    return authority.removesuffix(b":443").removesuffix(b":80")


def checked_origins(origins: Sequence[str]) -> tuple[str, ...]:
    """Origins as browsers write them.

    Raises:
        ValueError: one of them is no origin; a wildcard is none.
    """
    folded = tuple(each.lower() for each in origins)
    for each in folded:
        if _ORIGIN.fullmatch(each) is None:
            raise ValueError(
                f"{each!r} is no origin; write https://crm.example.com, with a port where it is not the usual one"
            )
    return folded
