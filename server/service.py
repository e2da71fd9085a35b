"""What is open while the application runs: the reading pool, the writing side, and the schema that is asked."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from graphql import OperationType

from outbox.cursor import open_keys
from outbox.tail import Tail, open_tail
from outbox.waking import open_notifier
from resolvers.reading import Answerer, Context, InvalidError, ReadStore, Reply, Way, open_reads
from resolvers.reading.context import Log
from resolvers.reading.streaming import Pace, subscribe
from resolvers.rule_sets.engines import LIVE
from rules.engine.deciding import EngineChoice
from rules.workbench.asking import BENCH
from schema.build import build_schema
from server.call import Call
from server.database import check, in_words, open_database
from server.documents import limits_of, names_in, trusted_documents
from server.edge.texts import Texts
from server.identity.authenticator import open_authenticator
from server.identity.identity import Authenticator
from server.network import Network, open_network
from server.observing import Tracing
from server.outage import refused_in_outage
from server.payload import Asked
from server.refusal import Code, Refusal
from server.settings import Settings
from server.sockets.shared import Recall, Turn
from server.telemetry import open_telemetry
from server.upkeep import Upkeep
from store.session import Database


@dataclass(frozen=True)
class CustomerService:
    """Answers operations over one database."""

    authenticator: Authenticator
    answerer: Answerer
    texts: Texts
    reads: ReadStore
    database: Database
    upkeep: Upkeep
    tracing: Tracing | None
    log: Log
    pace: Pace
    network: Network

    async def __call__(self, call: Call) -> Reply:
        """The answer to one operation.

        Raises:
            Refusal: the document is not to be had, a mutation came by GET, the caller's budget is spent, or the
                database cannot be reached.
            TimeoutError: the database took too long.
        """
        asked = call.asked
        text = self.texts.text(asked)
        if not call.allow_mutation:
            self._refuse_mutation(text, asked.operation_name)
        if asked.sha256 is not None and not self.answerer.documents.get(text).errors:
            self.texts.keep(asked)
        with refused_in_outage():
            return await self.answerer.answer(text, asked.variables, asked.operation_name, self.context_of(call))

    def context_of(self, call: Call) -> Context:
        """What the schema is told of a call."""
        return Context(
            subject=call.identity.subject,
            now=call.now,
            database=self.database,
            reason=call.reason,
            request_id=call.request_id,
            admit=call.admit,
            log=self.log,
            graph=self.network.graph,
        )

    def is_subscription(self, asked: Asked) -> bool:
        """Whether this asks for a stream. Raises Refusal when the document is not to be had."""
        document = self.answerer.documents.get(self.texts.text(asked))
        with contextlib.suppress(InvalidError):
            operation = None if document.errors else document.operation(asked.operation_name)
            return operation is not None and operation.operation is OperationType.SUBSCRIPTION
        return False

    async def subscribe(self, call: Call, recall: Recall, turn: Turn) -> AsyncGenerator[Reply, None]:
        """The replies of a subscription; one that was not executed is the last, and says why.

        Raises:
            Refusal: the document is not to be had, the credential does not hold any more, or the database cannot be
                reached.
            TimeoutError: the database took too long.
        """
        asked = call.asked
        text = self.texts.text(asked)
        if asked.sha256 is not None and not self.answerer.documents.get(text).errors:
            self.texts.keep(asked)

        async def context_of() -> Context:
            return self.context_of(await recall())

        replies = subscribe(
            self.answerer, text, asked.variables, asked.operation_name, context_of, pace=self.pace, turn=turn
        )
        with refused_in_outage():
            async with contextlib.aclosing(replies):
                async for reply in replies:
                    yield reply

    async def ping(self) -> None:
        """Return when the database answers, and is as it must be; whatever is wrong with it is raised."""
        await self.upkeep.check()

    def _refuse_mutation(self, text: str, operation_name: str | None) -> None:
        document = self.answerer.documents.get(text)
        with contextlib.suppress(InvalidError):
            if not document.errors and document.operation(operation_name).operation is OperationType.MUTATION:
                raise Refusal(405, Code.METHOD_NOT_ALLOWED, "Mutations are sent by POST", headers=[(b"allow", b"POST")])


@contextlib.asynccontextmanager
async def open_service(settings: Settings, *, way: Way = Way.DIRECT) -> AsyncIterator[CustomerService]:
    """Open the service over the settings' database, and close it. `way` is the fastest one that it may answer by.

    Raises:
        UserError: the database is missing, out of reach, or its tables are not those of this program; or a trusted
            document is none.
    """
    await check(settings)
    async with contextlib.AsyncExitStack() as stack:
        telemetry = await stack.enter_async_context(open_telemetry(settings))
        database = open_database(settings)  # closed last: on SQLite who only reads cannot put the log into the file
        stack.push_async_callback(database.close)
        with in_words(settings):
            reads = await open_reads(
                settings.database_url, size=settings.read_pool_size, seconds=settings.request_timeout
            )
            stack.push_async_callback(reads.close)
            tail = await stack.enter_async_context(open_tail(settings.database_url))
        database.on_news((await stack.enter_async_context(open_notifier(settings.database_url))).wake)
        if telemetry is not None:
            telemetry.watch(database.engine)
            reads = telemetry.traced(reads)
        answerer = Answerer(build_schema(), reads, way=way, limits=limits_of(settings))
        trusted = trusted_documents(settings, answerer.documents)
        texts = Texts(trusted, only=settings.trusted_only)
        authenticator = await stack.enter_async_context(open_authenticator(settings, reads))
        network = await stack.enter_async_context(open_network(settings, reads, database, tail))
        LIVE.choice = EngineChoice(settings.rules_engine)
        stack.callback(LIVE.close)
        stack.callback(BENCH.close)
        upkeep = _upkeep(settings, reads, database, tail, names_in(trusted.values()), network)
        log = Log(tail, await open_keys(reads))
        pace = Pace(bookmark_seconds=settings.bookmark_seconds)
        yield CustomerService(authenticator, answerer, texts, reads, database, upkeep, telemetry, log, pace, network)


def _upkeep(
    settings: Settings,
    reads: ReadStore,
    database: Database,
    tail: Tail,
    names: frozenset[str],
    network: Network,
) -> Upkeep:
    """What is done beside the requests."""
    return Upkeep(
        reads,
        database,
        tail,
        dt.timedelta(hours=settings.log_retention_hours),
        names,
        network.projector,
        grading=settings.grading_seconds,
        acting=settings.acting_seconds,
        simulates=settings,
    )
