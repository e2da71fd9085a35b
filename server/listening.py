"""Listening: a socket of our own before the server starts, so that a taken port is said in words; then uvicorn."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from types import FrameType
from typing import Any, Final

import uvicorn

from server.edge.connection import Connection
from server.settings import Settings
from server.sockets.transport import SocketConnection
from server.user_error import UserError
from server.workers import Leash, Supervisor, environment

FACTORY: Final = "server.app:application"
BACKLOG: Final = 2_048
FRAME_BYTES: Final = 262_144
"""A message of a socket may have so many; a longer one ends it with 1009."""
PING_SECONDS: Final = 20.0
"""An idle socket is asked for a sign of life so often, and has as long to give it."""
FINISH_SECONDS: Final = 10
"""Running requests may take so long when the server stops."""
FAREWELL_SECONDS: Final = 2.0
"""A socket that does not take its last messages is dropped after this when the server stops."""
STOPPING: Final = "stopping"
"""An `asyncio.Event` by this name in the application's lifespan state is set when the server is to stop."""


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket that listens at this address; connections queue until the server accepts them.

    Raises:
        UserError: the address is taken, forbidden or not of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise UserError(
            f"{host!r} is no address of this machine: {error.strerror}", cure="choose another --host"
        ) from None
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        bound.listen(BACKLOG)  # two servers can bind one address as long as none listens
    except OSError as error:
        bound.close()
        raise _cannot_listen(host, port, error) from None
    return bound


def address_of(bound: socket.socket) -> str:
    """The address at which a browser of this machine reaches the socket."""
    host, port = bound.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104  # recognised, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """Stops in order at the first signal; at the second it ends at once, unless a supervisor looks after it.

    In order: the application is told, so that it is not ready any more; for `stop_delay` seconds everything is still
    answered, and each answer closes its connection; then running requests end, and sockets are closed with 1012.
    """

    def __init__(self, config: uvicorn.Config, *, stop_delay: float = 0.0, leash: Leash | None = None) -> None:
        super().__init__(config)
        self._stop_delay = stop_delay
        self._leash = leash
        if leash is not None:
            leash.when_released(self.stop)

    def stop(self) -> None:
        """Ask the server to stop in order."""
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came. A worker may get the same one from its supervisor and from whoever signals them all."""
        del frame
        if self.should_exit and self._leash is None:
            os._exit(128 + sig)
        self.stop()

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second: tells the supervisor that the event loop turns."""
        if self._leash is not None:
            self._leash.beat()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop in order."""
        stopping = self.lifespan.state.get(STOPPING)
        if stopping is not None:
            stopping.set()
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        await asyncio.sleep(self._stop_delay)
        dropping = asyncio.get_running_loop().call_later(FAREWELL_SECONDS, self._drop_sockets)
        await super().shutdown(sockets)
        dropping.cancel()

    def _drop_sockets(self) -> None:
        """A client that reads nothing would hold the stop up."""
        for connection in list(self.server_state.connections):
            if isinstance(connection, self.config.ws_protocol_class or ()):
                connection.transport.abort()


def server_for(app: Any, *, stop_delay: float = 0.0, leash: Leash | None = None, **options: Any) -> Server:
    """A server for the application, with the parts that are not used left out."""
    return Server(_config(app, **options), stop_delay=stop_delay, leash=leash)


def serve(settings: Settings, app: Any, bound: socket.socket) -> None:
    """Serve until a signal ends it. Several workers are processes of their own, built from the environment."""
    options: dict[str, Any] = {"stop_delay": settings.stop_delay, "limit_concurrency": settings.limit_concurrency}
    if settings.workers == 1:
        run(server_for(app, **options), bound)
        return
    supervisor = Supervisor(_work, (bound, options), patience=settings.stop_delay + FINISH_SECONDS + 5)
    supervisor.run(settings.workers, environment(settings))


def _work(leash: Leash, bound: socket.socket, options: dict[str, Any]) -> None:
    """The life of one worker: it ends when its supervisor lets go of it."""
    run(server_for(FACTORY, factory=True, leash=leash, **options), bound)


def run(server: uvicorn.Server, bound: socket.socket) -> None:
    """Run a server until a signal ends it, or something sets its `should_exit`.

    Raises:
        UserError: it could not start; the log says why.
    """
    try:
        server.run(sockets=[bound])
    except SystemExit as error:
        raise UserError("The server did not start; the lines above say why", cure="run `c360 doctor`") from error


def _config(app: Any, **options: Any) -> uvicorn.Config:
    usual: dict[str, Any] = {
        "log_config": None,
        "access_log": False,
        "http": Connection,
        "ws": SocketConnection,
        "ws_max_size": FRAME_BYTES,
        "ws_per_message_deflate": False,
        "ws_ping_interval": PING_SECONDS,
        "ws_ping_timeout": PING_SECONDS,
        "lifespan": "on",
        "proxy_headers": False,
        "server_header": False,
        "timeout_keep_alive": 30,
        "timeout_graceful_shutdown": FINISH_SECONDS,
    }
    return uvicorn.Config(app, **usual | options)


def _cannot_listen(host: str, port: int, error: OSError) -> UserError:
    if error.errno == errno.EADDRINUSE:
        cure = f"stop what uses it, or choose another: --port {port + 1}"
        return UserError(f"Port {port} is taken on {host}", cure=cure)
    cure = "choose another --host, or a --port above 1023"
    return UserError(f"{host} port {port} cannot be used: {error.strerror}", cure=cure)
