"""Headers of requests, and what refusing them must say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from server.identity.identity import Authenticator, Identity
from server.refusal import Code, Refusal
from tests.factories import NOW


def bearing(credential: str | bytes) -> dict[bytes, bytes]:
    """The headers that carry a token or a key."""
    text = credential.encode() if isinstance(credential, str) else credential
    return {b"authorization": b"Bearer " + text}


async def identified(authenticator: Authenticator, credential: str, now: dt.datetime = NOW) -> Identity:
    return await authenticator.identify(bearing(credential), now)


async def refused(authenticator: Authenticator, asked: str | Mapping[bytes, bytes], now: dt.datetime = NOW) -> str:
    """The words by which a credential is refused as unauthenticated."""
    headers = bearing(asked) if isinstance(asked, str) else asked
    with pytest.raises(Refusal) as caught:
        await authenticator.identify(headers, now)
    return unauthenticated(caught.value)


def unauthenticated(refusal: Refusal) -> str:
    assert (refusal.status, refusal.code) == (401, Code.UNAUTHENTICATED)
    given: dict[bytes, Any] = dict(refusal.headers)
    assert given[b"www-authenticate"].startswith(b'Bearer realm="customer360"')
    return refusal.message
