"""`c360 generate`: a large, consistent, made-up world, for trying things out and for measuring."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from resolvers.generating import (
    LANGUAGES,
    MOST_CUSTOMERS,
    MOST_INTERACTIONS,
    NotEmptyError,
    PlanError,
    Report,
    Stage,
    WorldPlan,
    generate_world,
)
from server.database import check, in_words, migrate, open_database
from server.settings import Settings, load_settings
from server.user_error import ExitCode, UserError
from store import schema_version

EVERY_LANGUAGE = ",".join(LANGUAGES)

SMALL = 2_000
"""Up to so many customers a process of its own takes longer to start than to draw them."""

QUIET_SECONDS = 5.0
"""How often a line is printed where there is no terminal to draw a bar on."""

Customers = Annotated[int, typer.Option("--customers", help=f"How many customers: 1 to {MOST_CUSTOMERS:,}.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed, number and moment always make the same world.")]
Address = Annotated[str | None, typer.Option("--database", help="Where to: a database URL. Else C360_DATABASE_URL.")]
Mean = Annotated[
    float,
    typer.Option("--interactions-per-customer", help=f"Journal entries on average: 0 to {MOST_INTERACTIONS:g}."),
]
Languages = Annotated[str, typer.Option("--languages", help=f"Of names and texts, among {EVERY_LANGUAGE}.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="The moment at which the world ends, ISO 8601. Else 0:00 today, UTC.")
]
Workers = Annotated[
    int | None, typer.Option("--workers", min=0, max=64, help="Processes that draw rows. Else one less than cores.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def generate_command(
    *,
    customers: Customers,
    seed: Seed = 1,
    database: Address = None,
    interactions_per_customer: Mean = 10.0,
    languages: Languages = EVERY_LANGUAGE,
    as_of: AsOf = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Fill an empty database with customers and all their dealings, made up from a seed: all of it, or nothing.

    Nobody else can use the database meanwhile. The event log gets one event, `world.generated`.
    """
    settings = load_settings() if database is None else load_settings(database_url=database)
    moment = _moment(as_of)
    try:
        plan = WorldPlan(customers, moment, seed, interactions_per_customer, _languages(languages))
    except PlanError as error:
        raise UserError(f"{error}", cure="see `c360 generate --help`", exit_code=ExitCode.WRONG_USE) from error
    started = time.monotonic()
    with progress(Console(stderr=True)) as report:
        rows = asyncio.run(_generate(settings, plan, _workers(workers, plan), report))
    _show(plan, rows, time.monotonic() - started, as_json=as_json)


def _moment(text: str | None) -> dt.datetime:
    """The reference time; without a zone it is in UTC.

    Raises:
        UserError: the text is no moment.
    """
    if text is None:
        return dt.datetime.combine(dt.datetime.now(dt.UTC).date(), dt.time(), dt.UTC)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError(
            f"--as-of {text!r} is no moment",
            cure="write it as 2026-01-31 or 2026-01-31T08:00+08:00",
            exit_code=ExitCode.WRONG_USE,
        ) from error
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment


def _languages(text: str) -> tuple[str, ...]:
    """The languages, each once, in our order, so that `en,zh` makes the same world as `zh,en`."""
    named = {each.strip() for each in text.split(",")} - {""}
    return tuple(sorted(named, key=lambda name: LANGUAGES.index(name) if name in LANGUAGES else -1))


def _workers(wanted: int | None, plan: WorldPlan) -> int:
    """How many processes draw rows; the database needs a core of its own."""
    if wanted is not None:
        return wanted
    return 0 if plan.customers <= SMALL else max(1, (os.cpu_count() or 1) - 1)


async def _generate(settings: Settings, plan: WorldPlan, workers: int, report: Report) -> dict[str, int]:
    """Make the tables where there are none, then the world in them."""
    await _prepare(settings)
    database = open_database(settings)
    try:
        with in_words(settings):
            return await generate_world(database, plan, at=dt.datetime.now(dt.UTC), workers=workers, report=report)
    except NotEmptyError as error:
        raise UserError(str(error), cure="name an empty one with --database; a new SQLite file will do") from error
    except BrokenProcessPool as error:
        raise UserError(
            "A process that drew rows was ended from outside; nothing was written",
            cure="see that there is memory to spare, or draw them in this process with --workers 0",
        ) from error
    finally:
        await database.close()


async def _prepare(settings: Settings) -> None:
    """Make the tables in a database that has none; one with tables of another version is refused, not migrated."""
    path = settings.sqlite_path
    if path is None or path.exists():
        with in_words(settings):
            found = await schema_version.current(settings.database_url)
        if found is not None:
            await check(settings)
            return
    await migrate(settings)


class Pace:
    """How fast a stage goes, and how long the rest of it will take."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._stage: Stage | None = None
        self._started = 0.0

    def words(self, stage: Stage, done: int, total: int) -> str:
        """The rate and the remaining time, in words; nothing for indexes, of which each takes a time of its own."""
        if stage is not self._stage:
            self._stage, self._started = stage, self._clock()
        passed = self._clock() - self._started
        if not done or passed <= 0 or stage is Stage.INDEXES:
            return ""
        rate = done / passed
        rest = f"{_span((total - done) / rate)} left" if done < total else f"in {_span(passed)}"
        return f"{rate:,.0f} a second, {rest}"


def _span(seconds: float) -> str:
    """A time in minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


@contextlib.contextmanager
def progress(console: Console, clock: Callable[[], float] = time.monotonic) -> Iterator[Report]:
    """Shows how far it is: a bar on a terminal, a line now and then elsewhere."""
    if not console.is_terminal:
        yield _lines(console, clock)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}"))
    with Progress(*columns, console=console) as bar:
        tasks = {stage: bar.add_task(stage, total=None, pace="") for stage in Stage}
        pace = Pace(clock)

        def show(stage: Stage, done: int, total: int) -> None:
            bar.update(tasks[stage], completed=done, total=total, pace=pace.words(stage, done, total))

        yield show


def _lines(console: Console, clock: Callable[[], float]) -> Report:
    """Prints the last line of each stage, and one every few seconds before it."""
    pace, printed = Pace(clock), clock()

    def show(stage: Stage, done: int, total: int) -> None:
        nonlocal printed
        words = pace.words(stage, done, total)
        if done < total and clock() - printed < QUIET_SECONDS:
            return
        printed = clock()
        console.print(f"{stage}: {done:,} of {total:,}{', ' if words else ''}{words}", highlight=False, soft_wrap=True)

    return show


def _show(plan: WorldPlan, rows: dict[str, int], seconds: float, *, as_json: bool) -> None:
    """Print what was made."""
    if as_json:
        made = {"seed": plan.seed, "as_of": plan.as_of.isoformat(), "seconds": round(seconds, 1), "rows": rows}
        typer.echo(orjson.dumps(made, option=orjson.OPT_INDENT_2))
        return
    total = sum(rows.values())
    typer.echo(f"The world of seed {plan.seed} as of {plan.as_of.isoformat()}, made in {_span(seconds)}:")
    table = Table()
    table.add_column("table")
    table.add_column("rows", justify="right")
    for name, count in rows.items():
        table.add_row(name, f"{count:,}")
    table.add_section()
    table.add_row("all", f"{total:,}")
    Console().print(table)
