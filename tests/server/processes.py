"""`c360 serve` as a program of its own, and what its log says."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from server.asking import wait_until_ready
from server.listening import bound_socket
from tests.server.running_cli import start

KEY = "a-key-for-the-metrics"
AS_MANAGER = {"x-c360-role": "manager", "content-type": "application/json"}
TRUSTING = {
    "C360_TRUST_SUBJECT_HEADERS": "true",
    "C360_RATE_POINTS": "0",
    "C360_METRICS_KEY": KEY,
    "C360_GRADING_SECONDS": "0",  # events come from what a test does, and from nothing else
}


@contextlib.contextmanager
def serving(
    folder: Path, *, workers: int = 1, covered: bool = True, **environment: str
) -> Iterator[tuple[subprocess.Popen[str], int, Path]]:
    """`c360 serve` on a free port, writing its log to a file. One that is not `covered` runs at its own speed."""
    with bound_socket("127.0.0.1", 0) as probe:
        port = probe.getsockname()[1]
    path = folder / "log"
    with path.open("w") as output:
        arguments = ("serve", "--port", str(port), "--workers", str(workers))
        given = {"C360_LOG_FORMAT": "json", **TRUSTING, **environment}
        process = start(*arguments, cwd=folder, output=output, covered=covered, **given)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", lambda: process.poll() is None)
        yield process, port, path
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)


def lines(path: Path) -> list[dict[str, Any]]:
    """The lines that are written to their end: the last one may be on its way."""
    whole, _, _ = path.read_text().rpartition("\n")
    return [json.loads(line) for line in whole.splitlines() if line.startswith("{")]


def both_serving(log: Path) -> list[int]:
    until(lambda: len(serving_pids(log)) == 2)
    return serving_pids(log)


def serving_pids(log: Path) -> list[int]:
    """The workers that have started to serve, in their order."""
    return [int(line["event"].split("[")[1][:-1]) for line in lines(log) if "Started server process" in line["event"]]


def finished(log: Path) -> int:
    return sum("Finished server process" in line["event"] for line in lines(log))


def until(is_so: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)
