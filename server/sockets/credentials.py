"""Who a socket's client is: browsers cannot send headers with a socket, so `connection_init` may carry them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from server.call import REASON
from server.identity.credential import API_KEY, AUTHORIZATION
from server.identity.trusted import HEADERS as SUBJECT_HEADERS
from server.sockets.protocol import Close, CloseCode

MAX_VALUE: Final = 8_192
"""Characters of a value."""

_TAKEN: Final = frozenset({AUTHORIZATION, API_KEY, REASON, *SUBJECT_HEADERS})
_CREDENTIALS: Final = frozenset({AUTHORIZATION, API_KEY})


def headers_of(handshake: Mapping[bytes, bytes], payload: Mapping[str, Any] | None) -> dict[bytes, bytes]:
    """The headers of the handshake with those of the payload over them; a credential in the payload is the only one.

    Raises:
        Close: a value is no header's, or comes twice (BAD_REQUEST).
    """
    given: dict[bytes, bytes] = {}
    for name, value in (payload or {}).items():
        header = name.lower().encode("utf-8", "replace")
        if header not in _TAKEN:
            continue
        if header in given:
            raise Close(CloseCode.BAD_REQUEST, f"'{name}' comes twice in the payload of 'connection_init'")
        given[header] = _value(name, value)
    kept = {} if _CREDENTIALS & given.keys() else _CREDENTIALS & handshake.keys()
    own = {name: value for name, value in handshake.items() if name not in _CREDENTIALS or name in kept}
    return own | given


def _value(name: str, value: Any) -> bytes:
    if isinstance(value, str) and len(value) <= MAX_VALUE and value.isascii() and value.isprintable():
        return value.encode("ascii")
    raise Close(CloseCode.BAD_REQUEST, f"'{name}' in the payload of 'connection_init' must be a line of ASCII text")
