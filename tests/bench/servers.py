"""The servers of the race, each one process on a port of its own, all on the same database."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.bench.cluster import free_port

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
POSTGRAPHILE = HERE / "peers" / "postgraphile"
SECONDS_TO_START = 90
STOCK = ("--loop", "asyncio", "--http", "h11")
"""What `pip install uvicorn` gives; ours runs on what `pip install uvicorn[standard]` gives."""
UNBOUNDED = {"C360_RATE_POINTS": "0", "C360_RUNNING_PER_CALLER": "0"}
"""Settings of a server that is measured: all requests of a race are one caller's."""


@dataclass(frozen=True)
class Server:
    """How one server is started. `queries` names the folder of its documents, none where it has no GraphQL."""

    name: str
    title: str
    command: tuple[str, ...]
    queries: str | None
    environment: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """What says who asks, where a server wants to know it."""
    folder: Path = ROOT


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    server: Server
    port: int
    process: psutil.Process

    def path(self, query: str) -> str:
        """Where a query is sent: the limit has a path for each."""
        return "/graphql" if self.server.queries else f"/{query}"

    def url(self, query: str) -> str:
        """The same with the address before it."""
        return f"http://127.0.0.1:{self.port}{self.path(query)}"

    def ask(self, query: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Any:
        """One answer, as JSON. Raises RuntimeError with the answer where it is none or has errors."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            sent = {"content-type": "application/json", "accept": "application/json"}
            sent |= {**self.server.headers, **(headers or {})}
            connection.request("POST", self.path(query), json.dumps(body), sent)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200 or '"errors"' in text:
            raise RuntimeError(f"{self.server.name}, query {query}: {answer.status} {text[:600]}")
        return json.loads(text)


def ours(way: str) -> Server:
    """Our server, made to answer one way."""
    return Server(
        name=way,
        title=f"ours, {way}",
        command=(sys.executable, "-m", "tests.bench.ours"),
        queries="ours",
        environment={"BENCH_WAY": way, "C360_TRUST_SUBJECT_HEADERS": "true", "C360_GRADING_SECONDS": "0"},
        headers={"x-c360-role": "manager"},
    )


STRAWBERRY = Server(
    name="strawberry",
    title="strawberry as documented",
    command=(
        sys.executable,
        "-m",
        "uvicorn",
        "tests.bench.peers.strawberry_default:app",
        "--log-level",
        "warning",
        "--no-access-log",
        *STOCK,
    ),
    queries="strawberry",
)
LIMIT = Server(
    name="limit",
    title="the limit",
    command=(
        sys.executable,
        "-m",
        "uvicorn",
        "tests.bench.peers.limit:app",
        "--log-level",
        "warning",
        "--no-access-log",
    ),
    queries=None,
)
PEER = Server(
    name="postgraphile",
    title="PostGraphile 5",
    command=("node", "server.mjs"),
    queries="postgraphile",
    environment={"NODE_ENV": "production", "GRAPHILE_ENV": "production"},
    folder=POSTGRAPHILE,
)


def install_postgraphile() -> None:
    """Install PostGraphile from its lock file, unless that has been done."""
    done = POSTGRAPHILE / "node_modules" / ".package-lock.json"
    lock = POSTGRAPHILE / "package-lock.json"
    if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=POSTGRAPHILE, check=True)


@contextmanager
def started(server: Server, dsn: str, settings: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Start one server, wait until it answers, and end it afterwards; `settings` are added to its environment."""
    port = free_port()
    own = {"BENCH_DSN": dsn, "BENCH_PORT": str(port), "UVICORN_PORT": str(port), "UVICORN_HOST": "127.0.0.1"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("C360_")}
    own |= {**server.environment, **(settings or {})}
    process = subprocess.Popen(server.command, cwd=server.folder, env=environment | own)
    try:
        _wait(process, port, server.name)
        yield Running(server, port, psutil.Process(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(process: subprocess.Popen[bytes], port: int, name: str) -> None:
    """Until the port takes a request, of any kind."""
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended with {process.returncode} while it started")
        if _takes_requests(port):
            return
        time.sleep(0.2)
    raise RuntimeError(f"{name} did not answer within {SECONDS_TO_START} s")


def _takes_requests(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/ready")
        connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
    return True
