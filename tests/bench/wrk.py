"""Load on one server by `wrk`, in a process of its own; everything stays on the loopback address."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Load:
    """What one run of the client saw. Times are seconds; `client_cpu` is the client's own processor seconds."""

    seconds: float
    requests: int
    bytes: int
    p50: float
    p99: float
    failed: int
    wrong: int
    client_cpu: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.requests / self.seconds


def require() -> None:
    """End with advice where `wrk` is not installed."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing: apt-get install wrk (it makes the load)")


def load(
    url: str, bodies: Path, *, clients: int, seconds: int, skip: int = 0, check: bool = False, headers: dict[str, str]
) -> Load:
    """Send the bodies of a file in turn from so many clients for so many seconds; `check` reads every answer."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    options = ["-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "-s", str(SCRIPT), url]
    words = [str(bodies), str(skip), "check" if check else "fast", *(word for pair in headers.items() for word in pair)]
    done = subprocess.run(["wrk", *options, "--", *words], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Load(**json.loads(done.stdout.splitlines()[-1]), client_cpu=used)
