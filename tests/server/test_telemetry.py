"""Traces reach a collector: one span a request, below the caller's own, with its statements and transactions."""

from __future__ import annotations

import asyncio
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from server.metrics import Metrics
from server.observing import Observer
from server.settings import Settings
from server.telemetry import open_telemetry, require
from store.session import Database

pytestmark = pytest.mark.anyio
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@dataclass
class Collector:
    """An OpenTelemetry collector that keeps what it is sent."""

    url: str = ""
    spans: list = field(default_factory=list)
    about: dict = field(default_factory=dict)

    def take(self, body: bytes) -> None:
        for each in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.about = {pair.key: pair.value.string_value for pair in each.resource.attributes}
            self.spans += [span for scope in each.scope_spans for span in scope.spans]

    def named(self, name: str):
        (found,) = [span for span in self.spans if span.name == name]
        return found


@pytest.fixture
def collector() -> Iterator[Collector]:
    kept = Collector()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            assert self.path == "/v1/traces"
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.take(body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield kept
        server.shutdown()
        thread.join()


@dataclass
class Reads:
    """A store that answers anything."""

    dialect: object = None
    statements: int = 0

    async def row(self, text, values, *, replan=False):
        await asyncio.sleep(0.002)
        return ("x",)

    async def rows(self, text, values):
        raise OSError("secret-value is gone")

    async def close(self):
        pass


@dataclass(frozen=True)
class Reply:
    executed: bool = True
    way: str = "direct"
    cost: int = 7
    operation_name: str = "View"
    operation_kind: str = "query"
    codes: tuple = ()


def attributes(span) -> dict:
    return {
        pair.key: pair.value.string_value or pair.value.int_value or pair.value.bool_value for pair in span.attributes
    }


async def test_a_request_is_a_span_below_its_callers(collector):
    async with open_telemetry(Settings(otlp_endpoint=collector.url)) as telemetry:
        observer = Observer(Metrics(), slow_ms=1_000, tracing=telemetry)
        exchange = observer.begin("r1", {b"traceparent": f"00-{TRACE}-{PARENT}-01".encode()})
        await telemetry.traced(Reads()).row("SELECT $1", ("secret-value",))
        exchange.answered(Reply())
        observer.end(exchange, status=200, sent=10)

    request, statement = collector.named("query View"), collector.named("statement")
    assert collector.about["service.name"] == "customer360"
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, PARENT)
    assert attributes(request) == {
        "http.response.status_code": 200,
        "graphql.operation.type": "query",
        "graphql.operation.name": "View",
        "c360.request_id": "r1",
        "c360.way": "direct",
        "c360.cost": 7,
    }
    assert statement.parent_span_id == request.span_id
    assert statement.end_time_unix_nano - statement.start_time_unix_nano >= 1_500_000
    assert "secret-value" not in str(collector.spans)


async def test_what_goes_wrong_is_an_error_without_its_words(collector):
    async with open_telemetry(Settings(otlp_endpoint=collector.url)) as telemetry:
        observer = Observer(Metrics(), slow_ms=1_000, tracing=telemetry)
        exchange = observer.begin("r2", {})
        with pytest.raises(OSError, match="gone"):
            await telemetry.traced(Reads()).rows("SELECT 1", ())
        exchange.refused("UNAVAILABLE")
        observer.end(exchange, status=503, sent=10)

    request = collector.named("graphql")
    assert request.status.message == "UNAVAILABLE"
    assert request.parent_span_id == b""
    assert attributes(collector.named("statement"))["error.type"] == "OSError"
    assert "secret-value" not in str(collector.spans)


async def test_operations_of_one_socket_are_spans_beside_each_other(collector, caplog):
    async with open_telemetry(Settings(otlp_endpoint=collector.url)) as telemetry:
        observer = Observer(Metrics(), slow_ms=1_000, tracing=telemetry)
        exchanges = [observer.begin(f"r{number}", {}) for number in range(2)]
        for exchange in exchanges:
            exchange.answered(Reply())
            await asyncio.create_task(ended(observer, exchange))

    assert [span.parent_span_id for span in collector.spans] == [b"", b""]
    assert "detach" not in caplog.text


async def ended(observer, exchange) -> None:
    observer.end(exchange, status=200, sent=1)


async def test_a_transaction_is_a_span(collector, store_url):
    database = Database(store_url)
    async with open_telemetry(Settings(otlp_endpoint=collector.url)) as telemetry:
        telemetry.watch(database.engine)
        async with database.transaction() as session:
            await session.execute(sa.select(1))
        with pytest.raises(sa.exc.DBAPIError):
            async with database.transaction() as session:
                await session.execute(sa.text("SELECT nothing FROM nowhere"))
    await database.close()

    ended = [attributes(span) for span in collector.spans if span.name == "transaction"]
    assert [each.get("c360.committed", False) for each in ended] == [True, False]


async def test_the_share_decides_where_the_caller_does_not(collector):
    async with open_telemetry(Settings(otlp_endpoint=collector.url, otlp_share=0.0)) as telemetry:
        observer = Observer(Metrics(), slow_ms=1_000, tracing=telemetry)
        for headers in ({}, {b"traceparent": f"00-{TRACE}-{PARENT}-01".encode()}):
            exchange = observer.begin("r", headers)
            exchange.answered(Reply())
            observer.end(exchange, status=200, sent=10)

    assert [span.trace_id.hex() for span in collector.spans] == [TRACE]


@pytest.mark.parametrize("header", [b"", b"nonsense", b"00-0-0-00", b"\xff\xfe", b"00-" + b"z" * 60])
async def test_a_wrong_parent_is_no_parent(collector, header):
    async with open_telemetry(Settings(otlp_endpoint=collector.url)) as telemetry:
        observer = Observer(Metrics(), slow_ms=1_000, tracing=telemetry)
        exchange = observer.begin("r", {b"traceparent": header})
        exchange.answered(Reply())
        observer.end(exchange, status=200, sent=1)

    assert collector.named("query View").parent_span_id == b""


async def test_without_a_collector_nothing_is_made():
    async with open_telemetry(Settings()) as telemetry:
        assert telemetry is None


def test_a_collector_that_is_not_there_holds_nothing_up(tmp_path):
    async def run() -> float:
        async with open_telemetry(Settings(otlp_endpoint="http://127.0.0.1:9")) as telemetry:
            observer = Observer(Metrics(), slow_ms=1_000, tracing=telemetry)
            began = asyncio.get_running_loop().time()
            exchange = observer.begin("r", {})
            observer.end(exchange, status=200, sent=1)
            return asyncio.get_running_loop().time() - began

    assert asyncio.run(run()) < 0.1


def test_without_the_libraries_the_cure_is_said():
    program = """
import sys
sys.modules["opentelemetry"] = sys.modules["opentelemetry.sdk"] = None
from server.settings import Settings
from server.telemetry import require
from server.user_error import UserError
require(Settings())
try:
    require(Settings(otlp_endpoint="http://127.0.0.1:4318"))
except UserError as error:
    print(error.cure)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "pip install 'customer360-api[telemetry]'" in done.stdout


def test_nothing_of_it_is_loaded_without_the_setting():
    program = "import server.telemetry, sys; print([n for n in sys.modules if n.startswith('opentelemetry')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_with_the_libraries_all_is_well():
    require(Settings(otlp_endpoint="http://127.0.0.1:4318"))
