"""The command line, run in the test's own process or as a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from server.cli import main


class Outcome(NamedTuple):
    """What a run printed, and what it ended with."""

    code: int
    out: str
    err: str


def c360(capsys: pytest.CaptureFixture[str], *arguments: str) -> Outcome:
    """Run a command here."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    printed = capsys.readouterr()
    return Outcome(int(ended.value.code or 0), printed.out, printed.err)


def program(*arguments: str) -> list[str]:
    """The words that start the command line as a program, which Ctrl-C ends: a shell's background jobs ignore it."""
    heeds = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    return [sys.executable, "-c", f"{heeds}; from server.cli import main; main()", *arguments]


def start(
    *arguments: str, cwd: Path, output: Any = subprocess.PIPE, covered: bool = True, **environment: str
) -> subprocess.Popen[str]:
    """Start the command line as a program; its output is piped, or goes to the file `output`.

    A program that is not `covered` runs at its own speed: its lines are not counted.
    """
    here = {name: value for name, value in os.environ.items() if covered or not name.startswith("COVERAGE_")}
    return subprocess.Popen(
        program(*arguments),
        cwd=cwd,
        env={**here, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1", **environment},
        stdout=output,
        stderr=output,
        text=True,
    )
