"""Verifying tokens: signature, algorithm, issuer, audience and times; what was verified is remembered by its text."""

from __future__ import annotations

import datetime as dt
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog
from joserfc import jws
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jws import CompactSignature, JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from server.identity.claims import LEEWAY, BadClaimsError, ClaimNames, Claims, read_claims
from server.identity.identity import unauthenticated
from server.identity.key_ring import ALGORITHMS, KeyRing, VerifyingKey
from server.refusal import Refusal

MOST_BYTES: Final = 8_192
MOST_HEADER_BYTES: Final = 4_096
KEPT: Final = 1_024
"""Verified tokens that are remembered; only what was verified takes a place."""

TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})

log = structlog.stdlib.get_logger("server.identity")


class KeySource(Protocol):
    """Where an issuer's keys come from."""

    async def ring(self) -> KeyRing:
        """The keys as they are known. Raises Refusal (503) when none could be had yet."""
        ...

    async def renewed(self) -> KeyRing:
        """The keys as they are now, because a token names one that is not known."""
        ...

    def known(self) -> KeyRing:
        """The keys as they are known, without waiting."""
        ...


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose tokens are taken: its name, the audience that they must be for, its keys and its claims."""

    name: str
    audience: str
    keys: KeySource
    claims: ClaimNames


@dataclass(frozen=True, slots=True)
class Verified:
    """A token that was verified: what it says, and by which key of which issuer."""

    claims: Claims
    issuer: Issuer
    thumbprint: str

    def check(self, now: dt.datetime) -> None:
        """Refuse it when it has expired, or its key is no longer taken."""
        if self.claims.expires_at <= now:
            raise expired()
        if not self.issuer.keys.known().holds(self.thumbprint):
            raise invalid("its key has been withdrawn")


class TokenVerifier:
    """Verifies the tokens of some issuers."""

    def __init__(self, issuers: Mapping[str, Issuer]) -> None:
        self._issuers = issuers
        self._kept: OrderedDict[bytes, Verified] = OrderedDict()

    async def verify(self, token: bytes, now: dt.datetime) -> Verified:
        """What a token says, if it can be believed.

        Raises:
            Refusal: it cannot (401), or the issuer's keys could not be had yet (503).
        """
        if len(token) > MOST_BYTES:
            raise invalid("it is too large")
        known = self._kept.get(token)
        if known is None:
            known = await self._verified(token, now)
            self._keep(token, known)
        try:
            known.check(now)
        except Refusal:
            self._kept.pop(token, None)
            raise
        return known

    def _keep(self, token: bytes, verified: Verified) -> None:
        self._kept[token] = verified
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    async def _verified(self, token: bytes, now: dt.datetime) -> Verified:
        try:
            signed = jws.extract_compact(token, registry=_REGISTRY)
            header, claims = _header(signed), _payload(signed)
            issuer = self._issuers.get(claims["iss"])
            if issuer is None:
                raise BadClaimsError("its issuer is not taken")
            key = await _key(issuer, header)
            if not jws.validate_compact(signed, key.key, registry=_REGISTRY):
                raise BadClaimsError("its signature is wrong")
            _check_claims(claims, issuer, now)
            return Verified(read_claims(claims, issuer.claims), issuer, key.thumbprint)
        except ExpiredTokenError:
            raise expired() from None
        except (BadClaimsError, JoseError, ValueError, RecursionError) as error:
            raise invalid(str(error)) from None


def _header(signed: CompactSignature) -> dict[str, Any]:
    """The header, not proved yet. Only `alg`, `kid` and `typ` are looked at: keys never come from a token."""
    header = signed.headers()
    if "crit" in header or "b64" in header:
        raise BadClaimsError("its header demands what we do not know")
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise BadClaimsError("its algorithm is not taken")
    if not isinstance(kid, str | None) or not isinstance(kind, str) or kind.lower() not in TYPES:
        raise BadClaimsError("its header is wrong")
    return header


def _payload(signed: CompactSignature) -> dict[str, Any]:
    """The claims, not proved yet, with the name of an issuer among them."""
    claims = json.loads(signed.payload)
    if not isinstance(claims, dict) or not isinstance(claims.get("iss"), str):
        raise BadClaimsError("it names no issuer")
    return claims


async def _key(issuer: Issuer, header: Mapping[str, Any]) -> VerifyingKey:
    kid, algorithm = header.get("kid"), header["alg"]
    found = (await issuer.keys.ring()).find(kid, algorithm) or (await issuer.keys.renewed()).find(kid, algorithm)
    if found is None:
        raise BadClaimsError("none of its issuer's keys fits")
    return found


def _check_claims(claims: dict[str, Any], issuer: Issuer, now: dt.datetime) -> None:
    """Check issuer, audience and times. Raises JoseError."""
    JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer.name},
        aud={"essential": True, "value": issuer.audience},
        exp={"essential": True},
    ).validate(claims)


def expired() -> Refusal:
    """The refusal of a token whose time is over."""
    return unauthenticated("The token has expired")


def invalid(reason: str) -> Refusal:
    """The refusal of a token that cannot be believed. Why is told to our log only."""
    log.info("a token was refused", reason=reason)
    return unauthenticated("The token is not valid")


class _Registry(JWSRegistry):
    """Lets headers be as long as issuers make them; headers that we do not know are passed over."""

    max_header_length = MOST_HEADER_BYTES


_REGISTRY: Final = _Registry(algorithms=ALGORITHMS, strict_check_header=False)
