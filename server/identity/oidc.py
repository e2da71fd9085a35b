"""The keys of an OpenID Connect issuer: fetched over HTTP beside the event loop, kept, and fetched anew in time."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, Final
from urllib.request import HTTPRedirectHandler, Request, build_opener

import structlog

from server.identity.key_ring import KeyRing, key_ring
from server.refusal import Code, Refusal

FETCH_SECONDS: Final = 5.0
MOST_BYTES: Final = 1_048_576
STALE_SECONDS: Final = 600.0
PAUSE_SECONDS: Final = 10.0
"""Between two fetches because of unknown keys: whoever makes up ids of keys causes no more."""

FIRST_PAUSE_SECONDS: Final = 1.0
"""Between two tries as long as there are no keys at all."""

log = structlog.stdlib.get_logger("server.identity")


class IssuerKeys:
    """The keys of one issuer. A fetch that fails leaves those that were there."""

    def __init__(self, issuer: str, jwks_url: str | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._clock = clock
        self._ring: KeyRing | None = None
        self._tried = float("-inf")
        self._task: asyncio.Task[None] | None = None

    def known(self) -> KeyRing:
        """The keys as they were fetched last."""
        return self._ring or KeyRing()

    async def ring(self) -> KeyRing:
        """The keys. Old ones are fetched anew meanwhile. Raises Refusal (503) when none could be had yet."""
        if self._ring is None:
            await self._fetched(FIRST_PAUSE_SECONDS)
        elif self._clock() - self._tried >= STALE_SECONDS:
            self.start()
        if self._ring is None:
            raise Refusal(
                503,
                Code.UNAVAILABLE,
                "The keys that verify tokens cannot be had; try again later",
                headers=[(b"retry-after", b"2")],
            )
        return self._ring

    async def renewed(self) -> KeyRing:
        """The keys, fetched anew unless that was done in the last 10 seconds."""
        await self._fetched(PAUSE_SECONDS)
        return self.known()

    def start(self) -> None:
        """Begin to fetch; all who wait for keys wait for the same fetch."""
        if self._task is None or self._task.done():
            self._tried = self._clock()
            self._task = asyncio.create_task(self._fetch())

    async def close(self) -> None:
        """End a fetch that is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _fetched(self, pause: float) -> None:
        if self._clock() - self._tried >= pause:
            self.start()
        if self._task is not None:
            await asyncio.shield(self._task)

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(2 * FETCH_SECONDS):
                self._ring = await asyncio.to_thread(download, self._issuer, self._jwks_url)
        except (OSError, ValueError, HTTPException, RecursionError) as error:
            log.warning("the keys of the issuer cannot be had", issuer=self._issuer, error=str(error))


def download(issuer: str, jwks_url: str | None) -> KeyRing:
    """The keys of an issuer, fetched now; this waits for the network.

    Raises:
        OSError, ValueError, HTTPException: they cannot be had; says why.
    """
    url = jwks_url or _discovered(issuer)
    keys = _json(url).get("keys")
    found = key_ring(keys if isinstance(keys, list) else ())
    if not found.keys:
        raise ValueError(f"{url} holds no key that could verify a token")
    return found


def _discovered(issuer: str) -> str:
    about = _json(issuer.rstrip("/") + "/.well-known/openid-configuration")
    url = about.get("jwks_uri")
    if about.get("issuer") != issuer or not isinstance(url, str):
        raise ValueError("the issuer's configuration is of another issuer, or says no jwks_uri")
    if not url.startswith("https://") and not issuer.startswith("http://"):
        raise ValueError("jwks_uri is no https address")
    return url


class _NoRedirects(HTTPRedirectHandler):
    """Keys come from where they are said to be, or not at all."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow no redirect."""
        del req, fp, code, msg, headers, newurl


_OPENER: Final = build_opener(_NoRedirects)


def _json(url: str) -> dict[str, Any]:
    """A JSON object at a URL. Raises OSError, ValueError, HTTPException."""
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"{url} is no http address")
    with _OPENER.open(Request(url, headers={"accept": "application/json"}), timeout=FETCH_SECONDS) as answer:  # noqa: S310  # checked above
        body = answer.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise ValueError(f"{url} is larger than {MOST_BYTES} bytes")
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError(f"{url} is no JSON object")  # noqa: TRY004  # what is wrong is the answer
    return found
