"""Runs a client as the program that it is, and reads what it tells: one line of JSON for each thing."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.clients.endpoint import Endpoint
from tests.clients.installing import HERE, INSTALLED, JAVASCRIPT, ROOT, node_path, program

SECONDS = 120
"""How long a client may take until it tells the next thing."""


class Telling:
    """What a running client tells."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def next(self) -> Any:
        """The next thing; fails when the client ended, or tells nothing."""
        line = self._lines.get(timeout=SECONDS)
        assert line is not None, f"the client ended: {self._process.wait()}"
        return json.loads(line)

    def until(self, key: str) -> Any:
        """What it tells under this key, next."""
        told = self.next()
        assert key in told, told
        return told[key]

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)


@contextlib.contextmanager
def running(words: list[str], folder: Path, endpoint: Endpoint, **environment: str) -> Iterator[Telling]:
    """Start a client; it is ended at the end, if it has not ended by itself."""
    place = {"ENDPOINT": endpoint.url, "TOKEN": endpoint.token, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        words, cwd=folder, env={**surroundings(), **place, **environment}, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Telling(process)
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def told(words: list[str], folder: Path, endpoint: Endpoint, **environment: str) -> list[Any]:
    """All that a client tells until it ends by itself."""
    place = {"ENDPOINT": endpoint.url, "TOKEN": endpoint.token}
    return [json.loads(line) for line in done(words, folder, **place, **environment).splitlines()]


def done(words: list[str], folder: Path, **environment: str) -> str:
    """What a program prints; it has to succeed."""
    everything = {**surroundings(), **environment}
    ended = subprocess.run(
        words, cwd=folder, env=everything, check=False, capture_output=True, text=True, timeout=SECONDS
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def surroundings() -> dict[str, str]:
    """The environment of a client: nothing of ours, and a Node that is new enough."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("C360_", "COV_", "PYTHON"))}
    return {**ours, "PATH": node_path(), "NO_COLOR": "1", "CI": "true"}


def node(script: str) -> list[str]:
    """The words that run a script of the JavaScript workspace."""
    return ["node", script]


def tool(name: str, *arguments: str) -> list[str]:
    """The words that run a tool of the JavaScript workspace."""
    return [str(JAVASCRIPT / "node_modules" / ".bin" / name), *arguments]


def python_script(environment: str, script: str, *arguments: str) -> list[str]:
    """The words that run a script in one of the Python environments."""
    return [str(program(environment, "python")), script, *arguments]


def workspace() -> Path:
    """The JavaScript clients of the checkout with today's schema, beside what npm installed for them."""
    for made in ("gql", "types", "build"):
        shutil.rmtree(JAVASCRIPT / made, ignore_errors=True)
    shutil.copytree(HERE / "javascript", JAVASCRIPT, dirs_exist_ok=True)
    shutil.copy(ROOT / "schema" / "schema.graphql", JAVASCRIPT)
    (JAVASCRIPT / "relay" / "__generated__").mkdir(exist_ok=True)
    return JAVASCRIPT


def python_workspace() -> Path:
    """The Python clients of the checkout with today's schema."""
    folder = INSTALLED / "python"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / "python", folder)
    shutil.copy(ROOT / "schema" / "schema.graphql", folder / "typed")
    return folder
