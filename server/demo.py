"""The demonstration's database: the real data that is shipped, imported once."""

from __future__ import annotations

import datetime as dt
import sqlite3
import time
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from graph.relational import RelationalGraph
from resolvers.acting.rounds import Round
from resolvers.decisions.grading import Graded, grade_customers
from resolvers.decisions.making import Asking
from resolvers.importing import ImportingError, ImportTask, Report, import_file
from resolvers.reading import open_reads
from resolvers.rule_sets.versions import write_down_shipped
from server.database import in_words, migrate, open_database
from server.identity.key_file import signing_key
from server.identity.own_tokens import Bearer, own_claims, signed
from server.settings import Settings
from server.user_error import UserError
from store.customer import CustomerRow
from store.grade import Grade
from store.session import Database

DATA = Path(__file__).parent / "demo_data"
GRADED_AT = dt.datetime(2011, 12, 10, tzinfo=dt.UTC)
"""The day after the last invoice. As of today all these customers have bought nothing for years."""

TOKEN_LIFE = dt.timedelta(hours=12)

Tell = Callable[[str], None]
Bars = Callable[[], AbstractContextManager[Callable[[str, int, int], None]]]
"""Shows how far one import is, while it is open."""


def no_bars() -> AbstractContextManager[Callable[[str, int, int], None]]:
    """Shows nothing."""
    return nullcontext(lambda _stage, _amount, _total: None)


class Slice(NamedTuple):
    """A part of a published set that is shipped: the source that reads it, and the file."""

    source: str
    file: str


SLICES = (
    Slice("servicenow", "servicenow_incident_events.csv"),
    Slice("cfpb", "cfpb_complaints.csv"),
    Slice("online-retail", "online_retail_invoices.csv"),
    Slice("cdnow", "cdnow_sample.txt"),
)


def url_of(path: Path) -> str:
    """The URL of the demonstration's database."""
    return sa.URL.create("sqlite+aiosqlite", database=str(path)).render_as_string()


def keys_of(path: Path) -> Path:
    """The file with the keys that sign the demonstration's tokens, beside its database."""
    return path.with_name(f"{path.stem}-token-keys.json")


def signing(keys_file: Path) -> Callable[[Bearer], str]:
    """What makes tokens for the demonstration: good for 12 hours from when they are asked for."""

    def sign(bearer: Bearer) -> str:
        now = dt.datetime.now(dt.UTC)
        return signed(own_claims(bearer, now, TOKEN_LIFE), signing_key(keys_file, now))

    return sign


def is_prepared(path: Path) -> bool:
    """Whether the file holds all of the data that is shipped now."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(path)) as connection:
            mark: int = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError:
        return False
    return mark == _mark()


async def prepare(path: Path, settings: Settings, tell: Tell, bars: Bars = no_bars) -> None:
    """Make the database at `path`, which is that of the settings, and import the shipped data.

    What is there already stays as it is, so it can be done again.

    Raises:
        UserError: the file cannot be written, or is something else.
    """
    versions = await migrate(settings)
    tell(f"tables of version {versions.after}")
    database = open_database(settings)
    try:
        for each in SLICES:
            started = time.monotonic()
            with in_words(settings):
                report = await _import(database, each, path.parent, bars)
            tell(f"{each.source}: {_counted(report)} ({time.monotonic() - started:.1f} s)")
        tell(f"grades: {await _grade(database)}")
        tell(f"duties: {await _act(database, settings)}")
        async with database.engine.begin() as connection:
            await connection.exec_driver_sql(f"PRAGMA user_version = {_mark()}")
    finally:
        await database.close()


async def _import(database: Database, each: Slice, folder: Path, bars: Bars) -> Report:
    rejects = folder / f"{each.file}.rejects.csv"
    try:
        with bars() as progress:
            task = ImportTask(each.source, DATA / each.file, rejects, progress=progress)
            return await import_file(database, task, now=dt.datetime.now(dt.UTC))
    except ImportingError as error:
        raise UserError(f"{each.file}: {error.reason}", cure=error.cure) from error


async def _grade(database: Database) -> str:
    """Let the rules that ship grade who was never graded."""
    async with database.transaction() as session:
        await write_down_shipped(session, dt.datetime.now(dt.UTC))
        ids = (await session.scalars(sa.select(CustomerRow.id).where(CustomerRow.graded_at.is_(None)))).all()
    total = Graded()
    async for some in grade_customers(database, Asking("demo", GRADED_AT), ids):
        total.add(some)
    counts = Counter({grade: sum(n for (_, to), n in total.moves.items() if to is grade) for grade in Grade})
    return ", ".join(f"{grade.value} {counts[grade]:,}" for grade in Grade)


async def _act(database: Database, settings: Settings) -> str:
    """Let the rules that ship ask for what is owed at the same time."""
    reads = await open_reads(settings.database_url, size=1, seconds=settings.request_timeout)
    try:
        this = Round(database, RelationalGraph(reads), GRADED_AT)
        await this.tickets()
        await this.book()
    finally:
        await reads.close()
    opened = ", ".join(f"{kind} {count:,}" for kind, count in sorted(this.acted.opened.items()))
    return f"{opened}; {this.acted.escalated:,} people told of tickets"


def _counted(report: Report) -> str:
    counted = [f"{kind} {counts.read:,}" for kind, counts in report.counts.items() if counts.read]
    return ", ".join(counted) or "nothing"


def _mark() -> int:
    """A number for exactly this data, which fits into SQLite's `user_version`."""
    together = 0
    for each in SLICES:
        together = zlib.crc32((DATA / each.file).read_bytes(), together)
    return together >> 1
