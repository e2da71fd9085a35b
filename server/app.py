"""The application: GraphQL in front, health and the GraphiQL page around it, and what is open while it runs."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from server.edge.edge import NO_CONTENT, edge_of
from server.graphiql.page import Assets, page
from server.health import Health
from server.http import GraphQLEndpoint, Page
from server.listening import STOPPING
from server.logs import configure_logging
from server.metrics import Metrics
from server.observing import Observer, Tracing
from server.refusal import Code, Refusal
from server.service import open_service
from server.settings import Settings, load_settings
from server.sockets.endpoint import SocketEndpoint
from server.sockets.shared import Subscribing
from server.upkeep import Upkeep


class Service(Subscribing, Protocol):
    """What is open while the application runs."""

    @property
    def upkeep(self) -> Upkeep | None:
        """What looks after its store."""
        ...

    @property
    def tracing(self) -> Tracing | None:
        """What makes spans of requests."""
        ...

    async def ping(self) -> None:
        """Return when the database answers, and is as it must be; whatever is wrong with it is raised."""
        ...


Opener = Callable[[Settings], AbstractAsyncContextManager[Service]]


class Application:
    """The whole ASGI application. `/graphql` goes straight to its endpoint, all else by way of the router.

    With `freeze`, what is loaded at the start is never looked at for garbage again; for processes that only serve.

    Raises:
        UserError: production lacks what it needs.
    """

    def __init__(
        self, settings: Settings, *, opener: Opener = open_service, page: Page = page, freeze: bool = False
    ) -> None:
        self._settings = settings
        self._page = page
        self._opener = opener
        self._freeze = freeze
        self._edge = edge_of(settings)
        headers = {name.decode(): value.decode() for name, value in (*self._edge.headers, NO_CONTENT)}
        key = settings.metrics_key
        self._metrics = Metrics()
        self._health = Health(self._metrics, key=key.get_secret_value() if key else None, headers=headers)
        self._has_page = settings.graphiql and not self._edge.is_production
        self._graphql: GraphQLEndpoint | None = None
        self._sockets: SocketEndpoint | None = None
        self._rest = Starlette(
            routes=[
                *self._health.routes(),
                *([Mount("/static/graphiql", Assets(), name="graphiql")] if self._has_page else []),
            ],
            exception_handlers={HTTPException: self._not_served},
            lifespan=self._lifespan,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's scope."""
        if self._graphql is not None and scope["type"] == "http" and scope["path"] == "/graphql":
            await self._graphql(scope, receive, send)
        elif self._sockets is not None and scope["type"] == "websocket" and scope["path"] == "/graphql":
            await self._sockets(scope, receive, send)
        else:
            await self._rest(scope, receive, send)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with self._opener(self._settings) as service, asyncio.TaskGroup() as background:
            observer = Observer(self._metrics, slow_ms=self._settings.slow_ms, tracing=service.tracing)
            running = [background.create_task(self._health.refresh())]
            if service.upkeep is not None:
                self._metrics.know(service.upkeep.names)
                self._metrics.collect(service.upkeep.gauges)
                running.append(background.create_task(service.upkeep.run(self._metrics)))
            self._graphql = GraphQLEndpoint(
                service, self._edge, page=self._page if self._has_page else None, observer=observer
            )
            self._sockets = SocketEndpoint(service, self._edge, observer, self._settings)
            self._health.service = service
            if self._freeze:
                gc.collect()
                gc.freeze()
            yield {STOPPING: self._health.stopping}
            for task in running:
                task.cancel()

    async def _not_served(self, _request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 404)
        if status == 405:
            allow = (getattr(error, "headers", None) or {}).get("Allow", "GET").encode()
            return self._health.refused(
                Refusal(405, Code.METHOD_NOT_ALLOWED, "This method is not allowed", headers=[(b"allow", allow)])
            )
        return self._health.refused(Refusal(status, Code.NOT_FOUND, "There is nothing here; GraphQL is at /graphql"))


def application() -> Application:
    """The application as the environment sets it up; for servers that are given a factory."""
    settings = load_settings()
    configure_logging(settings)
    return Application(settings, freeze=True)
