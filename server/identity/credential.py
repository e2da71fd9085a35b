"""The credential of a request: a token or an API key, from the headers that may carry one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from resolvers.api_keys import PREFIX
from server.identity.identity import unauthenticated

AUTHORIZATION: Final = b"authorization"
API_KEY: Final = b"x-api-key"
KEY_PREFIX: Final = PREFIX.encode()


def credential_of(headers: Mapping[bytes, bytes]) -> bytes | None:
    """The credential; None when there is none.

    Raises:
        Refusal: there are two, or Authorization holds something else (401, UNAUTHENTICATED).
    """
    authorization, key = headers.get(AUTHORIZATION), headers.get(API_KEY)
    if authorization and key:
        raise unauthenticated("Send one credential: Authorization or X-Api-Key", error="invalid_request")
    if not authorization:
        return key.strip() if key else None
    scheme, _, credential = authorization.strip().partition(b" ")
    if scheme.lower() != b"bearer" or not credential.strip():
        raise unauthenticated("Authorization must be: Bearer and a token or an API key", error="invalid_request")
    return credential.strip()


def is_api_key(credential: bytes) -> bool:
    """Whether a credential calls itself an API key. A token never begins so: it begins with JSON in base64."""
    return credential.startswith(KEY_PREFIX)
