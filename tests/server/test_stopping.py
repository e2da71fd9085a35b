"""Stopping: what was accepted is answered, sockets are told, a second signal ends it at once, the dead are replaced.

`C360_TEST_STOPS` is the number of stops under load; a handful in CI, 20 for the figure.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from server.asking import wait_until_ready
from server.listening import address_of, bound_socket, server_for
from tests.server.processes import AS_MANAGER, both_serving, finished, lines, serving, serving_pids, until
from tests.server.running_cli import c360, start

ROOT = Path(__file__).parents[2]
STOPS = int(os.environ.get("C360_TEST_STOPS", "3"))
CLIENTS = 8

SLOW_SERVER = """
import sys
from server.app import Application
from server.listening import bound_socket, serve
from server.settings import Settings
from tests.server.tiny import TinyService
settings = Settings(stop_delay=float(sys.argv[2]))
with bound_socket("127.0.0.1", int(sys.argv[1])) as bound:
    serve(settings, Application(settings, opener=TinyService().opened), bound)
"""


@dataclass
class Load:
    """Clients that ask one thing after the other until nobody listens any more."""

    port: int
    answered: int = 0
    broken: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._ask) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.ended.set()
            for thread in threads:
                thread.join(30)

    def _ask(self) -> None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            self._ask_over(connection)

    def _ask_over(self, connection: http.client.HTTPConnection) -> None:
        body = json.dumps({"query": "query Load { viewer { role } }"})
        while not self.ended.is_set():
            try:
                connection.request("POST", "/graphql", body, AS_MANAGER)
                response = connection.getresponse()
                whole = response.read()
            except (ConnectionError, http.client.RemoteDisconnected):  # nobody took the request
                connection.close()
                time.sleep(0.005)
            except (http.client.HTTPException, OSError) as error:
                with self.lock:
                    self.broken.append(repr(error))
                connection.close()
            else:
                good = response.status == 200 and json.loads(whole)["data"] == {"viewer": {"role": "MANAGER"}}
                with self.lock:
                    self.answered += good
                    if not good:
                        self.broken.append(f"{response.status} {whole[:200]!r}")


@pytest.mark.parametrize("workers", [1, 2])
def test_whatever_was_accepted_is_answered(capsys, tmp_path, workers):
    c360(capsys, "migrate")
    for number in range(STOPS):
        with serving(tmp_path, workers=workers, covered=False) as (process, port, log):
            load = Load(port)
            with load.running():
                time.sleep(0.3 + number * 0.037)
                began = time.monotonic()
                process.send_signal(signal.SIGTERM)
                assert process.wait(20) == 0, log.read_text()
                took = time.monotonic() - began
        served = [line for line in lines(log) if line["event"] == "request" and line["operation"] == "Load"]

        assert load.broken == []
        assert load.answered == len(served) > 0
        assert took < 10
        assert "Traceback" not in log.read_text()


def test_it_says_that_it_is_not_ready_while_it_stops(tmp_path):
    with slow_server(stop_delay=1.5) as (process, url), httpx.Client(base_url=url) as client:
        assert client.get("/readyz").status_code == 200
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        ready = client.get("/readyz")
        answer = client.post("/graphql", json={"query": "{ echo }"})

        assert process.wait(10) == 0
    assert ready.status_code == 503
    assert ready.json()["errors"][0]["message"] == "The service is stopping"
    assert answer.json() == {"data": {"echo": "hello"}}
    assert answer.headers["connection"] == "close"


def test_a_running_request_is_finished(tmp_path):
    with slow_server(stop_delay=0) as (process, url):
        with in_background(url, seconds=2.0) as answers:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0

    assert answers == [{"data": {"slow": "done"}}]


def test_a_second_signal_ends_it_at_once(tmp_path):
    with slow_server(stop_delay=0) as (process, url), in_background(url, seconds=8.0) as answers:
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code = process.wait(10)

        assert time.monotonic() - began < 1
    assert code == 128 + signal.SIGTERM
    assert answers == []


def test_a_second_signal_ends_all_workers_at_once(capsys, tmp_path):
    c360(capsys, "migrate")
    with serving(tmp_path, workers=2, C360_STOP_DELAY="30") as (process, _port, _log):
        workers = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        process.wait(5)
        _gone, alive = psutil.wait_procs(workers, timeout=5)

    assert alive == []


def test_a_worker_that_dies_is_replaced(capsys, tmp_path):
    c360(capsys, "migrate")
    with serving(tmp_path, workers=2, covered=False) as (process, port, log):
        before = both_serving(log)
        os.kill(before[0], signal.SIGKILL)
        until(lambda: len(set(serving_pids(log))) == 3)
        answers = [httpx.get(f"http://127.0.0.1:{port}/readyz").status_code for _ in range(5)]
        process.send_signal(signal.SIGTERM)

        assert process.wait(20) == 0
    assert answers == [200] * 5
    (ended,) = [line for line in lines(log) if line["event"] == "worker ended"]
    assert (ended["pid"], ended["exit_code"]) == (before[0], -signal.SIGKILL)


def test_a_hangup_puts_new_workers_in_their_place_without_a_gap(capsys, tmp_path):
    c360(capsys, "migrate")
    with serving(tmp_path, workers=2, covered=False) as (process, port, log):
        before = both_serving(log)
        load = Load(port)
        with load.running():
            process.send_signal(signal.SIGHUP)
            until(lambda: len(serving_pids(log)) == 4 and finished(log) == 2)
            time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        served = [line for line in lines(log) if line["event"] == "request" and line["operation"] == "Load"]

    assert not set(serving_pids(log)[2:]) & set(before)
    assert load.broken == []
    assert load.answered == len(served) > 0


def test_workers_do_not_outlive_their_supervisor(capsys, tmp_path):
    c360(capsys, "migrate")
    with serving(tmp_path, workers=2, covered=False) as (process, _port, _log):
        workers = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        _gone, alive = psutil.wait_procs(workers, timeout=10)

    assert alive == []


def test_workers_that_cannot_start_end_it(capsys, tmp_path):
    c360(capsys, "migrate")
    process = start(
        *("serve", "--port", "0", "--workers", "2"), cwd=tmp_path, C360_TRUSTED_DOCUMENTS=str(tmp_path / "nothing.json")
    )
    _, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "Error:" in err


@contextlib.contextmanager
def sockets_served(tmp_path) -> Iterator[tuple]:
    """A server of sockets: each is flooded, or left alone."""
    ended = []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await receive()
        await send({"type": "websocket.accept"})
        with contextlib.suppress(OSError):
            while scope["path"] == "/flood":
                await send({"type": "websocket.send", "text": "x" * 100_000})
        while (message := await receive())["type"] != "websocket.disconnect":
            pass
        ended.append(message["code"])

    with bound_socket("127.0.0.1", 0) as bound:
        server = server_for(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        until(lambda: server.started)
        try:
            yield server, thread, address_of(bound).replace("http", "ws"), ended
        finally:
            server.stop()
            thread.join(20)


def test_sockets_are_told_that_the_service_restarts(tmp_path):
    with sockets_served(tmp_path) as (server, thread, url, ended):
        with connect(url) as one, connect(url) as other:
            server.stop()
            codes = []
            for each in (one, other):
                with pytest.raises(ConnectionClosed) as closed:
                    each.recv(timeout=10)
                codes.append(closed.value.rcvd.code)
        thread.join(5)

    assert codes == [1012, 1012]
    assert ended == [1012, 1012]


def test_a_client_that_reads_nothing_does_not_hold_the_stop_up(tmp_path):
    with (
        sockets_served(tmp_path) as (server, thread, url, _ended),
        connect(f"{url}/flood", max_queue=1, close_timeout=0.1),
    ):
        time.sleep(0.5)
        began = time.monotonic()
        server.stop()
        thread.join(10)

        assert time.monotonic() - began < 5


def test_a_long_message_ends_its_socket(tmp_path):
    with sockets_served(tmp_path) as (_server, _thread, url, _ended), connect(url) as one:
        one.send("x" * 300_000)
        with pytest.raises(ConnectionClosed) as closed:
            one.recv(timeout=10)

    assert closed.value.rcvd.code == 1009


def test_nothing_is_compressed_on_a_socket(tmp_path):
    with sockets_served(tmp_path) as (_server, _thread, url, _ended), connect(url, compression="deflate") as one:
        assert "Sec-WebSocket-Extensions" not in one.response.headers


@contextlib.contextmanager
def slow_server(*, stop_delay: float) -> Iterator[tuple[subprocess.Popen, str]]:
    """A server of the tiny schema, as a process of its own."""
    with bound_socket("127.0.0.1", 0) as probe:
        port = probe.getsockname()[1]
    words = [sys.executable, "-c", SLOW_SERVER, str(port), str(stop_delay)]
    process = subprocess.Popen(words, env={**os.environ, "PYTHONPATH": str(ROOT)})
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(url, lambda: process.poll() is None)
        yield process, url
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)


@contextlib.contextmanager
def in_background(url: str, *, seconds: float) -> Iterator[list]:
    """A request that takes so long is running meanwhile; gives the answers there were."""
    answers: list = []

    def ask() -> None:
        with contextlib.suppress(httpx.HTTPError):
            query = {"query": "query($s: Float!) { slow(seconds: $s) }", "variables": {"s": seconds}}
            answers.append(httpx.post(f"{url}/graphql", json=query, timeout=30).json())

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.5)
    try:
        yield answers
    finally:
        thread.join(30)
