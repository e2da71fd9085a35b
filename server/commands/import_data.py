"""`c360 import`: a file of real data into the database."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Task as Stage
from rich.table import Table
from rich.text import Text

from resolvers.importing import SOURCES, ImportingError, ImportTask, Report, import_file
from server.database import check, in_words, open_database
from server.settings import Settings, load_settings
from server.user_error import ExitCode, UserError

SourceName = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="What the file is: " + "; ".join(f"{name}, {source.title}" for name, source in SOURCES.items()),
        autocompletion=lambda: list(SOURCES),
    ),
]
DataFile = Annotated[Path, typer.Argument(metavar="FILE", help="The file; our own forms end in .csv or .jsonl.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Do everything but keep it: count, and refuse, as if.")]
Rejects = Annotated[
    Path | None, typer.Option(help="Where refused rows go; <file>.rejects.csv in this folder if not given.")
]
DatabaseUrl = Annotated[str | None, typer.Option("--database", help="Another database. [C360_DATABASE_URL]")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]

UNITS = {"reading": 1_000_000.0, "writing": 1.0}
"""What a rate counts in each stage: megabytes, and records."""


def import_command(
    source: SourceName,
    file: DataFile,
    *,
    dry_run: DryRun = False,
    rejects: Rejects = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Read a file of real data into the database, as a whole; running it twice changes nothing.

    Rows that cannot be imported are refused one by one and written to a CSV file with line, column, value and reason;
    the exit status is 3 then. A broken file is refused as a whole, with status 2, and leaves nothing behind.
    """
    if source not in SOURCES:
        raise UserError(
            f"There is no source {source!r}",
            cure=f"the sources are {', '.join(SOURCES)}",
            exit_code=ExitCode.WRONG_USE,
        )
    settings = load_settings(**({} if database is None else {"database_url": database}))
    asyncio.run(check(settings))
    with shown_progress(Console(stderr=True)) as progress:
        task = ImportTask(source, file, rejects or Path(f"{file.name}.rejects.csv"), dry_run, progress)
        report = asyncio.run(_import(settings, task))
    if as_json:
        typer.echo(orjson.dumps(report.as_json()))
    else:
        _print(report, Console())
    if report.rows_refused:
        raise typer.Exit(ExitCode.PARTLY_REFUSED)


async def _import(settings: Settings, task: ImportTask) -> Report:
    database = open_database(settings)
    try:
        with in_words(settings):
            return await import_file(database, task, now=dt.datetime.now(dt.UTC))
    except ImportingError as error:
        raise UserError(f"{task.file}: {error.reason}", cure=error.cure, exit_code=ExitCode.WRONG_USE) from error
    finally:
        await database.close()


@contextmanager
def shown_progress(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    """Shows how far an import is: a bar with rate and remaining time on a terminal, a line a stage elsewhere."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bars(progress)


class _Lines:
    """Says when a stage begins."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stage = ""

    def __call__(self, stage: str, amount: int, total: int) -> None:
        del amount
        if stage != self._stage:
            self._stage = stage
            self._console.print(f"{stage} {total:,} {_unit(stage)}", highlight=False)


class _Bars:
    """Draws a bar for each stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[str, TaskID] = {}

    def __call__(self, stage: str, amount: int, total: int) -> None:
        if stage not in self._bars:
            self._bars[stage] = self._progress.add_task(stage, total=total)
        self._progress.advance(self._bars[stage], amount)


class _Rate(ProgressColumn):
    """How much of a stage is done in a second."""

    def render(self, task: Stage) -> Text:
        """The rate in the unit of the stage."""
        if task.speed is None:
            return Text("")
        amount = task.speed / UNITS[task.description]
        return Text(f"{amount:,.1f} MB/s" if task.description == "reading" else f"{amount:,.0f} records/s")


def _unit(stage: str) -> str:
    return "bytes" if stage == "reading" else "records"


def _print(report: Report, console: Console) -> None:
    for fact in report.facts:
        console.print(f"{fact.count:>9,} {fact.name}" + (f" ({fact.note})" if fact.note else ""), highlight=False)
    table = Table(title=f"{report.source}: {report.file.name}", title_justify="left")
    table.add_column("records")
    for name in ("read", "created", "updated", "unchanged", "rejected"):
        table.add_column(name, justify="right")
    for kind, counts in report.counts.items():
        numbers = (counts.read, counts.created, counts.updated, counts.unchanged, counts.rejected)
        table.add_row(kind, *(f"{number:,}" for number in numbers))
    console.print(table)
    console.print(f"{report.changes:,} changes" + (", none of them kept: a dry run" if report.dry_run else ""))
    if report.rejects is not None:
        console.print(f"{report.rows_refused:,} rows refused; see {report.rejects}", highlight=False)
