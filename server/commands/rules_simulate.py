"""`c360 rules simulate`: a candidate over the whole book, beside the version in force, before anyone approves it."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from graph.port import GraphUnavailable
from resolvers.decisions.choosing_books import NoBookError
from resolvers.decisions.explaining import UnknownOutputError
from resolvers.decisions.simulating import Keep, Report, Wish, simulate
from resolvers.decisions.simulation import Simulation
from resolvers.facts.records import UnknownFactError
from rules.engine.problem import RuleFileError
from rules.engine.rule_file import load_rule_set
from rules.engine.table import RuleSet
from rules.facts.vocabulary import Subject
from server.commands.options import AsJson, DatabaseUrl, given
from server.commands.rule_files import tell
from server.commands.simulation_shown import show_simulation
from server.database import in_words
from server.record import open_record
from server.settings import Settings, load_settings
from server.simulation_report.data import data_of
from server.simulation_report.page import page_of
from server.simulation_report.table import table_of_movers
from server.user_error import ExitCode, UserError

Candidate = Annotated[Path, typer.Argument(metavar="FILE", help="The rule file of the candidate.")]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="DATE",
        help="About customers: also month by month from this day on. About new tickets: those opened from it on. "
        "About anything else: what was decided from it on, on the facts on record.",
    ),
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="INSTANT", help="The instant of the facts, ISO 8601. Else now.")
]
Output = Annotated[
    str | None, typer.Option("--output", metavar="NAME", help="Tell outcomes apart by this output. Else by the first.")
]
Html = Annotated[Path | None, typer.Option("--html", metavar="OUT", help="Write a report with pictures, one file.")]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="OUT", help="Write all who change, for a spreadsheet.")]


_ELSE: Final = (
    "`c360 rules diff` says on which facts two versions differ, `c360 rules try` what it says of facts that you give"
)
_EARLIER: Final = "name an earlier day, or leave --since out"


def simulate_command(
    file: Candidate,
    *,
    since: Since = None,
    as_of: AsOf = None,
    output: Output = None,
    html: Html = None,
    csv: Csv = None,
    as_json: AsJson = False,
    database: DatabaseUrl = None,
) -> None:
    """Run a rule file over all customers or tickets, beside the version in force: who would move, and what that does.

    Nothing is decided, nobody is graded, and no ticket changes.
    """
    for path in filter(None, (html, csv)):
        _check_folder(path)
    wish = _wish(_read(file), _instant(as_of), _day(since), output)
    settings = load_settings(**given(database_url=database))
    found = asyncio.run(_simulated(settings, wish, csv))
    if html is not None:
        with _writing(html):
            html.write_text(page_of(found), encoding="utf-8")
    if as_json:
        typer.echo(orjson.dumps(data_of(found), option=orjson.OPT_INDENT_2))
        return
    show_simulation(found)
    for path in filter(None, (html, csv)):
        typer.echo(f"{path} is written.")


def _read(file: Path) -> RuleSet:
    try:
        return load_rule_set(file)
    except RuleFileError as error:
        tell(error.problems)
        raise typer.Exit(ExitCode.FOUND_PROBLEMS) from error


def _wish(candidate: RuleSet, at: dt.datetime, since: dt.date | None, output: str | None) -> Wish:
    if since is not None and since > at.date():
        raise UserError(
            f"--since {since} is after {at.date()}", cure="name an earlier day", exit_code=ExitCode.WRONG_USE
        )
    return Wish(candidate, at, since, output)


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
    async with open_record(settings) as (database, graph):
        with progress(Console(stderr=True)) as report, _kept(csv, wish.candidate) as keep, in_words(settings):
            try:
                return await simulate(database, wish, graph=graph, report=report, keep=keep)
            except NoBookError as error:
                raise UserError(str(error), cure=_ELSE if wish.since is None else _EARLIER) from error
            except UnknownOutputError as error:
                raise UserError(str(error), cure="name one of them", exit_code=ExitCode.WRONG_USE) from error
            except UnknownFactError as error:
                raise UserError(str(error), cure="leave it out of `reads`") from error
            except GraphUnavailable as error:
                problem = f"Neo4j at {settings.neo4j_url} does not answer"
                raise UserError(problem, cure="start it, or set C360_GRAPH_STORE=relational") from error


@contextlib.contextmanager
def _kept(csv: Path | None, candidate: RuleSet) -> Iterator[Keep | None]:
    if csv is None:
        yield None
        return
    about = Subject.TICKET if candidate.about == Subject.TICKET else Subject.CUSTOMER
    with _writing(csv), table_of_movers(csv, about) as keep:
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
