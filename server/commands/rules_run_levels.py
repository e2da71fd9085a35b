"""`c360 rules run service_level`: open tickets that have no service level get one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import Any

import orjson
import sqlalchemy as sa
import typer
from rich.console import Console
from rich.table import Table

from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.commands import in_unit
from resolvers.decisions.levelling import CHUNK, Levelled, count_without_level, level_tickets, without_level
from server.commands.refused import names_of, show_refused
from server.commands.stores import actor, progress, with_database
from server.user_error import UserError
from store.session import Database
from store.ticket import TicketRow


def run_levels(url: str | None, numbers: Sequence[str], *, as_json: bool) -> None:
    """Give open tickets their level that have none, all of them or these, and show how many got which.

    Raises:
        UserError: there is no ticket of a number, or the database cannot be used.
    """
    levelled, names = with_database(url, partial(_run, numbers=numbers))
    if as_json:
        typer.echo(orjson.dumps(_as_data(levelled, names), option=orjson.OPT_INDENT_2))
    else:
        _show(levelled, names)


async def _run(database: Database, numbers: Sequence[str]) -> tuple[Levelled, Mapping[uuid.UUID, str]]:
    """Level them, and give the numbers of those that were refused."""
    total, by = Levelled(), Subject(actor(), Role.MANAGER, Clearance.SECRET, Scope.ALL)
    named = await _named(database, numbers)
    async with database.sessions() as session:
        count = len(named) if named else await count_without_level(session)
    with progress("tickets", count) as told:
        async for ids in _chunks(database, named):
            total.add(await in_unit(database, by, dt.datetime.now(dt.UTC), partial(level_tickets, ids=ids)))
            told(len(ids))
    return total, await names_of(database, TicketRow.id, TicketRow.number, list(total.refused))


async def _named(database: Database, numbers: Sequence[str]) -> list[uuid.UUID]:
    """The tickets of these numbers. Raises UserError for one that is not on record."""
    async with database.sessions() as session:
        row = TicketRow
        found = dict((await session.execute(sa.select(row.number, row.id).where(row.number.in_(numbers)))).all())
    missing = [number for number in numbers if number not in found]
    if missing:
        raise UserError(f"There is no ticket {', '.join(missing)}", cure="look at the number")
    return list(found.values())


async def _chunks(database: Database, named: Sequence[uuid.UUID]) -> AsyncIterator[Sequence[uuid.UUID]]:
    """The tickets that are meant, some hundreds at a time, each once."""
    for start in range(0, len(named), CHUNK):
        yield named[start : start + CHUNK]
    last = uuid.UUID(int=0)
    while not named:
        async with database.sessions() as session:
            ids = await without_level(session, last, CHUNK)
        if not ids:
            return
        yield ids
        last = ids[-1]


def _show(levelled: Levelled, names: Mapping[uuid.UUID, str]) -> None:
    typer.echo(f"{levelled.levels.total():,} tickets got their service level")
    if levelled.levels:
        table = Table("level", "tickets")
        for level, count in levelled.levels.most_common():
            table.add_row(level, f"{count:,}")
        Console().print(table)
    show_refused(levelled.refused, names, "they have none")


def _as_data(levelled: Levelled, names: Mapping[uuid.UUID, str]) -> dict[str, Any]:
    refused = [{"ticket": names[key], "why": why} for key, why in levelled.refused.items()]
    return {"levels": dict(levelled.levels.most_common()), "refused": refused}
