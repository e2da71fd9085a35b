"""The checklist's HTTP lines, through a real socket. Stock gets the same bytes, and the names say what it does."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from urllib.parse import urlencode

import orjson
import pytest

from server.refusal import Code
from tests.server.edge.serving import MOST_CPU, Served, code_of, post, sent, served_stock, served_tiny
from tests.server.tiny import TinyService

HELLO = b'{"query":"{ echo }"}'


def with_variables(variables: bytes) -> bytes:
    return b'{"query":"{ echo }","variables":' + variables + b"}"


ATTACKS = {
    "stock answers 500 to a body that is a string": (post(b'"text"'), 500, 400, Code.INVALID_REQUEST),
    "stock answers 500 to a body that is a number": (post(b"7"), 500, 400, Code.INVALID_REQUEST),
    "stock answers 500 to a body that is true": (post(b"true"), 500, 400, Code.INVALID_REQUEST),
    "stock answers 500 to 5,000 digits": (
        post(with_variables(b'{"a":' + b"9" * 5_000 + b"}")), 500, 400, Code.INVALID_JSON,
    ),
    "stock answers 500 to 5,000 nested arrays": (
        post(with_variables(b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}")), 500, 400, Code.INVALID_JSON,
    ),
    "stock answers 500 to what is not UTF-8": (post(b'{"query":"\xff\xfe"}'), 500, 400, Code.INVALID_JSON),
    "stock answers 500 to a gzip body": (
        post(gzip.compress(HELLO), "content-encoding: gzip"), 500, 415, Code.UNSUPPORTED_MEDIA_TYPE,
    ),
    "stock takes NaN": (post(with_variables(b'{"a":NaN}')), 200, 400, Code.INVALID_JSON),
    "stock takes application/json-seq": (
        post(HELLO, "content-type: application/json-seq"), 200, 415, Code.UNSUPPORTED_MEDIA_TYPE,
    ),
    "stock takes a body of any size": (
        post(b'{"query":"{ echo }","x":"' + b"x" * 2_000_000 + b'"}'), 200, 413, Code.BODY_TOO_LARGE,
    ),
    "stock answers by any name": (post(HELLO, host="evil.example"), 200, 421, Code.BAD_HOST),
    "stock answers to two names": (
        post(HELLO, "host: 127.0.0.1", "host: evil.example"), 200, 400, Code.REPEATED_HEADER,
    ),
    "stock answers pages of anybody": (post(HELLO, "origin: https://evil.example"), 200, 403, Code.BAD_ORIGIN),
    "stock believes one of two tokens": (
        post(HELLO, "authorization: Bearer a", "authorization: Bearer b"), 200, 400, Code.REPEATED_HEADER,
    ),
    "stock answers nobody in particular": (post(HELLO, "x-tiny-name: nobody"), 200, 401, Code.UNAUTHENTICATED),
    "stock answers persisted queries in plain text, and Apollo fails": (
        post(b'{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"' + b"a" * 64 + b'"}}}'),
        400, 200, Code.PERSISTED_QUERY_NOT_FOUND,
    ),
    "stock refuses array batches in plain text": (post(b"[" + HELLO + b"]"), 400, 400, Code.INVALID_REQUEST),
    "stock refuses text/plain in plain text": (
        post(HELLO, "content-type: text/plain"), 400, 415, Code.UNSUPPORTED_MEDIA_TYPE,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def ours() -> Iterator[Served]:
    with served_tiny() as found:
        yield found


@pytest.fixture(scope="module")
def stock() -> Iterator[Served]:
    with served_stock() as found:
        yield found


@pytest.fixture(scope="module")
def production() -> Iterator[Served]:
    with served_tiny(environment="production", allowed_hosts="api.example.com") as found:
        yield found


@pytest.fixture(scope="module")
def listed() -> Iterator[Served]:
    with served_tiny(allowed_origins="https://crm.example.com") as found:
        yield found


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused_with_a_code_and_cheaply(ours, name):
    request, _, status, code = ATTACKS[name]
    before = ours.cpu_seconds

    response = sent(ours, request)

    assert (response.status_code, code_of(response)) == (status, code)
    (error,) = response.json()["errors"]
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    assert ours.cpu_seconds - before < MOST_CPU


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.filterwarnings("ignore")
def test_the_stock_stack_does_what_the_name_says(stock, name):
    request, status, _, _ = ATTACKS[name]

    response = sent(stock, request)

    assert response.status_code == status
    assert code_of(response) is None


def test_every_answer_is_kept_by_nobody_and_framed_by_nobody_where_stock_says_nothing(ours, stock):
    for request in (
        post(HELLO),
        post(b"7"),
        post(HELLO, host="evil.example"),
        b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n",
    ):
        headers = sent(ours, request).headers

        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "strict-transport-security" not in headers
        assert "server" not in headers
    assert "x-content-type-options" not in sent(stock, post(HELLO)).headers


def test_with_https_browsers_are_told_to_insist_on_it():
    with served_tiny(https=True) as server:
        assert sent(server, post(HELLO)).headers["strict-transport-security"] == "max-age=31536000"


def test_what_is_unexpected_is_masked_where_stock_tells_the_text():
    service = TinyService(failure=RuntimeError("postgresql://user:hunter2@db/customers"))
    with served_tiny(service) as server:
        response = sent(server, post(HELLO))

    assert (response.status_code, code_of(response)) == (500, Code.INTERNAL)
    assert b"hunter2" not in response.content


class TestProduction:
    def test_queries_do_not_come_by_get(self, production):
        for accept in ("application/json", "text/html"):
            response = sent(
                production,
                f"GET /graphql?query={{echo}} HTTP/1.1\r\nhost: api.example.com\r\naccept: {accept}\r\n\r\n".encode(),
            )

            assert (response.status_code, code_of(response)) == (405, Code.METHOD_NOT_ALLOWED)
            assert response.headers["allow"] == "POST"

    def test_there_is_no_page(self, production):
        for path in ("/static/graphiql/page.js", "/static/graphiql/"):
            assert sent(production, f"GET {path} HTTP/1.1\r\nhost: api.example.com\r\n\r\n".encode()).status_code == 404

    def test_this_machine_is_a_foreign_name(self, production):
        assert code_of(sent(production, post(HELLO))) == Code.BAD_HOST
        assert sent(production, post(HELLO, host="api.example.com")).status_code == 200

    def test_health_is_told_by_any_name(self, production):
        assert sent(production, b"GET /healthz HTTP/1.1\r\nhost: 10.1.2.3\r\n\r\n").status_code == 200


class TestPages:
    def preflight(self, origin: str) -> bytes:
        lines = ("OPTIONS /graphql HTTP/1.1", "host: 127.0.0.1", f"origin: {origin}", "content-length: 0")
        return "\r\n".join((*lines, "access-control-request-method: POST", "\r\n")).encode()

    def test_a_listed_page_may_ask(self, listed):
        asked = sent(listed, self.preflight("https://crm.example.com"))
        answered = sent(listed, post(HELLO, "origin: https://crm.example.com"))

        assert asked.status_code == 204
        assert asked.headers["access-control-allow-methods"] == "POST"
        assert "authorization" in asked.headers["access-control-allow-headers"]
        assert asked.headers["access-control-max-age"] == "600"
        for response in (asked, answered):
            assert response.headers["access-control-allow-origin"] == "https://crm.example.com"
            assert response.headers["vary"] == "origin"
            assert "access-control-allow-credentials" not in response.headers
        assert answered.headers["access-control-expose-headers"] == "x-request-id, retry-after"

    def test_it_also_reads_why_it_is_refused(self, listed):
        response = sent(listed, post(b"7", "origin: https://crm.example.com"))

        assert response.status_code == 400
        assert response.headers["access-control-allow-origin"] == "https://crm.example.com"

    def test_other_pages_may_not(self, listed):
        for request in (self.preflight("https://evil.example"), post(HELLO, "origin: null")):
            response = sent(listed, request)

            assert (response.status_code, code_of(response)) == (403, Code.BAD_ORIGIN)
            assert "access-control-allow-origin" not in response.headers


def persisted(text: str) -> dict[str, object]:
    """What a client says of a document that it has sent before."""
    return {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(text.encode()).hexdigest()}}


class TestStored:
    def test_a_document_is_sent_once_and_asked_for_by_its_hash_then(self, ours):
        text = '{ echo(text: "stored") }'
        extensions = persisted(text)
        query = urlencode({"extensions": orjson.dumps(extensions).decode()})

        miss = sent(ours, post(orjson.dumps({"extensions": extensions})))
        first = sent(ours, post(orjson.dumps({"query": text, "extensions": extensions})))
        again = sent(ours, post(orjson.dumps({"extensions": extensions})))
        by_get = sent(ours, f"GET /graphql?{query} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())

        assert miss.json()["errors"][0]["message"] == "PersistedQueryNotFound"
        for response in (first, again, by_get):
            assert response.json() == {"data": {"echo": "stored"}}

    def test_a_wrong_hash_is_refused(self, ours):
        payload = {"query": "{ echo }", "extensions": persisted("{ other }")}

        response = sent(ours, post(orjson.dumps(payload)))

        assert (response.status_code, code_of(response)) == (400, Code.PERSISTED_QUERY_MISMATCH)

    def test_what_is_invalid_is_not_stored(self, ours):
        extensions = persisted("{ nope }")
        sent(ours, post(orjson.dumps({"query": "{ nope }", "extensions": extensions})))

        assert code_of(sent(ours, post(orjson.dumps({"extensions": extensions})))) == Code.PERSISTED_QUERY_NOT_FOUND
