"""A server as a program of its own that can be killed and started again on the same port."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from server.asking import wait_until_ready
from tests.server.running_cli import start
from tests.server.test_serve import free_port

MANAGER = {"x-c360-role": "manager"}
"""Who asks, where the subject's headers are trusted."""


class ServerProcess:
    """`c360 serve` over one store. `restarts` are the seconds that each start took until it was ready."""

    def __init__(self, store_url: str, folder: Path, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.restarts: list[float] = []
        self._folder = folder
        self._environment = {"C360_DATABASE_URL": store_url, "C360_TRUST_SUBJECT_HEADERS": "true"}
        self._environment |= {"C360_GRADING_SECONDS": "0", **environment}  # no events but the test's
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        """The running program."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        began = time.monotonic()
        with (self._folder / "server.log").open("a") as log:
            words = ("serve", "--port", str(self.port))
            self._process = start(*words, cwd=self._folder, output=log, covered=False, **self._environment)
        process = self._process
        wait_until_ready(self.url, lambda: process.poll() is None)
        self.restarts.append(time.monotonic() - began)

    def kill(self) -> None:
        """End it without a word (SIGKILL)."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Ask it to end (SIGTERM); returns its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(30)

    @property
    def log(self) -> str:
        """What it has said so far, in all its lives."""
        return (self._folder / "server.log").read_text()
