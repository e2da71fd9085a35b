"""One line a request: what it says, and what no line ever says, whatever clients send."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import http.client
import json
import socket
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from server.database import migrate
from server.settings import Settings
from tests.server.processes import AS_MANAGER, lines, serving
from tests.server.running_cli import c360

SECRET = "hunter2-xK9"
"""Stands in values, bodies, headers and URLs of the requests below; no line of the log may hold it."""

VIEW = "query View { viewer { role } }"
DEBUG = {"C360_LOG_LEVEL": "debug"}


def requests(log: Path) -> list[dict]:
    return [line for line in lines(log) if line["logger"] == "server.request"]


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> list[dict]:
    """The lines of a few ordinary requests."""
    folder = tmp_path_factory.mktemp("told")
    asyncio.run(migrate(Settings(database_url=f"sqlite+aiosqlite:///{folder}/var/customer360.db")))
    with serving(folder, C360_SLOW_MS="0") as (_process, port, log):
        url = f"http://127.0.0.1:{port}/graphql"
        headers = {**AS_MANAGER, "x-request-id": "r-1"}
        httpx.post(url, json={"query": VIEW}, headers=headers)
        httpx.post(url, json={"query": "{ nothing }"}, headers={**AS_MANAGER, "x-request-id": "r-2"})
        httpx.post(url, json={"query": VIEW}, headers={"x-request-id": "r-3"})
        httpx.get(f"http://127.0.0.1:{port}/healthz")
        return requests(log)


def test_a_request_is_one_line(told):
    assert [line["request_id"] for line in told] == ["r-1", "r-2", "r-3"]

    line = told[0]
    assert {name: line[name] for name in ("subject", "operation", "kind", "way", "outcome", "status")} == {
        "subject": "manager",
        "operation": "View",
        "kind": "query",
        "way": "direct",
        "outcome": "ok",
        "status": 200,
    }
    assert line["ms"] > 0
    assert (line["received"], "codes" in line) == (len(json.dumps({"query": VIEW}, separators=(",", ":"))), False)
    assert line["sent"] > 30


def test_what_is_refused_says_why(told):
    assert (told[1]["outcome"], told[1]["codes"], told[1]["way"]) == ("refused", ["GRAPHQL_VALIDATION_FAILED"], None)
    assert (told[2]["outcome"], told[2]["codes"], told[2]["subject"]) == ("refused", ["UNAUTHENTICATED"], None)
    assert told[2]["status"] == 401


def test_a_slow_request_is_a_warning_with_its_documents_hash(told):
    assert (told[0]["event"], told[0]["level"]) == ("slow request", "warning")
    assert told[0]["document"] == hashlib.sha256(VIEW.encode()).hexdigest()
    assert told[2]["document"] is None


def test_no_line_holds_what_signs_in_or_what_is_asked(capsys, tmp_path):
    c360(capsys, "migrate")
    signed = json.loads(c360(capsys, "token", "--role", "manager", "--json").out)["token"]
    forged = signed[:-8] + "AAAAAAAA"
    partner = f"c360_{'k3Y' * 14}"
    with serving(tmp_path, **DEBUG) as (process, port, log):
        for credential in (signed, forged, partner, SECRET):
            send_all_kinds(port, credential)
        process.terminate()
        process.wait(20)
    text = log.read_text()

    assert any(line.get("subject") == "manager" for line in requests(log)), "nobody was let in"
    assert len(requests(log)) > 40
    for secret in (signed, forged, signed.split(".")[1], signed.split(".")[2], partner, SECRET, "tiny-body"):
        assert secret not in text


def send_all_kinds(port: int, credential: str) -> None:
    """Requests of every kind that there is, right and wrong, with secrets wherever a client may put them."""
    url = f"http://127.0.0.1:{port}/graphql"
    headers = {"authorization": f"Bearer {credential}", "x-secret": SECRET, "cookie": f"session={SECRET}"}
    find = "query Find($text: String!) { customers(first: 5, filter: {nickname: {eq: $text}}) { nodes { id } } }"
    bodies = [
        {"query": VIEW},
        {"query": find, "variables": {"text": SECRET}},
        {"query": f'{{ customers(first: 1, filter: {{name: {{eq: "{SECRET}"}}}}) {{ nodes {{ id }} }} }}'},
        {"query": f'query {{ node(id: "{SECRET}") {{ id }} }}'},
        {"query": f"{{ viewer {{ {SECRET.replace('-', '_')} }} }}"},
        {"query": f"{{ viewer {{ role }} # {SECRET}"},
        {"query": VIEW, "operationName": SECRET},
        {"query": VIEW, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": SECRET}}},
        {"documentId": SECRET},
        {"query": "mutation Add($input: CreateCustomerInput!) { createCustomer(input: $input) { errors { code } } }"}
        | {"variables": {"input": {"code": SECRET, "name": SECRET}}},
    ]
    with httpx.Client(timeout=10) as client:
        for body in bodies:
            client.post(url, json=body, headers=headers)
            client.post(url, json=body, headers={**headers, "x-api-key": credential})
        client.post(url, content=f"{{{SECRET}", headers={**headers, "content-type": "application/json"})
        client.post(url, content=f"tiny-body {SECRET}", headers={**headers, "content-type": f"text/{SECRET}"})
        client.post(url, content=b"x" * 300_000, headers={**headers, "content-type": "application/json"})
        client.get(url, params={"query": VIEW, "token": credential, "variables": SECRET}, headers=headers)
        client.get(f"{url}/{SECRET}?key={credential}", headers=headers)
        client.get(f"http://127.0.0.1:{port}/metrics", headers=headers)
        client.request("DELETE", url, headers=headers)
        client.post(url, json={"query": VIEW}, headers={**headers, "host": f"{SECRET}.example"})
        client.post(
            url, json={"query": VIEW}, headers={**headers, "traceparent": SECRET, "x-request-id": f"{SECRET} x"}
        )
    with contextlib.suppress(WebSocketException, OSError, TimeoutError):
        address = f"ws://127.0.0.1:{port}/graphql?token={credential}&x={SECRET}"
        with connect(address, additional_headers=headers, subprotocols=["graphql-transport-ws"]) as socket_to_it:
            socket_to_it.send(
                json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {credential}"}})
            )
            socket_to_it.send(json.dumps({"type": "subscribe", "id": SECRET, "payload": {"query": f"{{ {SECRET} }}"}}))
            socket_to_it.send(f"{SECRET} is no JSON")
            socket_to_it.recv(timeout=2)
    send_raw(port, f"GET /graphql?{SECRET} HTTP/9.9\r\nauthorization: Bearer {credential}\r\n\r\n")
    send_raw(
        port, f"POST /graphql HTTP/1.1\r\nhost: {SECRET}\r\nauthorization: {credential}\r\ncontent-length: x\r\n\r\n"
    )


def send_raw(port: int, text: str) -> None:
    with contextlib.suppress(OSError, http.client.HTTPException), socket.create_connection(("127.0.0.1", port)) as raw:
        raw.settimeout(2)
        raw.sendall(text.encode())
        raw.recv(1_000)
