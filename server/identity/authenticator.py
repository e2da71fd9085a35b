"""The authenticator of the service: takes a request's credential to whoever can judge it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Mapping

from resolvers.reading import ReadStore
from server.identity.claims import ClaimNames
from server.identity.credential import credential_of, is_api_key
from server.identity.identity import Authenticator, Identity, unauthenticated
from server.identity.oidc import IssuerKeys
from server.identity.own_tokens import own_issuer
from server.identity.partners import KeyCredential, Partners
from server.identity.people import People
from server.identity.trusted import named_subject
from server.identity.verifying import Issuer, TokenVerifier, Verified
from server.settings import Settings

NOBODY = "Sign in: send a token or an API key in the header Authorization, as Bearer"


class ServiceAuthenticator:
    """Believes API keys, tokens of its issuers and, where that is so set, headers that name a subject."""

    def __init__(self, partners: Partners, people: People, verifier: TokenVerifier, *, trusts_headers: bool) -> None:
        self._partners = partners
        self._people = people
        self._verifier = verifier
        self._trusts_headers = trusts_headers

    async def identify(self, headers: Mapping[bytes, bytes], now: dt.datetime) -> Identity:
        """Who asks. Raises Refusal."""
        named = named_subject(headers) if self._trusts_headers else None
        if named is not None:
            return Identity(named, None, None)
        credential = credential_of(headers)
        if credential is None:
            raise unauthenticated(NOBODY, error=None)
        if is_api_key(credential):
            return await self._partners.identify(credential, now)
        return await self._holder(await self._verifier.verify(credential, now), now)

    async def confirm(self, identity: Identity, now: dt.datetime) -> Identity:
        """The identity as it is now. Raises Refusal."""
        match identity.credential:
            case KeyCredential(secret_hash):
                return await self._partners.identity(secret_hash, now)
            case Verified() as verified:
                verified.check(now)
                return await self._holder(verified, now)
            case _:
                return identity

    async def _holder(self, verified: Verified, now: dt.datetime) -> Identity:
        subject = await self._people.subject(verified.claims, now)
        return Identity(subject, verified.claims.expires_at, verified)


@contextlib.asynccontextmanager
async def open_authenticator(settings: Settings, reads: ReadStore) -> AsyncIterator[Authenticator]:
    """The authenticator of these settings, over this database, until the end of the block."""
    issuers, keys = {}, None
    if settings.takes_own_tokens:
        own = own_issuer(settings.token_keys_file)
        issuers[own.name] = own
    if settings.oidc_issuer is not None:
        keys = IssuerKeys(settings.oidc_issuer, settings.oidc_jwks_url)
        names = ClaimNames(settings.oidc_role_claim, settings.oidc_staff_claim)
        issuers[settings.oidc_issuer] = Issuer(settings.oidc_issuer, str(settings.oidc_audience), keys, names)
        keys.start()  # so that the first request need not wait
    try:
        yield ServiceAuthenticator(
            Partners(reads), People(reads), TokenVerifier(issuers), trusts_headers=settings.trust_subject_headers
        )
    finally:
        if keys is not None:
            await keys.close()
