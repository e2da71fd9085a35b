"""What is open while the application runs: the reading pool, the writing side, and the schema that is asked."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator

import asyncpg
import structlog
from graphql import OperationType

from resolvers.reading import Answerer, Context, InvalidError, ReadStore, Reply, Way, open_reads
from schema.build import build_answerer
from server.database import check, in_words, open_database
from server.http import Headers
from server.payload import Asked
from server.refusal import Code, Refusal
from server.settings import Settings
from server.viewer import viewer_of
from store.session import Database

OUT_OF_REACH = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
)
"""What the bare driver raises when the database is gone, going or not yet there."""

log = structlog.stdlib.get_logger("server.service")


class CustomerService:
    """Answers operations over one database."""

    def __init__(self, settings: Settings, answerer: Answerer, reads: ReadStore, database: Database) -> None:
        self._viewer_of = viewer_of(settings)
        self._answerer = answerer
        self._reads = reads
        self._database = database

    async def __call__(self, asked: Asked, headers: Headers, *, allow_mutation: bool) -> Reply:
        """The answer to one operation, for whoever asks by these headers.

        Raises:
            Refusal: the headers name nobody, a mutation came by GET, or the database cannot be reached.
        """
        context = Context(subject=self._viewer_of(headers), now=dt.datetime.now(dt.UTC), database=self._database)
        if not allow_mutation:
            self._refuse_mutation(asked)
        try:
            return await self._answerer.answer(asked.query, asked.variables, asked.operation_name, context)
        except (TimeoutError, asyncpg.QueryCanceledError) as error:
            raise TimeoutError from error
        except OUT_OF_REACH as error:
            log.warning("the database is out of reach", error=repr(error))
            raise Refusal(503, Code.UNAVAILABLE, "The database does not answer; try again later") from error

    async def ping(self) -> None:
        """Ask the database for nothing; whatever is wrong with it is raised."""
        await self._reads.row("SELECT 1", ())

    def _refuse_mutation(self, asked: Asked) -> None:
        document = self._answerer.documents.get(asked.query)
        with contextlib.suppress(InvalidError):
            if not document.errors and document.operation(asked.operation_name).operation is OperationType.MUTATION:
                raise Refusal(405, Code.METHOD_NOT_ALLOWED, "Mutations are sent by POST", headers=[(b"allow", b"POST")])


@contextlib.asynccontextmanager
async def open_service(settings: Settings, *, way: Way = Way.DIRECT) -> AsyncIterator[CustomerService]:
    """Open the service over the settings' database, and close it. `way` is the fastest one that it may answer by.

    Raises:
        UserError: the database is missing, out of reach, or its tables are not those of this program.
    """
    await check(settings)
    with in_words(settings):
        reads = await open_reads(settings.database_url, size=settings.read_pool_size, seconds=settings.request_timeout)
    database = open_database(settings)
    try:
        yield CustomerService(settings, build_answerer(reads, way=way), reads, database)
    finally:
        await asyncio.gather(reads.close(), database.close())
