"""`c360 serve`: the GraphQL endpoint, until a signal ends it."""

from __future__ import annotations

import asyncio
from typing import Annotated

import structlog
import typer

from server.app import Application
from server.checks.finding import Status
from server.checks.surroundings import reach
from server.commands.options import DatabaseUrl, Host, Port, given
from server.database import check
from server.listening import address_of, bound_socket, serve
from server.logs import configure_logging
from server.settings import Settings, load_settings

Workers = Annotated[int, typer.Option(help="Processes that answer, each with its own connections.", min=1, max=64)]
AccessLog = Annotated[bool, typer.Option("--access-log", help="Log a line for every request.")]

log = structlog.stdlib.get_logger("server.serve")


def serve_command(
    *,
    database: DatabaseUrl = None,
    host: Host = None,
    port: Port = None,
    workers: Workers = 1,
    access_log: AccessLog = False,
) -> None:
    """Serve the GraphQL endpoint at /graphql; a browser gets GraphiQL there. Ctrl-C ends it.

    The database must be there and up to date: `c360 migrate` makes it so. Settings come from the environment
    (`c360 settings` lists them).
    """
    settings = load_settings(**given(database_url=database, host=host, port=port))
    configure_logging(settings)
    asyncio.run(check(settings))
    with bound_socket(settings.host, settings.port) as bound:
        warn_about_reach(settings)
        typer.echo(f"Serving on {address_of(bound)}/graphql (Ctrl-C ends it)", err=True)
        serve(settings, Application(settings, freeze=True), bound, workers=workers, access_log=access_log)


def warn_about_reach(settings: Settings) -> None:
    """Say so when others than this machine can ask: there is no sign-in, whoever asks is the development viewer."""
    finding = reach(settings)
    if finding.status is not Status.OK:
        log.warning(finding.found, cure=finding.cure)
