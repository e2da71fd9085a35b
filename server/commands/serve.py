"""`c360 serve`: the GraphQL endpoint, until a signal ends it."""

from __future__ import annotations

import asyncio
from typing import Annotated

import structlog
import typer

from server.app import Application
from server.checks.finding import Status
from server.checks.surroundings import access
from server.commands.options import DatabaseUrl, Host, Port, given
from server.database import check
from server.documents import trusted_documents
from server.listening import address_of, bound_socket, serve
from server.logs import configure_logging
from server.settings import Settings, load_settings
from server.telemetry import require

Workers = Annotated[
    int | None, typer.Option(help="Processes that answer, each with its own connections. [C360_WORKERS]", min=1, max=64)
]

log = structlog.stdlib.get_logger("server.serve")


def serve_command(
    *,
    database: DatabaseUrl = None,
    host: Host = None,
    port: Port = None,
    workers: Workers = None,
) -> None:
    """Serve the GraphQL endpoint at /graphql; a browser gets GraphiQL there. Ctrl-C ends it, a second one at once.

    The database must be there and up to date: `c360 migrate` makes it so. Settings come from the environment
    (`c360 settings` lists them).
    """
    settings = load_settings(**given(database_url=database, host=host, port=port, workers=workers))
    configure_logging(settings)
    require(settings)
    asyncio.run(check(settings))
    trusted_documents(settings)
    with bound_socket(settings.host, settings.port) as bound:
        warn_about_access(settings)
        typer.echo(f"Serving on {address_of(bound)}/graphql (Ctrl-C ends it)", err=True)
        serve(settings, Application(settings, freeze=True), bound)


def warn_about_access(settings: Settings) -> None:
    """Log what should be known about who can ask."""
    for finding in access(settings):
        if finding.status is not Status.OK:
            log.warning(finding.found, cure=finding.cure)
