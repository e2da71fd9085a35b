"""Traces by OpenTelemetry, where a collector is configured: a span a request, a statement, and a transaction.

The libraries are an extra (`customer360-api[telemetry]`), and nothing of this is loaded without the setting.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.reading import ReadStore
from server.observing import Exchange
from server.settings import Settings
from server.user_error import UserError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

EXPORT_SECONDS: Final = 3
"""One attempt to send spans may take so long; the service never waits for it."""
_FIELDS: Final = ("traceparent", "tracestate")
_SPAN: Final = "c360_span"


class Telemetry:
    """Makes spans, and sends them to the collector from a thread of its own."""

    def __init__(self, provider: TracerProvider) -> None:
        from opentelemetry import context, trace  # noqa: PLC0415  # only where it is configured
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

        self._context, self._trace = context, trace
        self._provider = provider
        self._propagator = TraceContextTextMapPropagator()
        self._tracer = provider.get_tracer("customer360")

    def begin(self, headers: Mapping[bytes, bytes]) -> Span:
        """The span of a request, below the caller's own where `traceparent` names one; current from here on.

        It stays so in this task and those that it starts: a request has a task of its own, and the next operation of a
        socket begins another span.
        """
        given = {name: headers[name.encode()].decode("latin-1") for name in _FIELDS if name.encode() in headers}
        above = self._propagator.extract(given, self._context.Context())
        span = self._tracer.start_span("graphql", above, kind=self._trace.SpanKind.SERVER)
        self._context.attach(self._trace.set_span_in_context(span))
        return span

    def end(self, span: Span, exchange: Exchange, status: int) -> None:
        """Say of the span what the log says of the request."""
        if exchange.kind is not None:
            span.update_name(f"{exchange.kind} {exchange.operation}" if exchange.operation else exchange.kind)
        told = {
            "http.response.status_code": status,
            "graphql.operation.type": exchange.kind,
            "graphql.operation.name": exchange.operation,
            "c360.request_id": exchange.request_id,
            "c360.way": exchange.way and str(exchange.way),
            "c360.cost": exchange.cost,
            "c360.codes": list(dict.fromkeys(exchange.codes)) or None,
        }
        span.set_attributes({name: value for name, value in told.items() if value is not None})
        if exchange.codes:
            span.set_status(self._trace.StatusCode.ERROR, exchange.codes[0])
        span.end()

    def traced(self, reads: ReadStore) -> ReadStore:
        """The reading side, with a span for each statement."""
        return _TracedReads(reads, self._tracer)

    def watch(self, engine: AsyncEngine) -> None:
        """Make a span of each transaction of the writing side, from its first statement to its end."""
        target = engine.sync_engine
        event.listen(target, "begin", self._began)
        event.listen(target, "commit", self._committed)
        event.listen(target, "rollback", self._rolled_back)

    def _began(self, connection: sa.Connection) -> None:
        connection.info[_SPAN] = self._tracer.start_span("transaction")

    def _committed(self, connection: sa.Connection) -> None:
        self._over(connection, is_done=True)

    def _rolled_back(self, connection: sa.Connection) -> None:
        self._over(connection, is_done=False)

    def _over(self, connection: sa.Connection, *, is_done: bool) -> None:
        span = connection.info.pop(_SPAN, None)
        if span is not None:
            span.set_attribute("c360.committed", is_done)
            span.end()

    async def close(self) -> None:
        """Send what is left; the collector has three seconds."""
        await asyncio.to_thread(self._provider.shutdown)


class _TracedReads:
    """Passes statements on, each in a span. A statement's text holds no values; its length is told, not its words."""

    def __init__(self, reads: ReadStore, tracer: Any) -> None:
        self._reads, self._tracer = reads, tracer
        self.dialect = reads.dialect
        self.statements = 0

    async def row(self, text: str, values: Sequence[Any], *, replan: bool = False) -> Any:
        """The only row of a statement."""
        self.statements += 1
        with self._span(text):
            return await self._reads.row(text, values, replan=replan)

    async def rows(self, text: str, values: Sequence[Any]) -> Sequence[Any]:
        """All rows of a statement."""
        self.statements += 1
        with self._span(text):
            return await self._reads.rows(text, values)

    async def close(self) -> None:
        """Give all connections back."""
        await self._reads.close()

    def usage(self) -> Sequence[tuple[str, int, int]]:
        """Each pool of connections by its name, with how many are in use, and how many there may be."""
        return self._reads.usage()

    @contextlib.contextmanager
    def _span(self, text: str) -> Iterator[None]:
        """The words of a driver's error may hold values: the span gets the error's kind alone."""
        about = {"db.statement.length": len(text)}
        with self._tracer.start_as_current_span(
            "statement", attributes=about, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                raise


@contextlib.asynccontextmanager
async def open_telemetry(settings: Settings) -> AsyncIterator[Telemetry | None]:
    """What makes the traces, for as long as the application runs; None where no collector is configured.

    Raises:
        UserError: a collector is configured, and the libraries are missing.
    """
    if settings.otlp_endpoint is None:
        yield None
        return
    require(settings)
    telemetry = Telemetry(_provider(settings.otlp_endpoint, settings.otlp_share))
    try:
        yield telemetry
    finally:
        await telemetry.close()


def require(settings: Settings) -> None:
    """Refuse a collector that cannot be served.

    Raises:
        UserError: says what to install.
    """
    if settings.otlp_endpoint is None:
        return
    try:
        for name in ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"):
            importlib.import_module(name)
    except ImportError:
        raise UserError(
            "C360_OTLP_ENDPOINT is set, and OpenTelemetry is not installed",
            cure="pip install 'customer360-api[telemetry]', or unset C360_OTLP_ENDPOINT",
        ) from None


def _provider(endpoint: str, share: float) -> TracerProvider:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio  # noqa: PLC0415

    about: dict[str, str | int] = {
        "service.name": "customer360",
        "service.version": version("customer360-api"),
        "process.pid": os.getpid(),
    }
    provider = TracerProvider(
        sampler=ParentBasedTraceIdRatio(share), resource=Resource.create({**about}), shutdown_on_exit=False
    )
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider
