"""Partners: whoever holds an API key, looked up at each request, so that a key that is revoked ends at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from resolvers.access import Role, Subject
from resolvers.api_keys import digest, is_well_formed, key_holder
from resolvers.reading import ReadStore
from server.identity.identity import Identity, unauthenticated
from server.identity.reach import REACH
from server.outage import refused_in_outage


@dataclass(frozen=True, slots=True)
class KeyCredential:
    """An API key, as the store knows it."""

    secret_hash: str


class Partners:
    """Makes identities of API keys, over one database."""

    def __init__(self, store: ReadStore) -> None:
        self._store = store

    async def identify(self, key: bytes, now: dt.datetime) -> Identity:
        """Who holds a key.

        Raises:
            Refusal: nobody does, or its time is over (401); the database does not answer (503).
        """
        text = key.decode("latin-1")
        if not is_well_formed(text):
            raise unauthenticated("The API key is not valid")
        return await self.identity(digest(text), now)

    async def identity(self, secret_hash: str, now: dt.datetime) -> Identity:
        """Who holds the key with this digest. Raises Refusal."""
        with refused_in_outage():
            holder = await key_holder(self._store, secret_hash)
        if holder is None:
            raise unauthenticated("The API key is not known")
        if holder.expires_at is not None and holder.expires_at <= now:
            raise unauthenticated("The API key has expired")
        clearance, scope = REACH[Role.PARTNER]
        subject = Subject(f"key:{holder.id}", Role.PARTNER, clearance, scope, customer_ids=holder.customer_ids)
        return Identity(subject, holder.expires_at, KeyCredential(secret_hash))
