"""Listening: a socket of our own before the server starts, so that a taken port is said in words; then uvicorn."""

from __future__ import annotations

import errno
import os
import socket
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from server.settings import PREFIX, Settings
from server.user_error import UserError

FACTORY = "server.app:application"
BACKLOG = 2_048


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
    bound.set_inheritable(True)
    return bound


def address_of(bound: socket.socket) -> str:
    """The address at which a browser of this machine reaches the socket."""
    host, port = bound.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104  # recognised, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server_for(app: Any, **options: Any) -> uvicorn.Server:
    """A uvicorn server for the application, with the parts that are not used left out."""
    return uvicorn.Server(_config(app, **options))


def serve(settings: Settings, app: Any, bound: socket.socket, *, workers: int, access_log: bool) -> None:
    """Serve until a signal ends it. Several workers are processes of their own, built from the environment."""
    if workers == 1:
        run(server_for(app, access_log=access_log), bound)
        return
    os.environ.update(_environment(settings))
    config = _config(FACTORY, access_log=access_log, factory=True, workers=workers)
    Multiprocess(config, sockets=[bound]).run()


def run(server: uvicorn.Server, bound: socket.socket) -> None:
    """Run a server until a signal ends it, or something sets its `should_exit`.

    Raises:
        UserError: it could not start; the log says why.
    """
    try:
        server.run(sockets=[bound])
    except KeyboardInterrupt:  # how a person ends it
        return
    except SystemExit as error:
        raise UserError("The server did not start; the lines above say why", cure="run `c360 doctor`") from error


def _config(app: Any, **options: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        ws="none",
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
        **options,
    )


def _environment(settings: Settings) -> dict[str, str]:
    """What a worker process must find in its environment to come to the same settings."""
    changed = {name: getattr(settings, name) for name in settings.model_fields_set}
    reveal = {name: getattr(value, "get_secret_value", lambda value=value: value)() for name, value in changed.items()}
    return {PREFIX + name.upper(): str(value) for name, value in reveal.items() if value is not None}


def _cannot_listen(host: str, port: int, error: OSError) -> UserError:
    if error.errno == errno.EADDRINUSE:
        cure = f"stop what uses it, or choose another: --port {port + 1}"
        return UserError(f"Port {port} is taken on {host}", cure=cure)
    cure = "choose another --host, or a --port above 1023"
    return UserError(f"{host} port {port} cannot be used: {error.strerror}", cure=cure)
