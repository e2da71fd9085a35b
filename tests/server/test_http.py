"""GraphQL over HTTP, over a real socket, against a tiny schema."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import httpx
import orjson
import pytest

from server.refusal import Code, Refusal

HELLO = "{ echo }"
GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
HEAD = b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"


def ask(client: httpx.Client, payload: object = None, *, content: bytes | None = None, **headers: str):
    body = orjson.dumps(payload) if content is None else content
    sent = {"content-type": JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return client.post("/graphql", content=body, headers=sent)


def error_of(response: httpx.Response) -> dict:
    """The one error of a refusal; its shape is always the same."""
    payload = response.json()
    assert set(payload) == {"errors"}
    (error,) = payload["errors"]
    assert set(error) == {"message", "extensions"}
    assert error["message"]
    return error


def refused_with(response: httpx.Response, status: int, code: Code) -> str:
    assert response.status_code == status, response.text
    error = error_of(response)
    assert error["extensions"]["code"] == code
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    return error["message"]


def raw(url: str, request: bytes) -> bytes:
    """Send bytes as they are, and read until the server closes."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        while chunk := connection.recv(65_536):
            answer += chunk
    return answer


class TestAnswers:
    def test_a_query_is_answered(self, client):
        response = ask(client, {"query": "query Say($t: String!) { echo(text: $t) }", "variables": {"t": "张伟"}})

        assert response.status_code == 200
        assert response.json() == {"data": {"echo": "张伟"}}
        assert response.headers["content-type"] == "application/json; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-content-type-options"] == "nosniff"

    def test_the_operation_is_chosen_by_name(self, client):
        payload = {"query": "query A { a: echo } query B { b: echo }", "operationName": "B"}

        assert ask(client, payload).json() == {"data": {"b": "hello"}}

    def test_a_mutation_is_answered(self, client):
        assert ask(client, {"query": 'mutation { remember(text: "x") }'}).json() == {"data": {"remember": "x"}}

    def test_nulls_are_as_good_as_absence(self, client):
        payload = {"query": HELLO, "variables": None, "operationName": None, "extensions": None}

        assert ask(client, payload).json() == {"data": {"echo": "hello"}}

    def test_a_body_in_pieces_is_put_together(self, client):
        body = orjson.dumps({"query": HELLO})
        pieces = iter([body[:5], body[5:9], body[9:]])

        response = client.post("/graphql", content=pieces, headers={"content-type": JSON})

        assert response.json() == {"data": {"echo": "hello"}}

    def test_a_connection_is_used_again(self, url):
        host = urlsplit(url).netloc.encode()
        one = b"POST /graphql HTTP/1.1\r\nhost: %s\r\ncontent-type: application/json\r\ncontent-length: 20\r\n" % host
        body = b'{"query":"{ echo }"}'

        answer = raw(url, one + b"\r\n" + body + one + b"connection: close\r\n\r\n" + body)

        assert answer.count(b'{"data":{"echo":"hello"}}') == 2


class TestAcceptance:
    @pytest.mark.parametrize(
        ("accept", "given"),
        [
            (JSON, JSON),
            (GRAPHQL, GRAPHQL),
            ("*/*", JSON),
            ("application/*", JSON),
            (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
            (f"{GRAPHQL};q=0.5, {JSON}", JSON),
            (f"{JSON};q=0, */*", GRAPHQL),
            ("application/json, text/event-stream", JSON),
            ("APPLICATION/GRAPHQL-RESPONSE+JSON; charset=utf-8", GRAPHQL),
            (f"{GRAPHQL};q=nonsense, {JSON};q=0.1", JSON),
            ("", JSON),
            (",,;q=1,*/*", JSON),
        ],
    )
    def test_the_form_of_the_answer_is_negotiated(self, client, accept, given):
        response = ask(client, {"query": HELLO}, accept=accept)

        assert response.status_code == 200
        assert response.headers["content-type"] == f"{given}; charset=utf-8"

    @pytest.mark.parametrize("accept", ["text/plain", "text/event-stream", "application/json;q=0", "image/*"])
    def test_an_impossible_wish_is_refused(self, client, accept):
        message = refused_with(ask(client, {"query": HELLO}, accept=accept), 406, Code.NOT_ACCEPTABLE)

        assert GRAPHQL in message

    @pytest.mark.parametrize("query", ["{ nope }", "{ echo", "{ echo(text: 5) }"])
    def test_a_request_error_is_400_only_in_the_newer_form(self, client, query):
        newer = ask(client, {"query": query}, accept=GRAPHQL)
        older = ask(client, {"query": query}, accept=JSON)

        assert (newer.status_code, older.status_code) == (400, 200)
        assert newer.json() == older.json()
        assert "data" not in newer.json()


class TestBodies:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"\xff\xfe",
            b'{"query": "{ echo }", "variables": {"a": NaN}}',
            b'{"query": "{ echo }", "variables": {"a": 1e999}}',
            b'{"query": "{ echo }", "variables": {"a": ' + b"9" * 5_000 + b"}}",
            b'{"query": "{ echo }", "variables": {"a": "\\ud800"}}',
            b'{"query": "{ echo(text: \\"\\udc00\\") }"}',
            b'{"query": "\xed\xa0\x80"}',
            b'{"query": "{ echo }", "variables": {"a": ' + b"[" * 5_000 + b"]" * 5_000 + b"}}",
            b"\xef\xbb\xbf{}",
        ],
    )
    def test_what_is_no_json_is_refused(self, client, content):
        refused_with(ask(client, content=content), 400, Code.INVALID_JSON)

    @pytest.mark.parametrize(
        ("payload", "word"),
        [
            (None, "object"),
            (True, "object"),
            ("text", "object"),
            (7, "object"),
            ([{"query": HELLO}], "Batches"),
            ({}, "query"),
            ({"query": None}, "query"),
            ({"query": 5}, "query"),
            ({"query": " \n"}, "empty"),
            ({"query": HELLO, "variables": []}, "variables"),
            ({"query": HELLO, "variables": "{}"}, "variables"),
            ({"query": HELLO, "operationName": 1}, "operationName"),
            ({"query": HELLO, "extensions": []}, "extensions"),
        ],
    )
    def test_what_is_no_request_is_refused(self, client, payload, word):
        message = refused_with(ask(client, payload), 400, Code.INVALID_REQUEST)

        assert word in message

    def test_the_answer_to_bad_json_has_the_form_that_was_asked_for(self, client):
        response = ask(client, content=b"{", accept=GRAPHQL)

        assert response.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"

    @pytest.mark.parametrize(
        "content_type",
        [
            "",
            "text/plain",
            "application/json-seq",
            "application/graphql",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencoded",
            "application/json; charset=utf-16",
            "text/plain; application/json",
        ],
    )
    def test_other_media_types_are_refused(self, client, content_type):
        refused_with(ask(client, {"query": HELLO}, content_type=content_type), 415, Code.UNSUPPORTED_MEDIA_TYPE)

    @pytest.mark.parametrize(
        "content_type",
        ["application/json; charset=UTF-8", "Application/JSON", 'application/json; charset="utf-8"; x=1'],
    )
    def test_json_may_be_declared_in_many_ways(self, client, content_type):
        assert ask(client, {"query": HELLO}, content_type=content_type).status_code == 200

    def test_compressed_bodies_are_refused(self, client):
        refused_with(ask(client, {"query": HELLO}, content_encoding="gzip"), 415, Code.UNSUPPORTED_MEDIA_TYPE)


class TestLimits:
    def test_a_body_of_the_limit_is_read(self, client):
        frame = orjson.dumps({"query": HELLO, "x": ""})
        content = orjson.dumps({"query": HELLO, "x": "y" * (20_000 - len(frame))})

        assert len(content) == 20_000
        assert ask(client, content=content).status_code == 200

    def test_a_declared_length_above_the_limit_is_refused_unread(self, url, tiny):
        answer = raw(url, HEAD + b"content-length: 20001\r\n\r\n")

        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"BODY_TOO_LARGE" in answer

    def test_a_body_without_a_length_is_counted_as_it_arrives(self, url):
        chunk = b"2710\r\n" + b" " * 10_000 + b"\r\n"

        answer = raw(url, HEAD + b"transfer-encoding: chunked\r\n\r\n" + chunk * 3)

        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"connection: close" in answer.lower()

    def test_a_slow_body_ends_in_time(self, url):
        answer = raw(url, HEAD + b"content-length: 50\r\nconnection: close\r\n\r\n{")

        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"REQUEST_TIMEOUT"' in answer

    def test_a_slow_answer_ends_in_time(self, client):
        message = refused_with(ask(client, {"query": "{ slow(seconds: 5) }"}), 503, Code.TIMEOUT)

        assert message == "The request took longer than 1 s"

    def test_a_client_that_goes_away_leaves_no_trace(self, url, client, capfd):
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname, parts.port)) as connection:
            connection.sendall(HEAD + b"content-length: 50\r\n\r\n{")

        assert ask(client, {"query": HELLO}).status_code == 200
        assert "Traceback" not in capfd.readouterr().err


class TestMethods:
    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
    def test_other_methods_are_refused(self, client, method):
        response = client.request(method, "/graphql")

        refused_with(response, 405, Code.METHOD_NOT_ALLOWED)
        assert response.headers["allow"] == "GET, POST"

    def test_head_is_refused_without_a_body(self, client):
        assert client.head("/graphql").status_code == 405

    def test_a_query_may_come_by_get(self, client):
        parameters = {
            "query": "query Say($t: String!) { echo(text: $t) }",
            "variables": '{"t": "hi"}',
            "operationName": "",
        }

        assert client.get("/graphql", params=parameters).json() == {"data": {"echo": "hi"}}

    def test_a_mutation_may_not(self, client):
        response = client.get("/graphql", params={"query": 'mutation { remember(text: "x") }'})

        refused_with(response, 405, Code.METHOD_NOT_ALLOWED)
        assert response.headers["allow"] == "POST"

    @pytest.mark.parametrize(
        ("query_string", "code"),
        [
            ("", Code.INVALID_REQUEST),
            ("query=%7Becho%7D&query=%7Becho%7D", Code.INVALID_REQUEST),
            ("query=%FF", Code.INVALID_REQUEST),
            ("query=%7Becho%7D&variables=%5B%5D", Code.INVALID_REQUEST),
            ("query=%7Becho%7D&variables=nope", Code.INVALID_JSON),
            ("query=%7Becho%7D&variables=", Code.INVALID_JSON),
            ("&".join(f"a{n}=1" for n in range(30)), Code.INVALID_REQUEST),
        ],
    )
    def test_broken_parameters_are_refused(self, client, query_string, code):
        refused_with(client.get(f"/graphql?{query_string}"), 400, code)


class TestFailures:
    def test_an_unexpected_error_is_masked_and_logged(self, client, tiny, caplog):
        tiny.failure = RuntimeError("postgresql://user:hunter2@db/customers")

        response = ask(client, {"query": HELLO}, x_request_id="req-17")

        assert response.status_code == 500
        error = error_of(response)
        assert error["message"] == "Internal error"
        assert error["extensions"] == {"code": "INTERNAL", "requestId": "req-17"}
        assert "hunter2" not in response.text

    def test_a_refusal_of_the_service_goes_out_as_it_is(self, client, tiny):
        tiny.failure = Refusal(503, Code.UNAVAILABLE, "The database does not answer")

        refused_with(ask(client, {"query": HELLO}), 503, Code.UNAVAILABLE)

    def test_a_request_has_an_id(self, client):
        given = ask(client, {"query": HELLO}, x_request_id="abc.DEF-1")
        own = ask(client, {"query": HELLO}, x_request_id="no spaces or\tother things")

        assert given.headers["x-request-id"] == "abc.DEF-1"
        assert len(own.headers["x-request-id"]) == 16
