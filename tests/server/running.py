"""A server in a thread of the test, on a free port."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn

from server.listening import address_of, bound_socket, server_for


@contextlib.contextmanager
def running(app: Any) -> Iterator[str]:
    """Serve `app` on a free port of this machine; gives its URL."""
    bound = bound_socket("127.0.0.1", 0)
    server = server_for(app)
    thread = threading.Thread(target=_run, args=(server, bound))
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline, "the server is too slow to start"
            time.sleep(0.01)
        yield address_of(bound)
    finally:
        server.should_exit = True
        thread.join(20)
        bound.close()


def _run(server: uvicorn.Server, bound: socket.socket) -> None:
    with contextlib.suppress(SystemExit):  # a start that fails
        server.run(sockets=[bound])
