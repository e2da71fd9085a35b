"""A server in a thread of the test, whose processor time is told; ours, and the stock one."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from strawberry.asgi import GraphQL

from server.app import Application
from server.settings import Settings
from tests.server.running import running
from tests.server.tiny import SCHEMA, TinyService

MOST_CPU = 0.1
"""Seconds of the server's processor time that a refusal may take."""

JSON = b"content-type: application/json\r\n"


class Served(NamedTuple):
    """A server that runs, and the thread in which it does."""

    url: str
    thread: threading.Thread

    @property
    def cpu_seconds(self) -> float:
        """Processor time of the server's thread so far."""
        return time.clock_gettime(time.pthread_getcpuclockid(self.thread.ident))

    @property
    def address(self) -> tuple[str, int]:
        """Where to connect."""
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 0)


@contextlib.contextmanager
def served(app: Any) -> Iterator[Served]:
    """Serve an application."""
    before = set(threading.enumerate())
    with running(app) as url:
        (thread,) = [each for each in threading.enumerate() if each not in before and "_run" in each.name]
        yield Served(url, thread)


@contextlib.contextmanager
def served_tiny(service: TinyService | None = None, **settings: Any) -> Iterator[Served]:
    """Our edge around the tiny schema; without limits on rates where nothing is said of them."""
    usual = {"patience_ms": 0, "rate_points": 0, **settings}
    with served(Application(Settings(**usual), opener=(service or TinyService()).opened)) as found:
        yield found


@contextlib.contextmanager
def served_stock() -> Iterator[Served]:
    """The tiny schema as strawberry, starlette and uvicorn serve it without options."""
    app = _Slashed(Starlette(routes=[Mount("/graphql", GraphQL(SCHEMA))]))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    bound = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield Served(f"http://127.0.0.1:{bound.getsockname()[1]}", thread)
    finally:
        server.should_exit = server.force_exit = True
        thread.join(20)
        bound.close()


class _Slashed:
    """Starlette's mounts want a slash at the end."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope.get("path") == "/graphql":
            scope = {**scope, "path": "/graphql/"}
        await self._app(scope, receive, send)


def post(content: bytes, *headers: str, path: str = "/graphql", host: str = "127.0.0.1") -> bytes:
    """The bytes of a POST."""
    names = {header.partition(":")[0] for header in headers}
    lines = [f"POST {path} HTTP/1.1", *([] if "host" in names else [f"host: {host}"]), *headers]
    if "content-type" not in names:
        lines.append("content-type: application/json")
    lines.append(f"content-length: {len(content)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def sent(server: Served, request: bytes, *, seconds: float = 30) -> httpx.Response:
    """What the server answers to these bytes; status 0 when it closes without a word."""
    with socket.create_connection(server.address, timeout=seconds) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(request)
        return read_answer(connection)


def read_answer(connection: socket.socket) -> httpx.Response:
    """One answer; status 0 where there is none."""
    headers = []
    with connection.makefile("rb") as stream:
        try:
            first = stream.readline().split()
            while (line := stream.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                headers.append((name.strip(), value.strip()))
            status = int(first[1]) if first else 0
            content = stream.read(int(httpx.Headers(headers).get("content-length", 0)))
        except ConnectionError:
            return httpx.Response(0)
    return httpx.Response(status, headers=headers, content=content)


def code_of(response: httpx.Response) -> str | None:
    """The code of the first error."""
    try:
        return response.json()["errors"][0]["extensions"]["code"]
    except (ValueError, KeyError, IndexError, TypeError):
        return None
