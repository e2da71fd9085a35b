"""Tokens of our own: for development, for service accounts, for the demonstration."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import Key

from resolvers.access import Clearance, Role, Scope
from server.identity.claims import CLEARANCE, CUSTOMERS, SCOPE, ClaimNames
from server.identity.key_file import LONGEST_LIFE, KeyFile
from server.identity.verifying import Issuer

NAME: Final = "customer360"
"""Issuer and audience of our own tokens."""

CLAIMS: Final = ClaimNames()


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token is to be for. What is not given is what is usual for the role."""

    role: Role
    name: str | None = None
    staff_number: str | None = None
    customer_codes: Sequence[str] = ()
    clearance: Clearance | None = None
    scope: Scope | None = None


def own_issuer(keys_file: Path) -> Issuer:
    """Ourselves, as an issuer whose tokens are verified by the keys of this file."""
    return Issuer(NAME, NAME, KeyFile(keys_file), CLAIMS)


def own_claims(bearer: Bearer, now: dt.datetime, life: dt.timedelta) -> dict[str, Any]:
    """The claims of a token that is good from now on, for at most 24 hours."""
    claims = {
        "iss": NAME,
        "aud": NAME,
        "sub": bearer.name or bearer.role.lower(),
        "iat": int(now.timestamp()),
        "exp": int((now + min(life, LONGEST_LIFE)).timestamp()),
        "jti": secrets.token_urlsafe(12),
        CLAIMS.role: bearer.role.lower(),
        CLAIMS.staff: bearer.staff_number,
        CUSTOMERS: list(bearer.customer_codes) or None,
        CLEARANCE: bearer.clearance.name.lower() if bearer.clearance is not None else None,
        SCOPE: bearer.scope.lower() if bearer.scope else None,
    }
    return {name: value for name, value in claims.items() if value is not None}


def signed(claims: dict[str, Any], key: Key) -> str:
    """The token with these claims."""
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])
