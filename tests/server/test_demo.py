"""The demonstration: from an empty folder to the view of a real customer, and what can be in its way."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import sqlite3
import time

import httpx
import pytest

from server import demo
from server.asking import ask, wait_until_ready
from server.graphiql.page import examples
from server.listening import bound_socket
from server.user_error import UserError
from tests.server.running_cli import c360, start


def test_from_an_empty_folder_to_the_view(tmp_path):
    process = start("demo", "--once", "--port", "0", cwd=tmp_path)
    out, err = process.communicate(timeout=120)

    assert process.returncode == 0, err
    customer = json.loads(out)["data"]["customer"]
    assert customer["code"] == examples()[0].variables["code"]
    assert customer["timeline"]["nodes"]
    assert "Making var/demo.db" in err
    assert "/graphql in a browser" in err
    assert "Traceback" not in err


def test_it_serves_until_it_is_ended(demo_path, tmp_path):
    port = free_port()
    process = start("demo", "--path", str(demo_path), "--port", str(port), cwd=tmp_path)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", lambda: process.poll() is None)
        page = httpx.get(f"http://127.0.0.1:{port}/graphql", headers={"accept": "text/html"})
        tokens = re.findall(r"Bearer (eyJ[\w.-]+)", page.text)
        answers = [asked(f"http://127.0.0.1:{port}", f"Bearer {token}") for token in tokens]
        time.sleep(0.5)
    finally:
        process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert page.status_code == 200
    assert [answer["data"]["viewer"]["role"] for answer in answers] == ["MANAGER", "SUPERVISOR", "ANALYST", "PARTNER"]
    assert process.returncode == 0, err
    assert "The data is there already" in err
    assert "Traceback" not in err


def asked(url: str, authorization: str) -> dict:
    query = {"query": "{ viewer { role } }"}
    return httpx.post(f"{url}/graphql", json=query, headers={"authorization": authorization}).json()


def test_its_keys_are_beside_its_database_and_private(capsys, demo_path):
    c360(capsys, "demo", "--once", "--port", "0", "--path", str(demo_path))

    keys = demo.keys_of(demo_path)
    assert keys.parent == demo_path.parent
    assert keys.stat().st_mode & 0o777 == 0o600


def test_a_second_start_takes_what_is_there(capsys):
    first = c360(capsys, "demo", "--no-serve", "--path", "here/demo.db")
    second = c360(capsys, "demo", "--no-serve", "--path", "here/demo.db")

    assert (first.code, second.code) == (0, 0)
    assert "Making" in first.err
    assert "Making" not in second.err


def test_once_in_this_process(capsys, demo_path):
    done = c360(capsys, "demo", "--once", "--port", "0", "--path", str(demo_path))

    assert done.code == 0
    assert json.loads(done.out)["data"]["customer"]["name"]


def test_data_that_came_later_is_imported_too(demo_path, tmp_path):
    copy = tmp_path / "demo.db"
    copy.write_bytes(demo_path.read_bytes())
    assert demo.is_prepared(copy)

    with contextlib.closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA user_version = 7")

    assert not demo.is_prepared(copy)
    assert not demo.is_prepared(tmp_path / "none.db")


def test_a_taken_port_is_said_before_anything_is_made(capsys, tmp_path):
    with bound_socket("127.0.0.1", 0) as bound:
        done = c360(capsys, "demo", "--port", str(bound.getsockname()[1]))

    assert done.code == 1
    assert "is taken" in done.err
    assert "--port" in done.err
    assert not (tmp_path / "var").exists()


def test_a_file_that_is_something_else_is_left_alone(capsys, tmp_path):
    (tmp_path / "notes.txt").write_text("dear diary " * 500)

    done = c360(capsys, "demo", "--no-serve", "--path", "notes.txt")

    assert done.code == 1
    assert "not a database" in done.err
    assert (tmp_path / "notes.txt").read_text().startswith("dear diary")


def test_data_that_cannot_be_read_is_said(capsys, monkeypatch, tmp_path):
    for each in demo.SLICES:
        (tmp_path / each.file).write_text("nothing of the kind\n")
    monkeypatch.setattr(demo, "DATA", tmp_path)

    done = c360(capsys, "demo", "--no-serve")

    assert done.code == 1
    assert demo.SLICES[0].file in done.err


def test_an_example_that_fails_is_a_failure(capsys, demo_path, monkeypatch):
    wrong = examples()[0]._replace(query="{ nope }")
    monkeypatch.setattr("server.commands.demo.examples", lambda: (wrong,))

    done = c360(capsys, "demo", "--once", "--port", "0", "--path", str(demo_path))

    assert done.code == 1
    assert "nope" in done.out


def test_a_server_that_is_not_there_does_not_answer():
    with pytest.raises(UserError, match="does not answer"):
        ask(f"http://127.0.0.1:{free_port()}", examples()[0], "token")

    with pytest.raises(UserError, match="did not start"):
        wait_until_ready(f"http://127.0.0.1:{free_port()}", iter([True, False]).__next__)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_every_slice_is_there_with_its_source_and_licence():
    sources = (demo.DATA / "SOURCES.md").read_text("utf-8")

    assert all((demo.DATA / each.file).is_file() for each in demo.SLICES)
    assert all(f"`{each.file}`" in sources for each in demo.SLICES)
