"""A real server for the clients: `c360 serve` as a process of its own, over the demonstration's data."""

from __future__ import annotations

import contextlib
import re
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from server.demo import url_of
from tests.server.running_cli import program, start

SECONDS_TO_START = 60


@dataclass(frozen=True)
class Endpoint:
    """A server that answers, and a manager's token for it."""

    url: str
    token: str

    @property
    def port(self) -> int:
        """Where it listens on this machine."""
        return httpx.URL(self.url).port or 0

    def by_way_of(self, port: int) -> Endpoint:
        """The same server behind a proxy on this machine."""
        return Endpoint(f"http://127.0.0.1:{port}/graphql", self.token)

    def ask(self, query: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        body = {"query": query, "variables": variables}
        answer = httpx.post(self.url, json=body, headers={"authorization": f"Bearer {self.token}"}).json()
        assert "errors" not in answer, answer
        return answer["data"]


def make_world(folder: Path) -> Path:
    """A database file with the demonstration's data."""
    path = folder / "clients.db"
    subprocess.run([*program("demo", "--no-serve", "--path", str(path))], cwd=folder, check=True, capture_output=True)
    return path


@contextlib.contextmanager
def serving(world: Path, **settings: str) -> Iterator[Endpoint]:
    """Serve a database with these settings; ended by SIGTERM."""
    environment = {"C360_DATABASE_URL": url_of(world), "C360_PORT": "0", **settings}
    log = world.parent / f"{uuid.uuid4().hex}.log"
    with log.open("w") as output:
        process = start("serve", cwd=world.parent, output=output, **environment)
    try:
        url = _address(process, log)
        yield Endpoint(url, c360(world, "token", "--role", "manager"))
    finally:
        process.terminate()
        process.wait(30)


def c360(world: Path, *words: str) -> str:
    """What a command prints that is run beside this database."""
    process = start(*words, cwd=world.parent, C360_DATABASE_URL=url_of(world))
    printed, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return printed.strip()


def _address(process: subprocess.Popen[str], log: Path) -> str:
    """Where it says that it serves, once it answers there."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"Serving on (http://\S+)", log.read_text())
        if found and "startup complete" in log.read_text():
            return found.group(1)
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start: {log.read_text()}")
