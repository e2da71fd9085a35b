"""Budgets, turns and deadlines as clients meet them, through a real socket."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest

from server.refusal import Code
from tests.server.edge.serving import Served, code_of, post, read_answer, sent, served_tiny
from tests.server.tiny import TinyService

HELLO = b'{"query":"{ echo }"}'


def slow(seconds: float) -> bytes:
    return orjson.dumps({"query": f"{{ slow(seconds: {seconds}) }}"})


class TestPoints:
    @pytest.fixture
    def server(self) -> Iterator[Served]:
        with served_tiny(TinyService(cost=600), rate_points=100, rate_burst=1_000) as found:
            yield found

    def test_who_spent_them_waits_where_stock_answers_on_and_on(self, server):
        answers = [sent(server, post(HELLO)) for _ in range(4)]

        assert [each.status_code for each in answers] == [200, 200, 429, 429]
        assert code_of(answers[-1]) == Code.RATE_LIMITED
        retry_ms = answers[-1].json()["errors"][0]["extensions"]["retryAfterMs"]
        assert 500 < retry_ms <= 2_001
        assert answers[-1].headers["retry-after"] in {"1", "2", "3"}
        assert sent(server, post(HELLO, "x-tiny-name: other")).status_code == 200

    def test_it_is_known_before_the_body_is_read(self, server):
        for _ in range(2):
            sent(server, post(HELLO))

        with socket.create_connection(server.address, timeout=5) as connection:
            connection.sendall(post(HELLO)[: -len(HELLO)])
            refused = read_answer(connection)

        assert code_of(refused) == Code.RATE_LIMITED

    def test_who_comes_back_in_time_is_answered(self, server):
        for _ in range(2):
            sent(server, post(HELLO))
        refused = sent(server, post(HELLO))

        time.sleep(refused.json()["errors"][0]["extensions"]["retryAfterMs"] / 1_000)

        assert sent(server, post(HELLO)).status_code == 200


class Hammer:
    """One client in a tight loop on a few connections, until it is told to stop."""

    def __init__(self, server: Served, request: bytes, connections: int = 4) -> None:
        self._server, self._request = server, request
        self._stopped = threading.Event()
        self.codes: Counter[str | None] = Counter()
        self._threads = [threading.Thread(target=self._loop) for _ in range(connections)]

    def __enter__(self) -> Hammer:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(30)

    def _loop(self) -> None:
        while not self._stopped.is_set():
            self.codes[code_of(sent(self._server, self._request))] += 1


class TestPatience:
    @pytest.fixture
    def server(self) -> Iterator[Served]:
        with served_tiny(patience_ms=50) as found:
            yield found

    @pytest.mark.parametrize(
        ("request_", "first", "then"),
        [
            (post(b'{"query":"{ nope }"}', "x-tiny-name: bad"), None, Code.RATE_LIMITED),
            (post(b"7", "x-tiny-name: bad"), Code.INVALID_REQUEST, Code.RATE_LIMITED),
            (post(HELLO, "x-tiny-name: nobody"), Code.UNAUTHENTICATED, Code.UNAUTHENTICATED),
            (post(HELLO, host="evil.example"), Code.BAD_HOST, Code.BAD_HOST),
        ],
    )  # fmt: skip
    def test_a_loop_of_refused_requests_soon_costs_next_to_nothing(self, server, request_, first, then):
        with Hammer(server, request_) as hammer:
            time.sleep(1.5)
            before = server.cpu_seconds
            time.sleep(1.5)
            spent = server.cpu_seconds - before
            well = sent(server, post(HELLO, "x-tiny-name: good"))

        assert set(hammer.codes) <= {first, then}
        assert sum(hammer.codes.values()) < 500
        assert spent < 0.15
        assert well.status_code == 200

    def test_it_comes_back(self):
        with served_tiny(patience_ms=20) as server:
            bad = post(b"7", "x-tiny-name: bad")
            with ThreadPoolExecutor(30) as clients:
                answers = list(clients.map(lambda _: sent(server, bad), range(90)))
            refused = [each.json()["errors"][0] for each in answers if code_of(each) == Code.RATE_LIMITED]
            assert "refused" in refused[0]["message"]

            time.sleep(max(each["extensions"]["retryAfterMs"] for each in refused) / 1_000)

            assert sent(server, post(HELLO, "x-tiny-name: bad")).status_code == 200

    def test_what_we_fail_at_is_nobodys_fault(self):
        with served_tiny(TinyService(failure=RuntimeError("ours")), patience_ms=0.1) as server:
            codes = [code_of(sent(server, post(HELLO))) for _ in range(3)]

        assert codes == [Code.INTERNAL] * 3


class TestTurns:
    def test_one_caller_runs_so_many_at_a_time_and_another_does_not_wait(self):
        service = TinyService()
        with served_tiny(service, running_per_caller=3) as server:
            threads = [threading.Thread(target=sent, args=(server, post(slow(0.3)))) for _ in range(9)]
            for thread in threads:
                thread.start()
            time.sleep(0.1)
            assert sent(server, post(HELLO, "x-tiny-name: other")).status_code == 200
            for thread in threads:
                thread.join(20)

        assert service.most_running == 4
        assert len(service.calls) == 10

    def test_who_sends_more_than_may_wait_is_refused(self):
        with served_tiny(running_per_caller=1) as server, Hammer(server, post(slow(0.05)), 80) as hammer:
            time.sleep(1)

        assert hammer.codes[Code.TOO_MANY_REQUESTS] > 10

    def test_a_turn_is_given_back_whatever_happens(self):
        service = TinyService()
        with served_tiny(service, running_per_caller=1, request_timeout=0.2) as server:
            assert code_of(sent(server, post(slow(5)))) == Code.TIMEOUT
            service.failure = RuntimeError("no")
            assert code_of(sent(server, post(HELLO))) == Code.INTERNAL
            service.failure = None
            assert sent(server, post(HELLO)).status_code == 200


class TestDeadlines:
    def test_a_slow_answer_is_ended_where_stock_goes_on(self):
        with served_tiny(request_timeout=0.2) as server:
            began = time.monotonic()
            response = sent(server, post(slow(5)))

        assert (response.status_code, code_of(response)) == (503, Code.TIMEOUT)
        assert time.monotonic() - began < 2

    def test_the_time_of_the_body_does_not_count_for_the_answer(self):
        head = post(HELLO)[: -len(HELLO)]
        with (
            served_tiny(request_timeout=0.4, body_seconds=5) as server,
            socket.create_connection(server.address, timeout=5) as connection,
        ):
            connection.sendall(head)
            for piece in (HELLO[:5], HELLO[5:]):
                time.sleep(0.3)
                connection.sendall(piece)
            assert read_answer(connection).status_code == 200


def test_whoever_is_refused_in_a_loop_is_looked_at_seldom_while_another_is_served():
    request = post(orjson.dumps({"query": "{ " + "nope " * 60 + "}"}), "x-tiny-name: bad")
    with served_tiny(patience_ms=5) as server, Hammer(server, request) as hammer:
        for _ in range(75):
            assert sent(server, post(HELLO)).status_code == 200
            time.sleep(0.02)

    assert hammer.codes[Code.RATE_LIMITED] > 0
    assert sum(hammer.codes.values()) < 30
