"""`c360 rules simulate`: a candidate over the whole book, beside the version in force, before anyone approves it."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from graph.port import Graph, GraphUnavailable
from outbox.tail import open_tail
from resolvers.decisions.simulating import Keep, NotAboutCustomersError, Report, Wish, simulate
from resolvers.decisions.simulation import History, Load, Mover, Simulation, in_order
from resolvers.reading import open_reads
from rules.engine.problem import RuleFileError
from rules.engine.table import RuleSet
from server.commands.options import AsJson, DatabaseUrl, given
from server.commands.rule_files import load_table, tell
from server.database import check, in_words, open_database
from server.network import open_network
from server.settings import Settings, load_settings
from server.simulation_report.data import data_of
from server.simulation_report.page import page_of
from server.simulation_report.table import table_of_movers
from server.user_error import ExitCode, UserError
from store.session import Database

Candidate = Annotated[Path, typer.Argument(metavar="FILE", help="The rule file of the candidate.")]
Since = Annotated[
    str | None, typer.Option("--since", metavar="DATE", help="Also grade month by month from this day on.")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="INSTANT", help="The instant of the facts, ISO 8601. Else now.")
]
Html = Annotated[Path | None, typer.Option("--html", metavar="OUT", help="Write a report with pictures, one file.")]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="OUT", help="Write all who change, for a spreadsheet.")]

_SIDES: Final = ("in force", "candidate")
_NAMED: Final = 10
"""Movers that are named on the terminal."""


def simulate_command(
    file: Candidate,
    *,
    since: Since = None,
    as_of: AsOf = None,
    html: Html = None,
    csv: Csv = None,
    as_json: AsJson = False,
    database: DatabaseUrl = None,
) -> None:
    """Run a rule file over all customers, beside the version in force: who would move, and what that does.

    Nothing is decided and nobody is graded.
    """
    for path in filter(None, (html, csv)):
        _check_folder(path)
    wish = _wish(_read(file), _instant(as_of), _day(since))
    settings = load_settings(**given(database_url=database))
    found = asyncio.run(_simulated(settings, wish, csv))
    if html is not None:
        with _writing(html):
            html.write_text(page_of(found), encoding="utf-8")
    if as_json:
        typer.echo(orjson.dumps(data_of(found), option=orjson.OPT_INDENT_2))
        return
    _show(found)
    for path in filter(None, (html, csv)):
        typer.echo(f"{path} is written.")


def _read(file: Path) -> RuleSet:
    try:
        return load_table(file)
    except RuleFileError as error:
        tell(error.problems)
        raise typer.Exit(ExitCode.FOUND_PROBLEMS) from error


def _wish(candidate: RuleSet, at: dt.datetime, since: dt.date | None) -> Wish:
    if since is not None and since > at.date():
        raise UserError(
            f"--since {since} is after {at.date()}", cure="name an earlier day", exit_code=ExitCode.WRONG_USE
        )
    return Wish(candidate, at, since)


def _instant(text: str | None) -> dt.datetime:
    """An instant; without an offset it is in UTC."""
    if text is None:
        return dt.datetime.now(dt.UTC)
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError as error:
        cure = "write it as 2026-01-31 or 2026-01-31T08:00+08:00"
        raise UserError(f"--as-of {text!r} is no instant", cure=cure, exit_code=ExitCode.WRONG_USE) from error
    return (at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at).astimezone(dt.UTC)


def _day(text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError as error:
        cure = "write it as 2026-01-31"
        raise UserError(f"--since {text!r} is no day", cure=cure, exit_code=ExitCode.WRONG_USE) from error


async def _simulated(settings: Settings, wish: Wish, csv: Path | None) -> Simulation:
    async with _record(settings) as (database, graph):
        with progress(Console(stderr=True)) as report, _kept(csv) as keep, in_words(settings):
            try:
                return await simulate(database, wish, graph=graph, report=report, keep=keep)
            except NotAboutCustomersError as error:
                cure = "say `about: customer` and `reads:` in it instead of `inputs:`"
                raise UserError(str(error), cure=cure) from error
            except GraphUnavailable as error:
                problem = f"Neo4j at {settings.neo4j_url} does not answer"
                raise UserError(problem, cure="start it, or set C360_GRAPH_STORE=relational") from error


@contextlib.asynccontextmanager
async def _record(settings: Settings) -> AsyncIterator[tuple[Database, Graph]]:
    """The record, and what answers for the network."""
    await check(settings)
    async with contextlib.AsyncExitStack() as stack:
        database = open_database(settings)
        stack.push_async_callback(database.close)
        with in_words(settings):
            reads = await open_reads(settings.database_url, size=1, seconds=settings.request_timeout)
            stack.push_async_callback(reads.close)
            tail = await stack.enter_async_context(open_tail(settings.database_url))
        network = await stack.enter_async_context(open_network(settings, reads, database, tail))
        yield database, network.graph


@contextlib.contextmanager
def _kept(csv: Path | None) -> Iterator[Keep | None]:
    if csv is None:
        yield None
        return
    with _writing(csv), table_of_movers(csv) as keep:
        yield keep


def _check_folder(path: Path) -> None:
    """Say it before minutes are spent, not after."""
    if not path.parent.is_dir():
        raise UserError(f"There is no folder {path.parent}", cure="make it", exit_code=ExitCode.WRONG_USE)


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """What cannot be written is said in words."""
    try:
        yield
    except (PermissionError, IsADirectoryError) as error:
        problem = f"{path} cannot be written: {error.strerror}"
        raise UserError(problem, cure="name another file", exit_code=ExitCode.WRONG_USE) from error


@contextlib.contextmanager
def progress(console: Console) -> Iterator[Report]:
    """Shows how far it is where there is a terminal; nothing elsewhere."""
    if not console.is_terminal:
        yield lambda *_: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        tasks: dict[str, Callable[[int, int], None]] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                task = bar.add_task(what, total=total)
                tasks[what] = lambda done, total: bar.update(task, completed=done, total=total)
            tasks[what](done, total)

        yield report


def _show(found: Simulation) -> None:
    console = Console(highlight=False)
    rule_set = found.rule_set
    against = "nothing, for none is in force" if found.against is None else f"version {found.against}, in force"
    console.print(
        f"{escape(rule_set.name)} ({escape(rule_set.title.zh)}) against {against}, as of {found.at.isoformat()}"
    )
    console.print(_matrix(found))
    console.print(_loads(found))
    if found.history is not None:
        console.print(_months(found, found.history))
        _tell_history(console, found.history)
    _tell_movers(console, found.movers)
    share = found.changed / found.customers if found.customers else 0.0
    console.print(f"{found.changed:,} of {found.customers:,} customers ({share:.1%}) would get another outcome.")
    console.print(f"Facts took {found.facts_seconds:.1f} s, rules {found.rules_seconds:.1f} s.")


def _matrix(found: Simulation) -> Table:
    rows = in_order(found.rule_set, {before for before, _ in found.pairs})
    columns = in_order(found.rule_set, {after for _, after in found.pairs})
    table = _table("Who would move (rows: in force; columns: the candidate)", "", columns)
    for row in rows:
        loads = [found.pairs.get((row, column), Load()) for column in columns]
        cells = [_count(load.customers, is_told=row != column) for load, column in zip(loads, columns, strict=True)]
        table.add_row(escape(row), *cells)
    return table


def _loads(found: Simulation) -> Table:
    heads = ("by", "customers", "exposure, yuan", "open tickets", "complaints")
    table = _table("What their customers amount to", "", heads)
    for outcome, pair in found.loads().items():
        for name, side, load in zip((outcome, ""), _SIDES, pair, strict=True):
            amounts = (
                f"{load.customers:,}",
                f"{load.exposure:,.0f}",
                f"{load.open_tickets:,}",
                f"{load.open_complaints:,}",
            )
            table.add_row(escape(name), side, *amounts, end_section=not name)
    return table


def _months(found: Simulation, history: History) -> Table:
    outcomes = in_order(
        found.rule_set, {label for step in history.steps for side in (step.before, step.after) for label in side}
    )
    table = _table("Customers month by month", "from", ["by", *outcomes, "changes"])
    for step in history.steps:
        day = f"{step.at:%Y-%m-%d}"
        lines = ((day, step.before, step.changes_before), ("", step.after, step.changes_after))
        for side, (name, counts, changes) in zip(_SIDES, lines, strict=True):
            shown = (f"{each:,}" for each in (*(counts.get(outcome, 0) for outcome in outcomes), changes))
            table.add_row(name, side, *shown, end_section=not name)
    return table


def _tell_history(console: Console, history: History) -> None:
    before, after = history.to_and_fro_before, history.to_and_fro_after
    console.print(f"To and fro go {before:,} customers by the version in force, {after:,} by the candidate.")
    if history.without_history:
        names = ", ".join(history.without_history)
        console.print(f"Without history, so taken as they are now in every month: {names}.")


def _tell_movers(console: Console, movers: Sequence[Mover]) -> None:
    """Who spends most among those who would move, with the reasons of the candidate."""
    if not movers:
        return
    console.print("Those who spend most among them:")
    for mover in movers[:_NAMED]:
        spent = "–" if mover.value_12m is None else f"{mover.value_12m:,}"
        moved = f"{mover.before} → {mover.after}, spent {spent}"
        console.print(f"  {escape(mover.code)} {escape(mover.name)}: {escape(moved)}", soft_wrap=True)
        reasons = " · ".join(filter(None, (mover.reason_after.zh, mover.reason_after.en)))
        console.print(f"      {escape(reasons)}", soft_wrap=True)


def _table(title: str, first: str, heads: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first)
    for head in heads:
        table.add_column(escape(head), justify="right")
    return table


def _count(count: int, *, is_told: bool) -> str:
    shown = f"{count:,}" if count else "·"
    return f"[bold]{shown}[/]" if is_told and count else shown
