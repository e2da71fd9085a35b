"""The supervisor of workers: who hangs is ended, who dies at once again and again is not started without a pause."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.workers import HUNG_SECONDS, Leash, Worker
from tests.server.processes import until

ROOT = Path(__file__).parents[2]

BRIEF = """
import time
from server.workers import Supervisor

def work(leash):
    leash.beat()
    print("started", flush=True)
    time.sleep(0.05)

if __name__ == "__main__":
    Supervisor(work, (), patience=1).run(1, {"C360_MARK": "seen"})
"""


def beat_and_wait(leash: Leash) -> None:
    leash.beat()
    time.sleep(60)


def stop_when_released(leash: Leash) -> None:
    leash.when_released(lambda: os._exit(7))
    leash.beat()
    time.sleep(60)


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))


def test_a_worker_whose_loop_stands_still_hangs():
    worker = Worker(beat_and_wait, ())
    until(lambda: worker.serves)
    now = time.monotonic()

    assert not worker.is_hung(now)
    assert worker.is_hung(now + HUNG_SECONDS + 1)

    worker.end(0)
    assert (worker.is_alive, worker.exit_code) == (False, -signal.SIGKILL)


def test_a_worker_is_let_go():
    worker = Worker(stop_when_released, ())
    until(lambda: worker.serves)
    worker.release()
    worker.end(10)

    assert (worker.has_started, worker.serves, worker.exit_code) == (True, False, 7)


def test_whoever_dies_again_and_again_is_started_ever_more_slowly(tmp_path):
    script = tmp_path / "brief.py"
    script.write_text(BRIEF)
    process = subprocess.Popen(
        [sys.executable, str(script)], env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
    )
    time.sleep(9)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=20)

    assert process.returncode == 0
    assert 2 <= out.splitlines().count("started") <= 5  # at 0, 0.5, 1.5, 3.5 and 7.5 s, if they died at once
