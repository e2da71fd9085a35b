"""Health for whoever runs the service: alive, ready, and the metrics."""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Final, Protocol

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.metrics import CONTENT_TYPE, FOLDER, Metrics
from server.refusal import Code, Header, Refusal
from server.upkeep import NotReadyError

NAME: Final = "customer360"
READY_SECONDS: Final = 2.0
REFRESH_SECONDS: Final = 2.0
_BEARER: Final[Header] = (b"www-authenticate", b'Bearer realm="metrics"')

log = structlog.stdlib.get_logger("server.health")


class Pinged(Protocol):
    """What is asked whether all is well."""

    async def ping(self) -> None:
        """Return when it is; whatever is wrong is raised."""
        ...


class Health:
    """Answers at `/healthz`, `/readyz`, and, where there is a key, `/metrics`. `headers` are on every answer."""

    def __init__(self, metrics: Metrics, *, key: str | None, headers: Mapping[str, str]) -> None:
        self.stopping = asyncio.Event()
        self.service: Pinged | None = None
        self._metrics, self._key, self._headers = metrics, key, headers

    def routes(self) -> list[Route]:
        """What is served."""
        routes = [Route("/healthz", self._alive), Route("/readyz", self._ready)]
        return routes if self._key is None else [*routes, Route("/metrics", partial(self._told, self._key))]

    async def refresh(self) -> None:
        """Where workers are many, write this one's gauges down now and then, for whichever is asked."""
        while FOLDER in os.environ:
            try:
                self._metrics.refresh()
            except Exception:
                log.exception("metrics could not be refreshed")
            await asyncio.sleep(REFRESH_SECONDS)

    def refused(self, refusal: Refusal) -> Response:
        """The answer to what is refused outside of GraphQL."""
        headers = {name.decode(): value.decode() for name, value in refusal.headers}
        body = refusal.body(secrets.token_hex(8))
        return Response(body, refusal.status, {**self._headers, **headers}, media_type="application/json")

    async def _alive(self, _request: Request) -> Response:
        return JSONResponse({"service": NAME, "status": "ok"}, headers=self._headers)

    async def _ready(self, _request: Request) -> Response:
        reason = await self._reason()
        if reason is not None:
            return self.refused(Refusal(503, Code.UNAVAILABLE, reason))
        return JSONResponse({"service": NAME, "status": "ready"}, headers=self._headers)

    async def _reason(self) -> str | None:
        """Why the process is not ready; None when it is."""
        if self.service is None:
            return "The service is not started"
        if self.stopping.is_set():
            return "The service is stopping"
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self.service.ping()
        except NotReadyError as error:
            log.warning("not ready", reason=str(error))
            return str(error)
        except Exception:
            log.exception("not ready")
            return "The database does not answer"
        return None

    async def _told(self, key: str, request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {key}".encode()):
            return self.refused(
                Refusal(
                    401, Code.UNAUTHENTICATED, "Send `Authorization: Bearer` with C360_METRICS_KEY", headers=[_BEARER]
                )
            )
        return Response(self._metrics.text(), headers={**self._headers, "content-type": CONTENT_TYPE})
