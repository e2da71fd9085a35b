"""The one module that knows the driver: reading and writing Neo4j within bounds, and saying so when it is not there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar, cast

import neo4j
import structlog
from neo4j.exceptions import DriverError, Neo4jError

from graph.port import GraphUnavailable

PATIENCE: Final = 1.5
"""Seconds that one question may take in all, retries included."""

PAUSE: Final = 1.0
"""Seconds after a failure in which nobody else waits for the store: the next one after it tries again."""

RETRYING: Final = 1.0
"""Seconds in which a transaction is tried again, where the store says that this may help."""

FIRST_PAUSE: Final = 0.05
"""Seconds between the first two tries of a question; then twice as long each time."""

WRITE_SECONDS: Final = 60.0
"""Seconds that one write may take."""

T = TypeVar("T")

Row = Mapping[str, Any]
Parameters = Mapping[str, Any]

log = structlog.stdlib.get_logger("graph.bolt")


class Overtaken(Exception):  # noqa: N818  # named for what happened
    """Somebody else has written meanwhile what was to be written only by us."""


class Bolt:
    """A Neo4j. What has been written through it, it reads afterwards (causal bookmarks).

    `graph` is the name of our copy there, and the parameter of that name in every statement: installations that share
    a Neo4j have different ones. `patience` is the time in seconds that one question may take.
    """

    def __init__(self, driver: neo4j.AsyncDriver, graph: str, patience: float = PATIENCE) -> None:
        self._driver, self.graph, self.patience = driver, graph, patience
        self._bookmarks = neo4j.AsyncGraphDatabase.bookmark_manager()
        self._failed_at = -PAUSE

    async def read(self, text: str, parameters: Parameters, *, seconds: float | None = None) -> Sequence[Row]:
        """The rows of a query, which is tried again where the store asks for it. It may take longer than the patience.

        Raises:
            GraphUnavailable: nobody answers in time; for a moment after that at once, without another try.
        """
        if time.monotonic() < self._failed_at + PAUSE:
            raise GraphUnavailable("the graph store did not answer a moment ago")

        within = self.patience if seconds is None else seconds
        asked = neo4j.Query(cast("Any", text), timeout=within)

        async def work(session: neo4j.AsyncSession) -> Sequence[Row]:
            return await _fetched(await session.run(asked, self._all(parameters)))

        return await self._within(within, lambda: self._tried_again(neo4j.READ_ACCESS, work))

    async def _tried_again(
        self, access: str, work: Callable[[neo4j.AsyncSession], Awaitable[T]], *, within: float = RETRYING
    ) -> T:
        """Ask until there is an answer, or a failure that another try cannot mend.

        Each try is a transaction by itself, which the server begins and ends: one round trip, where the driver's own
        way to try again takes three.
        """
        began, pause = time.monotonic(), FIRST_PAUSE
        while True:
            try:
                async with self._session(access) as session:
                    return await work(session)
            except (DriverError, Neo4jError) as error:
                if not error.is_retryable() or time.monotonic() - began > within:
                    raise
            await asyncio.sleep(pause)
            pause *= 2

    async def write(
        self, statements: Sequence[tuple[str, Parameters]], *, seconds: float = WRITE_SECONDS
    ) -> Sequence[Sequence[Row]]:
        """Run statements in one transaction and return the rows of each.

        Raises:
            Overtaken: the first statement, which guards the others, gave no row; nothing of the transaction is kept.
            GraphUnavailable: nobody answers in time.
        """

        @neo4j.unit_of_work(timeout=seconds)
        async def work(transaction: neo4j.AsyncManagedTransaction) -> Sequence[Sequence[Row]]:
            done: list[Sequence[Row]] = []
            for text, parameters in statements:
                done.append(await _rows(transaction, text, self._all(parameters)))
                if not done[0]:
                    raise Overtaken
            return done

        async with self._session(neo4j.WRITE_ACCESS) as session:
            return await self._within(seconds, lambda: session.execute_write(work))

    async def run(self, text: str, parameters: Parameters | None = None, *, seconds: float = WRITE_SECONDS) -> None:
        """Run a statement that makes transactions of its own, or changes the schema.

        It must come to the same when it is run again: it is, where the store asks for it. Raises as above.
        """

        async def work(session: neo4j.AsyncSession) -> None:
            result = await session.run(neo4j.Query(cast("Any", text)), self._all(parameters or {}))
            await result.consume()

        await self._within(seconds, lambda: self._tried_again(neo4j.WRITE_ACCESS, work, within=seconds))

    def _all(self, parameters: Parameters) -> dict[str, Any]:
        return {"graph": self.graph, **parameters}

    def _session(self, access: str) -> neo4j.AsyncSession:
        return self._driver.session(
            default_access_mode=access,
            bookmark_manager=self._bookmarks,
            fetch_size=-1,
        )

    async def _within(self, seconds: float, work: Callable[[], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(seconds):
                return await work()
        except (DriverError, OSError, TimeoutError) as error:
            raise self._lost(error) from error
        except Neo4jError as error:
            if not (error.is_retryable() or "Timeout" in str(error.code) or "Terminated" in str(error.code)):
                raise
            raise self._lost(error) from error

    def _lost(self, error: Exception) -> GraphUnavailable:
        self._failed_at = time.monotonic()
        log.warning("the graph store cannot be reached", error=repr(error))
        return GraphUnavailable("the graph store cannot be reached")


async def _rows(transaction: neo4j.AsyncManagedTransaction, text: str, parameters: dict[str, Any]) -> Sequence[Row]:
    return await _fetched(await transaction.run(cast("Any", text), parameters))


async def _fetched(result: neo4j.AsyncResult) -> Sequence[Row]:
    """All rows. Our queries return plain values, so that there is nothing to convert in them."""
    keys = result.keys()
    return [dict(zip(keys, record.values(), strict=True)) for record in await result.fetch(_ALL)]


_ALL: Final = 2**31 - 1


@asynccontextmanager
async def open_bolt(
    url: str,
    *,
    graph: str,
    user: str | None = None,
    password: str | None = None,
    notifications: bool = False,
    patience: float = PATIENCE,
) -> AsyncIterator[Bolt]:
    """A Neo4j by its address, for as long as the context lasts. Nothing is connected before the first question.

    `notifications`: the server says what it finds odd in a query, as Python warnings; otherwise it is not asked.
    """
    driver = neo4j.AsyncGraphDatabase.driver(
        url,
        auth=None if password is None else (user or "neo4j", password),
        connection_timeout=1.0,
        connection_acquisition_timeout=1.2,
        max_transaction_retry_time=RETRYING,
        telemetry_disabled=True,
        user_agent="customer360",
        notifications_min_severity=None if notifications else neo4j.NotificationMinimumSeverity.OFF,
        # that a constraint is there already is what we asked for
        notifications_disabled_classifications=[neo4j.NotificationDisabledClassification.SCHEMA],
        warn_notification_severity=neo4j.NotificationMinimumSeverity.INFORMATION if notifications else None,
    )
    async with driver:
        yield Bolt(driver, graph, patience)
