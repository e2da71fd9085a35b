"""Checks of the network's copy: whether its Neo4j answers, and whether it is kept up."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator

from graph.port import GraphStatus
from graph.status import status_of_copy
from resolvers.reading import open_reads
from server.checks.finding import Finding, Status, fail, ok, warn
from server.database import in_words
from server.network import open_neo4j
from server.settings import Settings
from server.user_error import UserError

SECONDS = 3.0

LATE = 30.0
"""Seconds behind from which on nobody seems to keep the copy up."""


def graph(settings: Settings) -> Iterator[Finding]:
    """All checks of the copy; none where there is no Neo4j."""
    if settings.neo4j_url is None:
        return
    answers = neo4j(settings)
    yield answers
    if answers.status is Status.OK:
        try:
            yield kept_up(asyncio.run(_look(settings)))
        except UserError as error:
            yield fail("graph copy", error.message, error.cure or "see `c360 graph status`")


def neo4j(settings: Settings) -> Finding:
    """Whether the configured Neo4j answers."""
    try:
        found = asyncio.run(_neo4j_version(settings))
    except Exception as error:  # noqa: BLE001  # whatever it is, it is what we report
        return fail(
            "Neo4j", f"{settings.neo4j_url}: {str(error).splitlines()[0]}", "start it, or mend or unset C360_NEO4J_URL"
        )
    return ok("Neo4j", f"{settings.neo4j_url}: {found}")


def kept_up(status: GraphStatus) -> Finding:
    """Whether the copy is there, and takes in what happens."""
    if status.generation is None:
        return warn("graph copy", "there is none yet", "start `c360 serve`, which makes it, or `c360 graph rebuild`")
    behind = f"{status.generation}, {status.pending:,} events behind"
    if status.lag_seconds > LATE:
        found = f"{behind}, for {status.lag_seconds:.0f} s"
        return warn("graph copy", found, "start `c360 serve` or `c360 graph project`, and look at what they log")
    return ok("graph copy", behind)


async def _look(settings: Settings) -> GraphStatus:
    from graph.projecting.generations import live  # noqa: PLC0415  # the same

    with in_words(settings):
        reads = await open_reads(settings.database_url, size=1, seconds=SECONDS)
        try:
            async with open_neo4j(settings) as bolt:
                return await status_of_copy(reads, await live(bolt), dt.datetime.now(dt.UTC))
        finally:
            await reads.close()


async def _neo4j_version(settings: Settings) -> str:
    from neo4j import AsyncGraphDatabase  # noqa: PLC0415  # slow to load, and only needed where it is configured

    password = settings.neo4j_password
    auth = (settings.neo4j_user, password.get_secret_value()) if password else None
    async with (
        asyncio.timeout(SECONDS),
        AsyncGraphDatabase.driver(str(settings.neo4j_url), auth=auth, connection_timeout=SECONDS) as driver,
    ):
        info = await driver.get_server_info()
        return str(info.agent)
