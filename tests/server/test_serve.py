"""`c360 serve` as a program of its own: one worker and several, and what it refuses to start with."""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path

import httpx
import pytest

from server.asking import wait_until_ready
from server.commands import serve
from server.settings import Settings
from tests.server.running_cli import c360, start


@pytest.mark.parametrize("workers", [1, 2])
def test_it_serves_until_it_is_ended(capsys, tmp_path: Path, workers):
    c360(capsys, "migrate")
    port = free_port()
    process = start("serve", "--port", str(port), "--workers", str(workers), "--access-log", cwd=tmp_path)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", lambda: process.poll() is None)
        answer = httpx.post(f"http://127.0.0.1:{port}/graphql", json={"query": "{ viewer { role } }"})
    finally:
        process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert answer.json() == {"data": {"viewer": {"role": "MANAGER"}}}
    assert process.returncode == 0, err
    lines = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    assert any("POST /graphql" in line["event"] for line in lines)
    assert "Traceback" not in err


def test_options_reach_the_workers(capsys, tmp_path):
    c360(capsys, "migrate", "--database", "sqlite+aiosqlite:///elsewhere.db")
    port = free_port()
    process = start(
        *("serve", "--database", "sqlite+aiosqlite:///elsewhere.db", "--port", str(port), "--workers", "2"),
        cwd=tmp_path,
        C360_VIEWER_ROLE="analyst",
    )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", lambda: process.poll() is None)
        answer = httpx.post(f"http://127.0.0.1:{port}/graphql", json={"query": "{ viewer { role } }"})
    finally:
        process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)

    assert answer.json() == {"data": {"viewer": {"role": "ANALYST"}}}


def test_it_needs_a_database(capsys):
    done = c360(capsys, "serve")

    assert done.code == 1
    assert "There is no database at var/customer360.db" in done.err
    assert "c360 migrate" in done.err
    assert "c360 demo" in done.err


def test_it_needs_a_database_that_is_up_to_date(capsys, tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var/customer360.db").touch()

    done = c360(capsys, "serve")

    assert done.code == 1
    assert "c360 migrate" in done.err


def test_a_wider_reach_is_warned_about(caplog):
    serve.warn_about_reach(Settings(host="0.0.0.0"))
    serve.warn_about_reach(Settings())

    assert len(caplog.records) == 1
    assert "there is no sign-in" in caplog.text


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
