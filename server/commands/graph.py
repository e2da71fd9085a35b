"""`c360 graph`: the copy of the network in Neo4j, how far it is, whether it is true, making it anew, keeping it up."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Annotated, TypeVar

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from graph.bolt import Overtaken
from graph.port import GraphStatus, GraphUnavailable
from graph.projecting.generations import live
from graph.projecting.verifying import Comparison, NoCopy, verify
from graph.projection import Progress as Told
from graph.projection import Projector
from graph.status import status_of_copy
from outbox.tail import open_tail
from resolvers.reading import open_reads
from server.commands.graph_draw import draw_command
from server.commands.options import AsJson, DatabaseUrl, given
from server.database import check, in_words, open_database
from server.logs import configure_logging
from server.network import open_neo4j
from server.settings import Settings, load_settings
from server.user_error import ExitCode, UserError

T = TypeVar("T")

Neo4jUrl = Annotated[str | None, typer.Option("--neo4j", help="Bolt address of the Neo4j. [C360_NEO4J_URL]")]

EPILOG = "Exit status: 0 done, 1 problems were found, 2 wrong use."

graph_commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    epilog=EPILOG,
    help="The network of departments, staff and customers: its copy in Neo4j, and pictures of it.",
)


@graph_commands.command("status")
def status_command(*, database: DatabaseUrl = None, neo4j: Neo4jUrl = None, as_json: AsJson = False) -> None:
    """Show how far the copy is behind the record."""
    status = _with(database, neo4j, _status)
    if as_json:
        typer.echo(orjson.dumps(dataclasses.asdict(status)))
        return
    last = "none" if status.last_event_at is None else f"of {status.last_event_at:%Y-%m-%d %H:%M:%S} UTC"
    typer.echo(f"copy        {status.generation or 'none yet: c360 graph rebuild makes one'}\nlast event  {last}")
    typer.echo(f"behind      {status.pending:,} events, {status.lag_seconds:.1f} s")


@graph_commands.command("verify")
def verify_command(*, database: DatabaseUrl = None, neo4j: Neo4jUrl = None, as_json: AsJson = False) -> None:
    """Compare the copy with the record, row by row. Ends with 1 where they differ; `rebuild` mends it."""
    found = _with(database, neo4j, lambda projector: verify(projector.bolt, projector.database, projector.tail))
    if as_json:
        typer.echo(orjson.dumps([dataclasses.asdict(each) for each in found]))
    else:
        Console().print(_compared(found))
        for each in found:
            for one in each.differences:
                typer.echo(
                    f"{one.kind} {one.id}\n  record {one.record or 'has none'}\n  copy   {one.copy or 'has none'}"
                )
    if not all(each.is_same for each in found):
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)


@graph_commands.command("rebuild")
def rebuild_command(*, database: DatabaseUrl = None, neo4j: Neo4jUrl = None) -> None:
    """Copy the whole record anew beside the copy that answers, then let the new one answer."""
    with _progress() as told:
        made = _with(database, neo4j, lambda projector: projector.rebuild(told))
    typer.echo(f"{made.id} answers from now on")


@graph_commands.command("project")
def project_command(*, database: DatabaseUrl = None, neo4j: Neo4jUrl = None) -> None:
    """Keep the copy up with the record until Ctrl-C, in a process of its own; `c360 serve` does it by itself."""
    settings = _settings(database, neo4j)
    configure_logging(settings)
    asyncio.run(_opened(settings, lambda projector: projector.run()))


graph_commands.command("draw")(draw_command)


async def _status(projector: Projector) -> GraphStatus:
    return await status_of_copy(projector.reads, await live(projector.bolt), dt.datetime.now(dt.UTC))


def _compared(found: list[Comparison]) -> Table:
    table = Table("kind", "in the record", "in the copy", "")
    for each in found:
        verdict = "the same" if each.is_same else f"[red]differ in {each.buckets} of 256 parts[/]"
        table.add_row(each.kind, f"{each.in_record:,}", f"{each.in_copy:,}", verdict)
    return table


@contextlib.contextmanager
def _progress() -> Iterator[Told]:
    """A bar a kind, on a terminal; nothing where there is none."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, object] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)  # type: ignore[arg-type]  # what add_task gave

        yield tell


def _settings(database: str | None, neo4j: str | None) -> Settings:
    settings = load_settings(**given(database_url=database, neo4j_url=neo4j))
    if settings.neo4j_url is None:
        raise UserError("No Neo4j is named", cure="set C360_NEO4J_URL, or give --neo4j", exit_code=ExitCode.WRONG_USE)
    return settings


def _with(database: str | None, neo4j: str | None, work: Callable[[Projector], Awaitable[T]]) -> T:
    return asyncio.run(_opened(_settings(database, neo4j), work))


async def _opened(settings: Settings, work: Callable[[Projector], Awaitable[T]]) -> T:
    """Do something with both stores; what is wrong is said in words."""
    try:
        async with _projector(settings) as projector:
            return await work(projector)
    except GraphUnavailable as error:
        problem = f"Neo4j at {settings.neo4j_url} does not answer"
        raise UserError(problem, cure="start it, or mend C360_NEO4J_URL") from error
    except NoCopy as error:
        problem = "There is no copy in Neo4j yet"
        raise UserError(problem, cure="run `c360 graph rebuild`, or start `c360 serve`") from error
    except Overtaken as error:
        raise UserError("Another process has made a newer copy meanwhile", cure="nothing need be done") from error


@contextlib.asynccontextmanager
async def _projector(settings: Settings) -> AsyncIterator[Projector]:
    await check(settings)
    async with contextlib.AsyncExitStack() as stack:
        database = open_database(settings)
        stack.push_async_callback(database.close)
        with in_words(settings):
            reads = await open_reads(settings.database_url, size=2, seconds=settings.request_timeout)
            stack.push_async_callback(reads.close)
            tail = await stack.enter_async_context(open_tail(settings.database_url))
        bolt = await stack.enter_async_context(open_neo4j(settings))
        yield Projector(bolt, database, reads, tail)
