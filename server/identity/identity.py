"""An identity: who asks, until when, and by which credential."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from resolvers.access import Subject
from server.refusal import Code, Refusal


@dataclass(frozen=True, slots=True)
class Identity:
    """Whoever asks. `credential` is what `confirm` needs; it means nothing to others."""

    subject: Subject
    expires_at: dt.datetime | None
    credential: object


class Authenticator(Protocol):
    """Tells who asks. Headers are a request's, by their names in lower case."""

    async def identify(self, headers: Mapping[bytes, bytes], now: dt.datetime) -> Identity:
        """Who these headers prove to ask.

        Raises:
            Refusal: they prove nobody (401, UNAUTHENTICATED), or it cannot be found out now (503, UNAVAILABLE).
        """
        ...

    async def confirm(self, identity: Identity, now: dt.datetime) -> Identity:
        """The identity as it is now, its reach read again.

        Raises:
            Refusal: it has expired or was revoked (401, UNAUTHENTICATED), or it cannot be found out (503, UNAVAILABLE).
        """
        ...


def unauthenticated(message: str, *, error: str | None = "invalid_token") -> Refusal:
    """The refusal of whoever proves nothing. `error` is OAuth's word for it; None where no credential came."""
    challenge = 'Bearer realm="customer360"' + (f', error="{error}", error_description="{message}"' if error else "")
    return Refusal(401, Code.UNAUTHENTICATED, message, headers=[(b"www-authenticate", challenge.encode("ascii"))])
