"""`c360 migrate`: the database's tables, made or brought up to date."""

from __future__ import annotations

import asyncio

import orjson
import typer

from server.commands.options import AsJson, DatabaseUrl, given
from server.database import migrate
from server.settings import load_settings


def migrate_command(*, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Bring the database's tables to the newest version; make them, and a SQLite file, where there are none.

    All or nothing: a migration that fails changes nothing.
    """
    settings = load_settings(**given(database_url=database))
    versions = asyncio.run(migrate(settings))
    shown = settings.database.render_as_string(hide_password=True)
    if as_json:
        typer.echo(orjson.dumps({"database": shown, "before": versions.before, "after": versions.after}))
    elif versions.before == versions.after:
        typer.echo(f"{shown}: up to date, version {versions.after}")
    else:
        typer.echo(f"{shown}: from version {versions.before or 'none'} to {versions.after}")
