"""`c360 graph draw`: pictures of a tree of departments, of a customer's neighbourhood, of an escalation path."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import re
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from graph.drawing import finding
from graph.drawing.departments import MOST, TooLarge, ask_departments, draw_departments
from graph.drawing.escalation import NoPlace, ask_escalation, draw_escalation
from graph.drawing.neighbours import ask_neighbours, draw_neighbours
from graph.drawing.words import Locale, words_in
from graph.port import Graph, GraphUnavailable, PartyKind
from outbox.tail import open_tail
from resolvers.global_id import split
from resolvers.reading import ReadStore, open_reads
from server.commands.options import DatabaseUrl, given
from server.database import check, in_words, open_database
from server.network import open_network
from server.settings import Settings, load_settings
from server.user_error import ExitCode, UserError

DepartmentNumber = Annotated[
    str | None, typer.Option("--department", metavar="X", help="Number or global id: it and all below it.")
]
CustomerCode = Annotated[
    str | None, typer.Option("--customer", metavar="Y", help="Code or global id: who is near, by which relations.")
]
StaffNumber = Annotated[
    str | None,
    typer.Option("--staff", metavar="S", help="Number or global id: whom this person turns to, up to the top."),
]
Out = Annotated[
    str | None, typer.Option("--out", metavar="FILE", help="Where to; - is the terminal. Else NUMBER.svg, here.")
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="The day whose leaders and relations are shown. Else today."),
]
Language = Annotated[Locale, typer.Option("--locale", help="The language of the picture's own words.")]
Levels = Annotated[
    int | None, typer.Option("--levels", min=1, help="With --department: so many levels below it. Else all.")
]

_OPTIONS: Final = {
    PartyKind.DEPARTMENT: "--department",
    PartyKind.CUSTOMER: "--customer",
    PartyKind.STAFF: "--staff",
}
_NOUNS: Final = {
    PartyKind.DEPARTMENT: "department",
    PartyKind.CUSTOMER: "customer",
    PartyKind.STAFF: "member of the staff",
}
_TYPES: Final = {PartyKind.DEPARTMENT: "Department", PartyKind.CUSTOMER: "Customer", PartyKind.STAFF: "Staff"}


class Wish(NamedTuple):
    """What is to be drawn: of whom, on which day, in which language, how far down."""

    kind: PartyKind
    named: str
    day: dt.date
    locale: Locale
    levels: int | None


def draw_command(
    *,
    department: DepartmentNumber = None,
    customer: CustomerCode = None,
    staff: StaffNumber = None,
    out: Out = None,
    as_of: AsOf = None,
    locale: Language = Locale.EN,
    levels: Levels = None,
    database: DatabaseUrl = None,
) -> None:
    """Draw a department with all below it, a customer's neighbourhood, or someone's escalation path, as SVG.

    The tree of departments and the numbers of customers are those of now, whatever the day.
    """
    asked = {PartyKind.DEPARTMENT: department, PartyKind.CUSTOMER: customer, PartyKind.STAFF: staff}
    wish = _wish(asked, _day(as_of), locale, levels)
    settings = load_settings(**given(database_url=database))
    number, picture = asyncio.run(_draw(settings, wish))
    if out == "-":
        typer.echo(picture, nl=False)
        return
    path = Path(out or re.sub(r"[^\w.-]", "_", number) + ".svg")
    try:
        path.write_text(picture, encoding="utf-8")
    except OSError as error:
        problem = f"{path} cannot be written: {error.strerror}"
        raise UserError(problem, cure="name another file with --out", exit_code=ExitCode.WRONG_USE) from error
    typer.echo(f"{path} shows {number}")


def _wish(asked: dict[PartyKind, str | None], day: dt.date, locale: Locale, levels: int | None) -> Wish:
    named = {kind: text for kind, text in asked.items() if text is not None}
    if len(named) != 1:
        problem = "Nothing is named to be drawn" if not named else "Only one picture is drawn at a time"
        cure = "give one of --department, --customer and --staff"
        raise UserError(problem, cure=cure, exit_code=ExitCode.WRONG_USE)
    ((kind, text),) = named.items()
    if levels is not None and kind is not PartyKind.DEPARTMENT:
        raise UserError("--levels goes with --department", cure="leave it out", exit_code=ExitCode.WRONG_USE)
    return Wish(kind, text, day, locale, levels)


def _day(text: str | None) -> dt.date:
    if text is None:
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        problem = f"--as-of {text!r} is no day"
        raise UserError(problem, cure="write it as 2026-01-31", exit_code=ExitCode.WRONG_USE) from error


async def _draw(settings: Settings, wish: Wish) -> tuple[str, str]:
    """The number of who is drawn, and the picture."""
    async with _network(settings) as (graph, reads):
        key = await _meant(reads, wish)
        try:
            await _warn_of_lag(graph)
            return await _picture(graph, reads, wish, key)
        except GraphUnavailable as error:
            problem = f"Neo4j at {settings.neo4j_url} does not answer"
            cure = "start it, or set C360_GRAPH_STORE=relational to ask the record itself"
            raise UserError(problem, cure=cure) from error
        except NoPlace as error:
            problem = f"{wish.named} has no place in a department on {wish.day}, so there is nobody above"
            raise UserError(problem, cure="name another day with --as-of") from error
        except TooLarge as error:
            raise UserError(_too_large(wish.named, error), cure=_narrower(error)) from error


async def _picture(graph: Graph, reads: ReadStore, wish: Wish, key: uuid.UUID) -> tuple[str, str]:
    words = words_in(wish.locale)
    if wish.kind is PartyKind.DEPARTMENT:
        top = await ask_departments(graph, reads, key, wish.day, wish.levels)
        return top.name.number, draw_departments(top, words, wish.day)
    if wish.kind is PartyKind.CUSTOMER:
        found = await ask_neighbours(graph, reads, key, wish.day)
        return found.customer.number, draw_neighbours(found, words, wish.day)
    path = await ask_escalation(graph, reads, key, wish.day)
    return path.person.number, draw_escalation(path, words, wish.day)


async def _warn_of_lag(graph: Graph) -> None:
    """Say where the answer may not be what the record says now."""
    status = await graph.status(dt.datetime.now(dt.UTC))
    if status.store == "neo4j" and status.generation is None:
        raise UserError(
            "There is no copy in Neo4j yet", cure="run `c360 graph rebuild`, or set C360_GRAPH_STORE=relational"
        )
    if status.pending:
        typer.echo(f"The copy in Neo4j is {status.pending:,} events behind the record.", err=True)


async def _meant(reads: ReadStore, wish: Wish) -> uuid.UUID:
    """The id of the record that was named, by its number or its global id."""
    name, key = split(wish.named)
    if key is None:
        key = await finding.by_number(reads, wish.kind, wish.named)
    elif name != _TYPES[wish.kind]:
        other = next((option for kind, option in _OPTIONS.items() if _TYPES[kind] == name), None)
        cure = f"give it with {other}" if other else "give the number"
        raise UserError(f"{wish.named} is not a {_NOUNS[wish.kind]}", cure=cure, exit_code=ExitCode.WRONG_USE)
    elif not await finding.is_there(reads, wish.kind, key):
        key = None
    if key is None:
        close = await finding.close_to(reads, wish.kind, wish.named)
        raise UserError(f"There is no {_NOUNS[wish.kind]} {wish.named}", cure=_did_you_mean(close, wish.kind))
    return key


def _did_you_mean(close: list[finding.Close], kind: PartyKind) -> str:
    if not close:
        return f"give the {'code' if kind is PartyKind.CUSTOMER else 'number'}, or a global id of an answer"
    return "did you mean " + " or ".join(f"{one.number} ({one.name})" for one in close) + "?"


def _too_large(named: str, error: TooLarge) -> str:
    return f"{named} and those below it are {error.count:,} departments; a picture holds {MOST}"


def _narrower(error: TooLarge) -> str:
    """What can be drawn instead."""
    fits = [f"{name.number} ({count:,})" for name, count in error.parts if count <= MOST][:5]
    return "draw fewer levels, such as --levels 2" + (f", or a part of it, such as {', '.join(fits)}" if fits else "")


@contextlib.asynccontextmanager
async def _network(settings: Settings) -> AsyncIterator[tuple[Graph, ReadStore]]:
    """What answers for the network, and the record for the names."""
    await check(settings)
    async with contextlib.AsyncExitStack() as stack:
        database = open_database(settings)
        stack.push_async_callback(database.close)
        with in_words(settings):
            reads = await open_reads(settings.database_url, size=1, seconds=settings.request_timeout)
            stack.push_async_callback(reads.close)
            tail = await stack.enter_async_context(open_tail(settings.database_url))
        network = await stack.enter_async_context(open_network(settings, reads, database, tail))
        yield network.graph, reads
