"""`c360 serve` as a program of its own: one worker and several, and what it refuses to start with."""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path

import httpx
import pytest
import structlog

from server.asking import wait_until_ready
from server.commands import serve
from server.settings import Settings
from tests.server.running_cli import c360, start


@pytest.mark.parametrize("workers", [1, 2])
def test_it_serves_until_it_is_ended(capsys, tmp_path: Path, workers):
    c360(capsys, "migrate")
    port = free_port()
    token = c360(capsys, "token", "--role", "manager").out.strip()
    process = start("serve", "--port", str(port), "--workers", str(workers), cwd=tmp_path)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", lambda: process.poll() is None)
        answer = role_of(port, authorization=f"Bearer {token}")
        nobody = role_of(port)
    finally:
        process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert answer.json()["data"] == {"viewer": {"role": "MANAGER"}}
    assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, 'Bearer realm="customer360"')
    assert process.returncode == 0, err
    lines = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    assert any(line["event"] == "request" for line in lines)
    assert "Traceback" not in err


def test_options_reach_the_workers(capsys, tmp_path):
    c360(capsys, "migrate", "--database", "sqlite+aiosqlite:///elsewhere.db")
    port = free_port()
    process = start(
        *("serve", "--database", "sqlite+aiosqlite:///elsewhere.db", "--port", str(port), "--workers", "2"),
        cwd=tmp_path,
        C360_TRUST_SUBJECT_HEADERS="true",
    )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", lambda: process.poll() is None)
        answer = role_of(port, **{"x-c360-role": "analyst"})
    finally:
        process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)

    assert answer.json()["data"] == {"viewer": {"role": "ANALYST"}}


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


def test_a_trusted_document_that_cannot_be_answered_is_named(capsys, monkeypatch, tmp_path):
    c360(capsys, "migrate")
    (tmp_path / "documents.json").write_text('{"good": "{ viewer { name } }", "bad": "{ nobody }"}')
    monkeypatch.setenv("C360_TRUSTED_DOCUMENTS", "documents.json")

    done = c360(capsys, "serve")

    assert done.code == 1
    assert "The document 'bad' in documents.json cannot be answered" in done.err
    assert "Traceback" not in done.err


def test_after_a_clean_stop_the_file_is_the_whole_database(capsys, tmp_path):
    c360(capsys, "migrate")
    port = free_port()
    process = start("serve", "--port", str(port), cwd=tmp_path, C360_TRUST_SUBJECT_HEADERS="true")
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", lambda: process.poll() is None)
        made = httpx.post(
            f"http://127.0.0.1:{port}/graphql",
            json={"query": 'mutation { createDepartment(input: {number: "D-1", name: "Desk"}) { errors { code } } }'},
            headers={"x-c360-role": "manager"},
        )
    finally:
        process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)

    assert made.json()["data"] == {"createDepartment": {"errors": []}}
    assert [path.name for path in (tmp_path / "var").glob("*.db*")] == ["customer360.db"]


def test_what_should_be_known_about_access_is_logged(capsys):
    with structlog.testing.capture_logs() as logged:
        serve.warn_about_access(Settings())
        serve.warn_about_access(Settings(host="0.0.0.0"))
        serve.warn_about_access(Settings(environment="production"))

    assert ["development" in each["event"] for each in logged] == [True, False]
    assert "nobody but partners" in logged[1]["event"]


def test_trusted_headers_are_refused_where_others_could_send_them(capsys, monkeypatch):
    monkeypatch.setenv("C360_TRUST_SUBJECT_HEADERS", "true")

    done = c360(capsys, "serve", "--host", "0.0.0.0")

    assert done.code == 2
    assert "C360_TRUST_SUBJECT_HEADERS" in done.err
    assert "C360_HOST=127.0.0.1" in done.err


def role_of(port: int, **headers: str) -> httpx.Response:
    return httpx.post(f"http://127.0.0.1:{port}/graphql", json={"query": "{ viewer { role } }"}, headers=headers)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
