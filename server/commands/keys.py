"""`c360 keys`: the API keys by which partners' programs sign in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import orjson
import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.api_keys import (
    ApiKeyError,
    ListedKey,
    allow_customer,
    create_key,
    list_keys,
    revoke_key,
    withdraw_customer,
)
from server.commands.options import AsJson, DatabaseUrl
from server.commands.stores import actor, with_database
from server.user_error import UserError
from store.session import Database

KeyName = Annotated[str, typer.Option("--name", help="The partner, as people will know the key.")]
Codes = Annotated[list[str], typer.Option("--customer", help="Code of a customer that the partner serves; repeat it.")]
Code = Annotated[str, typer.Option("--customer", help="The customer's code.")]
Days = Annotated[int | None, typer.Option(help="Days that it is good for; else until it is revoked.", min=1, max=3650)]
Which = Annotated[str, typer.Argument(metavar="HINT_OR_ID", help="The key's last four characters, or its id.")]

T = TypeVar("T")

EPILOG = "Exit status: 0 done, 1 problems were found, 2 wrong use."

key_commands = typer.Typer(
    add_completion=False,
    rich_markup_mode="rich",
    no_args_is_help=True,
    epilog=EPILOG,
    help="Make, list and revoke the API keys of partners. A partner sees its customers only, and only public columns.",
)


@key_commands.command("create")
def create_command(
    *, name: KeyName, customer: Codes, days: Days = None, database: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """Make a key for a partner's customers, and print it: it is shown this once, and kept nowhere."""
    now = dt.datetime.now(dt.UTC)
    expires_at = None if days is None else now + dt.timedelta(days=days)
    row, text = _done(
        database, lambda session: create_key(session, name, customer, expires_at=expires_at, now=now, actor=actor())
    )
    if as_json:
        typer.echo(orjson.dumps({"id": str(row.id), "key": text, "hint": row.hint, "expires": expires_at}))
        return
    typer.echo(text)
    typer.echo(f"Key {row.hint} ({row.id}) of {name}. Nobody can show it again.", err=True)


@key_commands.command("list")
def list_command(*, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """List the keys: whose they are, what they see, and whether they are in force."""
    now = dt.datetime.now(dt.UTC)
    keys = _done(database, list_keys)
    if as_json:
        typer.echo(orjson.dumps([_plain(each, now) for each in keys], option=orjson.OPT_INDENT_2))
        return
    table = Table("hint", "name", "state", "customers", "made", "expires", "id")
    for column in table.columns:
        column.overflow = "fold"
    for each in keys:
        row = each.row
        expires = "" if row.expires_at is None else f"{row.expires_at:%Y-%m-%d}"
        made = f"{row.created_at:%Y-%m-%d} by {row.created_by}"
        table.add_row(row.hint, row.name, _state(each, now), ", ".join(each.customers), made, expires, str(row.id))
    Console().print(table)


@key_commands.command("revoke")
def revoke_command(which: Which, *, database: DatabaseUrl = None) -> None:
    """End a key at once and for good."""
    now = dt.datetime.now(dt.UTC)
    row = _done(database, lambda session: revoke_key(session, which, now=now, actor=actor()))
    typer.echo(f"Key {row.hint} ({row.id}) of {row.name} is revoked", err=True)


@key_commands.command("allow")
def allow_command(which: Which, *, customer: Code, database: DatabaseUrl = None) -> None:
    """Let a key see one customer more."""
    row = _done(database, lambda session: allow_customer(session, which, customer))
    typer.echo(f"Key {row.hint} of {row.name} sees {customer}", err=True)


@key_commands.command("withdraw")
def withdraw_command(which: Which, *, customer: Code, database: DatabaseUrl = None) -> None:
    """Let a key see one customer less, from its next request on."""
    row = _done(database, lambda session: withdraw_customer(session, which, customer))
    typer.echo(f"Key {row.hint} of {row.name} sees {customer} no more", err=True)


def _done(url: str | None, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """What the work gives, done in a transaction of its own. Raises UserError."""

    async def do(database: Database) -> T:
        async with database.transaction() as session:
            return await work(session)

    try:
        return with_database(url, do)
    except ApiKeyError as error:
        raise UserError(error.message, cure=error.cure) from error


def _state(key: ListedKey, now: dt.datetime) -> str:
    if key.row.revoked_at is not None:
        return "revoked"
    return "expired" if key.row.expires_at is not None and key.row.expires_at <= now else "in force"


def _plain(key: ListedKey, now: dt.datetime) -> dict[str, object]:
    row = key.row
    return {
        "id": str(row.id),
        "hint": row.hint,
        "name": row.name,
        "state": _state(key, now),
        "customers": list(key.customers),
        "created": row.created_at,
        "createdBy": row.created_by,
        "expires": row.expires_at,
        "revoked": row.revoked_at,
    }
