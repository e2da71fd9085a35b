"""The application: GraphQL in front, health and the GraphiQL page around it, and what is open while it runs."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from server.graphiql.page import Assets, page
from server.http import Answering, GraphQLEndpoint
from server.logs import configure_logging
from server.refusal import Code, Refusal
from server.service import open_service
from server.settings import Settings, load_settings

NAME = "customer360"
READY_SECONDS = 2.0
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}

log = structlog.stdlib.get_logger("server.app")


class Service(Answering, Protocol):
    """What is open while the application runs."""

    async def ping(self) -> None:
        """Ask the database for nothing; whatever is wrong with it is raised."""
        ...


Opener = Callable[[Settings], AbstractAsyncContextManager[Service]]


class Application:
    """The whole ASGI application. `/graphql` goes straight to its endpoint, all else by way of the router.

    With `freeze`, what is loaded at the start is never looked at for garbage again; for processes that only serve.
    """

    def __init__(self, settings: Settings, *, opener: Opener = open_service, freeze: bool = False) -> None:
        self._settings = settings
        self._opener = opener
        self._freeze = freeze
        self._service: Service | None = None
        self._graphql: GraphQLEndpoint | None = None
        self._rest = Starlette(
            routes=[
                Route("/healthz", _healthy),
                Route("/readyz", self._ready),
                Mount("/static/graphiql", Assets(), name="graphiql"),
            ],
            exception_handlers={HTTPException: _not_served},
            lifespan=self._lifespan,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's scope."""
        if self._graphql is not None and scope["type"] == "http" and scope["path"] == "/graphql":
            await self._graphql(scope, receive, send)
        else:
            await self._rest(scope, receive, send)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        settings = self._settings
        async with self._opener(settings) as self._service:
            self._graphql = GraphQLEndpoint(
                self._service,
                body_limit=settings.body_limit,
                seconds=settings.request_timeout,
                page=page() if settings.graphiql else None,
            )
            if self._freeze:
                gc.collect()
                gc.freeze()
            yield

    async def _ready(self, _request: Request) -> Response:
        """Whether the process can answer: its database is there."""
        if self._service is None:
            return _error(Refusal(503, Code.UNAVAILABLE, "The service is not started"))
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._service.ping()
        except Exception:
            log.exception("not ready")
            return _error(Refusal(503, Code.UNAVAILABLE, "The database does not answer"))
        return JSONResponse({"service": NAME, "status": "ready"}, headers=_HEADERS)


def application() -> Application:
    """The application as the environment sets it up; for servers that are given a factory."""
    settings = load_settings()
    configure_logging(settings)
    return Application(settings, freeze=True)


async def _healthy(_request: Request) -> Response:
    """The process is alive."""
    return JSONResponse({"service": NAME, "status": "ok"}, headers=_HEADERS)


async def _not_served(_request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    if status == 405:
        allow = (getattr(error, "headers", None) or {}).get("Allow", "GET").encode()
        return _error(Refusal(405, Code.METHOD_NOT_ALLOWED, "This method is not allowed", headers=[(b"allow", allow)]))
    return _error(Refusal(status, Code.NOT_FOUND, "There is nothing here; GraphQL is at /graphql"))


def _error(refusal: Refusal) -> Response:
    headers = {name.decode(): value.decode() for name, value in refusal.headers}
    return Response(refusal.body(), refusal.status, {**_HEADERS, **headers}, media_type="application/json")
