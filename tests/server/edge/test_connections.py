"""What a connection may do before there is a request, beside it, and after it."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.edge import connection as bounds
from tests.server.edge.serving import MOST_CPU, Served, code_of, post, read_answer, sent, served_stock, served_tiny

HELLO = b'{"query":"{ echo }"}'
HEAD = b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
LARGE_HEADS = {
    "one header": [HEAD, b"x: ", *[b"a" * 100_000] * 50, b"\r\n\r\n"],
    "many headers": [HEAD, *[b"a: b\r\n" * 10_000] * 10, b"\r\n"],
    "101 headers": [HEAD, b"a: b\r\n" * 98, b"content-length: 20\r\n\r\n", HELLO],
    "the address": [b"GET /graphql?", *[b"a" * 100_000] * 10, b" HTTP/1.1\r\nhost: localhost\r\n\r\n"],
    "empty lines": [b"\r\n" * 50_000] * 20,
    "one trailer": [CHUNKED, b"14\r\n", HELLO, b"\r\n0\r\nx: ", *[b"y" * 100_000] * 50],
    "the size of a chunk": [CHUNKED, b"14;", *[b"y" * 100_000] * 50],
}


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A server that is quickly tired of waiting."""
    monkeypatch.setattr(bounds, "HEAD_SECONDS", 0.5)
    with served_tiny(body_seconds=0.5) as found:
        yield found


def answer_to(server: Served, pieces: Iterable[bytes]) -> int:
    """The status of the answer to a request that is sent piece by piece."""
    with socket.create_connection(server.address, timeout=20) as connection:
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
        return read_answer(connection).status_code


def seconds_until_closed(server: Served, *pieces: bytes, pause: float = 0.2, most: float = 5) -> float:
    """How long the server lets a connection live on which these pieces come, with pauses between."""
    began = time.monotonic()
    with socket.create_connection(server.address, timeout=most) as connection, contextlib.suppress(ConnectionError):
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)
        with contextlib.suppress(TimeoutError):
            while connection.recv(65_536):
                pass
    return time.monotonic() - began


@pytest.mark.parametrize("name", LARGE_HEADS)
def test_a_large_head_is_refused_where_stock_reads_it_all(ours, name):
    before = ours.cpu_seconds

    assert answer_to(ours, LARGE_HEADS[name]) == 431
    assert ours.cpu_seconds - before < MOST_CPU


def test_stock_reads_a_large_head():
    with served_stock() as stock:
        assert answer_to(stock, LARGE_HEADS["one header"]) != 431


def test_a_head_of_the_most_is_read(ours):
    assert answer_to(ours, [HEAD, b"x: " + b"a" * 30_000 + b"\r\ncontent-length: 20\r\n\r\n", HELLO]) == 200
    assert answer_to(ours, [HEAD, b"a: b\r\n" * 90, b"content-length: 20\r\n\r\n", HELLO]) == 200


def test_a_head_in_pieces_with_a_large_body_behind_it_is_read(ours):
    body = b'{"query":"{ echo }","x":"' + b"x" * 200_000 + b'"}'
    head = HEAD + b"content-length: %d\r\n" % len(body)

    assert answer_to(ours, [head[:30], head[30:], b"\r\n" + body]) == 200


def test_who_says_nothing_is_let_go_where_stock_waits_for_ever(ours):
    assert 0.4 < seconds_until_closed(ours) < 2


def test_who_trickles_a_head_is_let_go_where_stock_waits_for_ever(ours):
    assert seconds_until_closed(ours, HEAD, *[b"a: b\r\n"] * 20) < 3
    with served_stock() as stock:
        assert seconds_until_closed(stock, HEAD, *[b"a: b\r\n"] * 10, most=1) > 2.5


def test_a_trickled_body_ends_in_time_where_stock_waits_for_ever(ours):
    head = HEAD + b"content-length: 50\r\n\r\n"
    with socket.create_connection(ours.address, timeout=5) as connection:
        connection.sendall(head)
        for _ in range(4):
            connection.sendall(b" ")
            time.sleep(0.1)
        response = read_answer(connection)
        rest = connection.recv(1)

    assert (response.status_code, code_of(response)) == (408, "REQUEST_TIMEOUT")
    assert rest == b""


def test_a_refused_request_whose_body_never_comes_does_not_hold_its_connection(ours, monkeypatch):
    head = post(b"x" * 5_000, "content-type: text/plain")[:-5_000]
    with socket.create_connection(ours.address, timeout=5) as connection:
        connection.sendall(head)
        refused = read_answer(connection)
        connection.sendall(b"x" * 5_000 + post(HELLO))
        answered = read_answer(connection)

    assert (refused.status_code, answered.status_code) == (415, 200)


def test_a_refused_request_with_a_large_body_ends_its_connection(ours):
    response = sent(ours, post(b"x" * 200_000, "content-type: text/plain")[:-100_000])

    assert response.status_code == 415
    assert response.headers["connection"] == "close"


def test_who_sends_on_and_on_can_still_read_why_it_is_refused(ours):
    for request in (post(b"x" * 8_000_000), post(b"x" * 8_000_000, "content-type: text/plain")):
        before = ours.cpu_seconds

        response = sent(ours, request)

        assert code_of(response) in {"BODY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"}
        assert ours.cpu_seconds - before < MOST_CPU


def test_what_is_thrown_away_is_bounded_in_time_and_in_bytes(ours, monkeypatch):
    head = HEAD + b"content-length: 99999999\r\n\r\n"
    monkeypatch.setattr(bounds, "PART_SECONDS", 0.5)
    assert seconds_until_closed(ours, head, *[b"x"] * 50, pause=0.1) < 3

    monkeypatch.setattr(bounds, "PART_SECONDS", 60.0)
    monkeypatch.setattr(bounds, "PART_BYTES", 1_000_000)
    assert seconds_until_closed(ours, head, *[b"x" * 500_000] * 20, pause=0.05) < 2


def test_what_is_thrown_away_is_read_bit_by_bit_however_many_send(ours, monkeypatch):
    monkeypatch.setattr(bounds, "SIP_SECONDS", 0.02)
    monkeypatch.setattr(bounds, "PART_SECONDS", 60.0)
    began = time.monotonic()
    with ThreadPoolExecutor(2) as clients:
        answers = list(clients.map(lambda _: sent(ours, post(b"x" * 16_000_000)), range(2)))

    assert [code_of(each) for each in answers] == ["BODY_TOO_LARGE"] * 2
    assert time.monotonic() - began > 0.5


def test_requests_on_one_connection_are_answered_in_turn(ours):
    with socket.create_connection(ours.address, timeout=5) as connection:
        connection.sendall(post(HELLO) * 5)
        stream = connection.makefile("rb")
        answers = b""
        while answers.count(b'{"data":{"echo":"hello"}}') < 5:
            answers += stream.read1(65_536)

    assert answers.count(b"HTTP/1.1 200") == 5


def test_a_connection_that_is_used_may_rest_longer_than_a_new_one(ours):
    with socket.create_connection(ours.address, timeout=5) as connection:
        for _ in range(2):
            connection.sendall(post(HELLO))
            assert read_answer(connection).status_code == 200
            time.sleep(0.8)


@pytest.mark.parametrize(
    "nonsense", [b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n", b"\r\n\r\nhello there\r\n\r\n"]
)
def test_what_is_no_http_is_answered_and_let_go(ours, nonsense):
    assert seconds_until_closed(ours, nonsense) < 2
